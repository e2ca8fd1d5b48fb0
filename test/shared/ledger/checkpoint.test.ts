import { describe, expect, test } from "vitest";

import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  type TreeHead,
} from "../../../shared/ledger/checkpoint.ts";
import { signNote } from "../../../shared/ledger/signed-note.ts";
import { signCheckpoint } from "./build-log.ts";
import { buildKeyPair, type KeyPair } from "./host-crypto.ts";

// C2SP tlog-checkpoint.
const PUBLISHED_TEXT =
  "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const PUBLISHED: TreeHead = {
  origin: "example.com/behind-the-sofa",
  size: 20_852_163,
  root: Buffer.from("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62", "hex"),
};

const EMPTY_ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

const log = buildKeyPair("example.com/log", 1);
const next = buildKeyPair("example.com/log", 2);
const witness = buildKeyPair("witness.example", 3);
const head: TreeHead = { origin: "example.com/log", size: 3, root: new Uint8Array(32) };

function trust(...keys: readonly KeyPair[]) {
  return { origin: "example.com/log", verifiers: keys.map(({ verifier }) => verifier) };
}

describe("parseCheckpoint", () => {
  test("reads the published example, and it is written the same", () => {
    expect(formatCheckpoint(PUBLISHED)).toBe(PUBLISHED_TEXT);
    const parsed = parseCheckpoint(PUBLISHED_TEXT);
    expect(parsed).toMatchObject({ ok: true, checkpoint: { size: 20_852_163, extensions: [] } });
    expect(parsed.ok && formatCheckpoint(parsed.checkpoint)).toBe(PUBLISHED_TEXT);
  });

  test("reads an empty tree", () => {
    const parsed = parseCheckpoint(`example.com/log\n0\n${EMPTY_ROOT}\n`);
    expect(parsed).toMatchObject({ ok: true, checkpoint: { size: 0 } });
  });

  test("takes any origin, and extension lines as they are", () => {
    const parsed = parseCheckpoint(`go.sum database tree\n0\n${EMPTY_ROOT}\nfirst\nsecond line\n`);
    expect(parsed).toMatchObject({
      ok: true,
      checkpoint: { origin: "go.sum database tree", extensions: ["first", "second line"] },
    });
  });

  test.for([
    ["nothing", ""],
    ["an empty origin", `\n0\n${EMPTY_ROOT}\n`],
    ["no root", "example.com/log\n0\n"],
    ["no newline at the end", `example.com/log\n0\n${EMPTY_ROOT}`],
    ["a leading zero in the size", `example.com/log\n01\n${EMPTY_ROOT}\n`],
    ["a sign before the size", `example.com/log\n+1\n${EMPTY_ROOT}\n`],
    ["an empty size", `example.com/log\n\n${EMPTY_ROOT}\n`],
    ["a size beyond 2^53 - 1", `example.com/log\n9007199254740992\n${EMPTY_ROOT}\n`],
    ["a root of 31 bytes", `example.com/log\n0\n${Buffer.alloc(31).toString("base64")}\n`],
    ["a root of 33 bytes", `example.com/log\n0\n${Buffer.alloc(33).toString("base64")}\n`],
    ["a root with unused bits set", `example.com/log\n0\n${EMPTY_ROOT.replace("U=", "V=")}\n`],
    ["a root in hex", `example.com/log\n0\n${"e3b0c442".repeat(8)}\n`],
    ["an empty extension line", `example.com/log\n0\n${EMPTY_ROOT}\n\n`],
    ["seventeen extension lines", `example.com/log\n0\n${EMPTY_ROOT}\n${"x\n".repeat(17)}`],
  ] as const)("refuses %s", ([, text]) => {
    expect(parseCheckpoint(text)).toMatchObject({ ok: false, fault: "malformed" });
  });
});

describe("formatCheckpoint", () => {
  test.for([
    ["an origin with a space", { origin: "a b" }],
    ["an origin with a newline", { origin: "a\nb" }],
    ["an empty origin", { origin: "" }],
    ["half an entry", { size: 0.5 }],
    ["a size beyond 2^53 - 1", { size: 2 ** 53 }],
    ["a root that is too short", { root: new Uint8Array(31) }],
  ] as const)("does not write %s", ([, change]) => {
    expect(() => formatCheckpoint({ ...head, ...change })).toThrow(RangeError);
  });
});

describe("openCheckpoint", () => {
  test("answers what the log signed and who signed it", async () => {
    const note = await signCheckpoint(head, log, witness);
    expect(await openCheckpoint(note, trust(log, witness))).toMatchObject({
      ok: true,
      checkpoint: { origin: "example.com/log", size: 3, extensions: [] },
      signedBy: [{ name: "example.com/log" }, { name: "witness.example" }],
    });
  });

  test("takes the old key and the new one while they overlap", async () => {
    const note = await signCheckpoint(head, log, next);
    for (const keys of [[log], [next], [log, next]]) {
      expect(await openCheckpoint(note, trust(...keys))).toMatchObject({ ok: true });
    }
  });

  test("does not trust a witness in the log's place", async () => {
    const note = await signCheckpoint(head, witness);
    expect(await openCheckpoint(note, trust(log, witness))).toEqual({
      ok: false,
      fault: "untrusted",
      why: "No key of the log example.com/log itself signed the checkpoint.",
    });
  });

  test("does not take another log's checkpoint, though a trusted key signed it", async () => {
    const note = await signCheckpoint({ ...head, origin: "example.com/other" }, log);
    expect(await openCheckpoint(note, trust(log))).toEqual({
      ok: false,
      fault: "untrusted",
      why: "The checkpoint is not of the log example.com/log.",
    });
  });

  test("does not take another text that the log signed for a checkpoint", async () => {
    const signed = await signNote("example.com/log\nthree\nentries\n", [log.signer]);
    if (!signed.ok) throw new Error(signed.why);
    expect(await openCheckpoint(signed.note, trust(log))).toMatchObject({ ok: false, fault: "malformed" });
  });
});
