import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { disclosureViewSchema } from "../../../shared/wire/api.ts";
import { parseLedgerEntry } from "../../../shared/wire/ledger-entry.ts";
import { makeDirectory } from "./log-builders.ts";
import { runCli } from "./run-cli.ts";
import { settleRefund } from "./settled-refund.ts";
import { ok, startStub } from "./stub-server.ts";

describe("the refund's receipt", () => {
  test("is saved, and verified without the server, by the commands that each answer ends with", async () => {
    const { requirement, cli } = await settleRefund();
    const file = join(makeDirectory(), "refund.receipt");
    const saved = await cli("receipt", requirement, "--as", "finance-1", "--out", file);
    const [, next = ""] = /\nNext: npx countersign (.*)\n$/.exec(saved.stdout) ?? [];
    expect(saved.stdout).toMatch(/^Saved the receipt of entry 2 as .*\.\n/);
    expect(next).toMatch(/^verify receipt \S+ --key countersign\.local\/[0-9a-f]{8}\+[0-9a-f]{8}\+\S+$/);
    const verified = await runCli("http://127.0.0.1:1", next.split(" "));
    expect(verified.exitCode).toBe(0);
    expect(verified.stdout).toMatch(
      /^Verified: entry 2 of the \d that countersign\.local\/[0-9a-f]{8} signed\.\n/,
    );
    expect(verified.stdout).toMatch(/^Sealed: {5}decided approve by person finance-1 at \S+ \(api\)$/m);
    expect(verified.stdout).toContain(`About:      ${requirement}, version 1, stage 2\n`);
  });

  test("is the same text on stdout, with nothing else", async () => {
    const { requirement, cli } = await settleRefund();
    const file = join(makeDirectory(), "refund.receipt");
    await cli("receipt", requirement, "--as", "asker", "--out", file);
    const printed = await cli("receipt", requirement, "--as", "asker");
    expect(printed.stdout).toBe(readFileSync(file, "utf8"));
    expect(printed.stderr).toBe(`Next: npx countersign receipt ${requirement} --as asker --out FILE\n`);
    const confirmed = await cli("receipt", requirement, "--as", "asker", "--entry", "1");
    expect(confirmed.stdout).toContain("\nindex 1\n");
  });

  test("is not written over another file", async () => {
    const { requirement, cli } = await settleRefund();
    const file = join(makeDirectory(), "refund.receipt");
    writeFileSync(file, "mine");
    expect((await cli("receipt", requirement, "--as", "asker", "--out", file)).exitCode).toBe(2);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test("is nobody's who may not see the requirement", async () => {
    const { requirement, cli } = await settleRefund();
    expect(await cli("receipt", requirement, "--as", "outsider")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `Requirement ${requirement} was not found. (not_found)\nNext: npx countersign show ${requirement} --as outsider\n`,
    });
  });
});

describe("disclose", () => {
  test("shows an auditor what an entry commits to, and that it opens", async () => {
    const { cli } = await settleRefund();
    const { exitCode, stdout } = await cli("disclose", "0");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Entry: {6}0, requested\|req_\S+\|v1\n/);
    expect(stdout).toContain('"orderId":"1042"');
    expect(stdout).toMatch(/^Salt: {7}[0-9a-f]{64}$/m);
    expect(stdout).toMatch(/^Commitment: [0-9a-f]{64} \(opens\)$/m);
    const asked = await cli("disclose", "0", "--json");
    expect(disclosureViewSchema.parse(JSON.parse(asked.stdout)).disclosures.map(({ name }) => name)).toEqual([
      "input",
    ]);
  });

  test("is not for others, and takes an index", async () => {
    const { cli } = await settleRefund();
    expect(await cli("disclose", "0", "--as", "finance-1")).toMatchObject({ exitCode: 1, stdout: "" });
    expect(await cli("disclose", "first")).toMatchObject({ exitCode: 2, stdout: "" });
  });

  test("fails where what is stored is not what was committed to", async () => {
    const salt = "00".repeat(32);
    const view = {
      index: 3,
      entry: "vote",
      disclosures: [{ name: "comment", commitment: "11".repeat(32), salt, value: "no", opens: true }],
    };
    await using stub = await startStub({ "POST /ledger/entries/3/disclose": ok(view) });
    const { exitCode, stderr } = await runCli(stub.url, ["disclose", "3"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("What is stored as comment is not what entry 3 committed to");
  });
});

describe("export", () => {
  test("writes a log that verifies, as a directory and at its address, and that grew from an earlier one", async () => {
    const { story, cli } = await settleRefund();
    const directory = makeDirectory();
    const place = join(directory, "ledger-export");
    const exported = await cli("export", place);
    const [, next = ""] = /\nNext: npx countersign (.*)\n$/.exec(exported.stdout) ?? [];
    const verified = await runCli("http://127.0.0.1:1", next.split(" "));
    expect(verified.stdout).toMatch(/^Verified: all 3 entries of countersign\.local\/[0-9a-f]{8}\.\n/);
    const key = (await cli("key")).stdout.trim();
    await story.advance(60_000);
    const later = join(directory, "ledger-later");
    await cli("export", later, "--as", "auditor");
    expect((await cli("verify", "consistency", place, later, "--key", key)).stdout).toMatch(
      /^Verified: countersign\.local\/[0-9a-f]{8} only grew, from 3 entries to 4\.\n/,
    );
    const address = `${story.url}/ledger`;
    expect((await cli("verify", "log", address, "--key", key, "--as", "auditor")).exitCode).toBe(0);
  });

  test("has the entries as lines of JSON and as a table", async () => {
    const { requirement, cli } = await settleRefund();
    const place = join(makeDirectory(), "ledger-export");
    await cli("export", place);
    const lines = readFileSync(join(place, "entries.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => parseLedgerEntry(line)?.kind)).toEqual(["requested", "confirmed", "decided"]);
    const rows = readFileSync(join(place, "entries.csv"), "utf8").split("\r\n");
    expect(rows).toHaveLength(5);
    expect(rows[3]).toMatch(
      /^"2","[^"]*","decided","approve","","","finance-1","person","support","issue_refund",/,
    );
    expect(rows[3]).toContain(`"${requirement}"`);
  });

  test("appears whole or not at all, and never over what is there", async () => {
    const { cli } = await settleRefund();
    const place = join(makeDirectory(), "ledger-export");
    expect(await cli("export", place, "--as", "asker")).toMatchObject({
      exitCode: 1,
      stderr: "The ledger is for auditors, or nothing is sealed yet: try with --as auditor.\n",
    });
    expect(existsSync(place)).toBe(false);
    expect((await cli("export", place)).exitCode).toBe(0);
    expect((await cli("export", place)).exitCode).toBe(2);
    expect(readdirSync(dirname(place))).toEqual(["ledger-export"]);
  });
});
