import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { formatNoteKey } from "../../../shared/ledger/note-key.ts";
import { type BuiltLog, signCheckpoint } from "../../shared/ledger/build-log.ts";
import { buildKeyPair } from "../../shared/ledger/host-crypto.ts";
import {
  buildLogOf,
  buildReceiptText,
  buildTexts,
  keyOf,
  makeDirectory,
  rewriteBundles,
  writeWholeExport,
} from "./log-builders.ts";
import { runCli } from "./run-cli.ts";

const SIZE = 10_000;
// No command here talks to this server.
const nowhere = "http://127.0.0.1:1";

let texts: readonly string[];
let log: BuiltLog;
let key: string;

beforeAll(async () => {
  texts = buildTexts(SIZE);
  log = await buildLogOf(texts);
  key = keyOf(log);
});

const verify = (...words: readonly string[]) => runCli(nowhere, ["verify", ...words]);

describe("verify receipt", () => {
  async function saveReceipt(change: (text: string) => string = (text) => text): Promise<string> {
    const file = join(makeDirectory(), "refund.receipt");
    writeFileSync(file, change(await buildReceiptText(log, 3)));
    return file;
  }

  test("says what was sealed, without a server", async () => {
    expect(await verify("receipt", await saveReceipt(), "--key", key)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `Verified: entry 3 of the 10000 that ledger.example/countersign signed.
Sealed:     decided approve by person finance-1 at 2026-11-22T12:00:00.000Z (cli)
About:      req_1, version 1, stage 2
Call:       issue_refund of agent support, run run_1
Digest:     ${"5f".repeat(32)}
Commits to: input
After:      requested|req_1|v1
Signed by:  ledger.example/countersign+${key.split("+")[1]}
Next: npx countersign export ledger-export --as auditor
`,
    });
  });

  test("answers as JSON", async () => {
    const { exitCode, stdout } = await verify("receipt", await saveReceipt(), "--key", key, "--json");
    const origin = "ledger.example/countersign";
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      0,
      { ok: true, origin, size: SIZE, index: 3, entry: texts[3] },
    ]);
  });

  test("refuses every single changed bit, of 64 all over the file", async () => {
    const file = await saveReceipt();
    const bytes = readFileSync(file);
    const outcomes = { 1: 0, 2: 0, 3: 0 };
    for (let sample = 0; sample < 64; sample += 1) {
      const bit = Math.floor((sample * 8 * bytes.length) / 64) + (sample % 8);
      const changed = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      writeFileSync(file, changed);
      const { exitCode, stdout } = await verify("receipt", file, "--key", key);
      expect([exitCode, stdout], `bit ${bit}`).toEqual([expect.toBeOneOf([1, 2, 3]), ""]);
      if (exitCode === 1 || exitCode === 2 || exitCode === 3) outcomes[exitCode] += 1;
    }
    console.log("64 changed bits by exit code:", outcomes);
  });

  test("takes an entry from a file instead of the receipt's own", async () => {
    const file = await saveReceipt((text) => text.replace(/^extra .*\n/m, ""));
    expect((await verify("receipt", file, "--key", key)).exitCode).toBe(2);
    const entry = join(makeDirectory(), "entry.json");
    writeFileSync(entry, texts[3] ?? "");
    expect((await verify("receipt", file, "--key", key, "--entry", entry)).exitCode).toBe(0);
    writeFileSync(entry, texts[4] ?? "");
    expect((await verify("receipt", file, "--key", key, "--entry", entry)).exitCode).toBe(1);
  });

  test("that another key signed meets no trust, and says so", async () => {
    const stranger = formatNoteKey(buildKeyPair("ledger.example/countersign", 8).key);
    expect(await verify("receipt", await saveReceipt(), "--key", stranger)).toEqual({
      exitCode: 3,
      stdout: "",
      stderr: "NOT TRUSTED: None of the trusted keys signed the note.\n",
    });
  });

  test("of another log than the one that was named meets no trust", async () => {
    const { exitCode } = await verify(
      "receipt",
      await saveReceipt(),
      "--key",
      key,
      "--origin",
      "other.example",
    );
    expect(exitCode).toBe(3);
  });

  test("with a witness's key beside the log's is still the log's", async () => {
    const witness = buildKeyPair("witness.example", 3);
    const checkpoint = await signCheckpoint(log.head, log.keys, witness);
    const file = join(makeDirectory(), "refund.receipt");
    writeFileSync(file, await buildReceiptText({ ...log, checkpoint }, 3));
    const { stdout } = await verify("receipt", file, "--key", key, formatNoteKey(witness.key));
    expect(stdout).toMatch(/^Signed by: {2}ledger\.example\/countersign\+\w{8}, witness\.example\+\w{8}$/m);
  });

  test.each([
    ["no file", async () => ["/nowhere/refund.receipt", "--key", key]],
    ["a file that is no receipt", async () => [await saveReceipt(() => "paid\n"), "--key", key]],
    ["a key that is none", async () => [await saveReceipt(), "--key", "secret"]],
    ["no key", async () => [await saveReceipt()]],
  ] as const)("is unusable with %s", async (_what, words) => {
    expect((await verify("receipt", ...(await words()))).exitCode).toBe(2);
  });
});

describe("verify log of 10,000 entries", () => {
  const saveExport = () => writeWholeExport(join(makeDirectory(), "export"), log, texts);

  test("finds nothing wrong with an export as it was written", async () => {
    const place = saveExport();
    expect(await verify("log", place, "--key", key)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `Verified: all 10000 entries of ledger.example/countersign.
Root:       ${Buffer.from(log.head.root).toString("base64")}
Signed by:  ledger.example/countersign+${key.split("+")[1]}
Next: npx countersign export ledger-later --as auditor
`,
    });
  });

  const tampered: readonly (readonly [string, number, (sealed: readonly string[]) => readonly string[]])[] = [
    ["a deleted entry", 4_321, (sealed) => sealed.toSpliced(4_321, 1)],
    ["the first entry deleted", 0, (sealed) => sealed.toSpliced(0, 1)],
    ["an edited entry", 3, (sealed) => sealed.with(3, (sealed[3] ?? "").replace("finance-1", "finance-2"))],
    [
      "a digit edited at the end",
      9_999,
      (sealed) => sealed.with(-1, (sealed.at(-1) ?? "").replace("9999", "9998")),
    ],
    [
      "two entries swapped",
      700,
      (sealed) => sealed.with(700, sealed[701] ?? "").with(701, sealed[700] ?? ""),
    ],
    ["an inserted entry", 256, (sealed) => sealed.toSpliced(256, 0, sealed[255] ?? "")],
    ["an entry added at the end", 10_000, (sealed) => [...sealed, sealed[0] ?? ""]],
    ["the last entry cut off", 9_999, (sealed) => sealed.slice(0, -1)],
    ["half of the entries cut off", 5_000, (sealed) => sealed.slice(0, 5_000)],
    ["all entries cut off", 0, () => []],
  ];

  test.each(tampered)("names the first bad index of %s, %d, in the bundles", async (_what, index, change) => {
    const place = saveExport();
    rewriteBundles(place, change(texts), SIZE);
    const { exitCode, stderr } = await verify("log", place, "--key", key);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^NOT VERIFIED: .* The first bad or missing entry is ${index}\\.\\n$`));
  });

  test.each(tampered)(
    "names the first bad index of %s, %d, in entries.jsonl",
    async (_what, index, change) => {
      const place = saveExport();
      writeFileSync(
        join(place, "entries.jsonl"),
        change(texts)
          .map((text) => `${text}\n`)
          .join(""),
      );
      const { exitCode, stderr } = await verify("log", place, "--key", key);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        new RegExp(`^NOT VERIFIED: In entries.jsonl: .* The first bad or missing entry is ${index}\\.\\n$`),
      );
    },
  );

  test("names a missing bundle's first entry, and a missing or altered tile", async () => {
    const place = saveExport();
    rmSync(join(place, "tile/0/005"));
    expect((await verify("log", place, "--key", key)).stderr).toBe(
      "NOT VERIFIED: The entries are right, but tile/0/005 is missing or was altered.\n",
    );
    rmSync(join(place, "tile/entries/002"));
    const { exitCode, stderr } = await verify("log", place, "--key", key, "--json");
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining("The first bad or missing entry is 512."),
    ]);
  });

  test("tells a machine where it goes wrong", async () => {
    const place = saveExport();
    rewriteBundles(place, texts.with(42, "{}"), SIZE);
    const { stdout } = await verify("log", place, "--key", key, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, fault: "tampered", bad: { first: 42, last: 42 } });
  });

  test("refuses a checkpoint that claims another root or size", async () => {
    const place = saveExport();
    const other = await signCheckpoint({ ...log.head, size: SIZE - 1 }, log.keys);
    writeFileSync(join(place, "checkpoint"), other);
    expect((await verify("log", place, "--key", key)).exitCode).toBe(1);
    writeFileSync(join(place, "checkpoint"), log.checkpoint.replace("10000", "10001"));
    expect((await verify("log", place, "--key", key)).exitCode).toBe(1);
  });

  test("is unusable without a checkpoint, and without the directory", async () => {
    const place = saveExport();
    rmSync(join(place, "checkpoint"));
    expect(await verify("log", place, "--key", key)).toMatchObject({
      exitCode: 2,
      stderr: "Unusable: The log has no checkpoint.\n",
    });
    expect((await verify("log", join(place, "nowhere"), "--key", key)).exitCode).toBe(2);
  });
});

describe("verify log behind an address", () => {
  async function serve(place: string, token: string | undefined) {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
        return void response.writeHead(401).end();
      try {
        response.end(readFileSync(join(place, (request.url ?? "").replace("/ledger/", ""))));
      } catch {
        response.writeHead(404).end();
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port.");
    return { url: `http://127.0.0.1:${address.port}/ledger`, asked };
  }

  const saveSmall = async () => {
    const few = texts.slice(0, 300);
    return writeWholeExport(join(makeDirectory(), "export"), await buildLogOf(few), few);
  };

  test("needs no sign-in where the log is public, and sends none", async () => {
    const { url, asked } = await serve(await saveSmall(), undefined);
    expect((await verify("log", url, "--key", key)).stdout).toMatch(/^Verified: all 300 entries /);
    expect(new Set(asked)).toEqual(new Set([undefined]));
  });

  test("signs in as whom it is told", async () => {
    const { url } = await serve(await saveSmall(), "token-of-auditor");
    expect((await verify("log", url, "--key", key, "--as", "auditor")).exitCode).toBe(0);
    expect(await verify("log", url, "--key", key)).toMatchObject({
      exitCode: 2,
      stderr: `${url} answered 401 for checkpoint: a log behind sign-in needs --as with an auditor.\n`,
    });
  });

  test("is unusable where nobody answers", async () => {
    expect((await verify("log", "http://127.0.0.1:1/ledger", "--key", key)).exitCode).toBe(2);
  });
});

describe("verify consistency", () => {
  async function saveGrowth() {
    const directory = makeDirectory();
    const few = texts.slice(0, 300);
    const small = await buildLogOf(few);
    return {
      directory,
      older: writeWholeExport(join(directory, "older"), small, few),
      newer: writeWholeExport(join(directory, "newer"), log, texts),
    };
  }

  test("finds that a log only grew", async () => {
    const { older, newer } = await saveGrowth();
    expect(await verify("consistency", older, newer, "--key", key)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout:
        "Verified: ledger.example/countersign only grew, from 300 entries to 10000.\nNext: npx countersign export ledger-later --as auditor\n",
    });
    expect(
      (await verify("consistency", join(older, "checkpoint"), join(newer, "checkpoint"), newer, "--key", key))
        .exitCode,
    ).toBe(0);
    expect((await verify("consistency", older, older, "--key", key)).exitCode).toBe(0);
  });

  test("takes the tiles of a log that has grown further", async () => {
    const { directory, older, newer } = await saveGrowth();
    const middle = await buildLogOf(texts.slice(0, 2_000));
    const file = join(directory, "middle");
    writeFileSync(file, middle.checkpoint);
    expect((await verify("consistency", older, file, newer, "--key", key)).exitCode).toBe(0);
  });

  test("refuses a log that was rewritten, or that shrank", async () => {
    const { directory, older, newer } = await saveGrowth();
    expect((await verify("consistency", newer, older, "--key", key)).exitCode).toBe(1);
    const other = (await buildLogOf(texts.slice(0, 300).with(17, "{}"))).checkpoint;
    writeFileSync(join(directory, "rewritten"), other);
    expect((await verify("consistency", join(directory, "rewritten"), newer, "--key", key)).exitCode).toBe(1);
  });

  test("is unusable without tiles or with a file that is no checkpoint", async () => {
    const { older, newer } = await saveGrowth();
    rmSync(join(newer, "tile"), { recursive: true });
    expect((await verify("consistency", older, newer, "--key", key)).exitCode).toBe(2);
    expect((await verify("consistency", join(older, "entries.jsonl"), newer, "--key", key)).exitCode).toBe(2);
    expect((await verify("consistency", join(older, "nothing"), newer, "--key", key)).exitCode).toBe(2);
  });
});
