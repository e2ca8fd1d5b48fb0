import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import { formatReceipt, parseReceipt, type Receipt, verifyReceipt } from "../../../shared/ledger/receipt.ts";
import { decodeUtf8 } from "../../../shared/ledger/utf8.ts";
import {
  buildEntries,
  buildEntry,
  buildLog,
  type BuiltLog,
  origin,
  proveEntry,
  signCheckpoint,
} from "./build-log.ts";
import { buildKeyPair, hashBytes } from "./host-crypto.ts";

const hashLine = `${"A".repeat(43)}=\n`;
const SIZE = 300;
const INDEX = 137;

let log: BuiltLog;
let receipt: Receipt;
let text: string;

beforeAll(async () => {
  log = await buildLog(buildEntries(SIZE));
  receipt = { index: INDEX, proof: await proveEntry(log, INDEX), checkpoint: log.checkpoint };
  text = formatReceipt(receipt);
});

function verify(changed: string, entry = buildEntry(INDEX), verifiers = [log.keys.verifier]) {
  return verifyReceipt({ receipt: changed, entry, origin, verifiers }, hashBytes);
}

const unreadable: readonly (readonly [string, () => string])[] = [
  ["nothing", () => ""],
  ["another version", () => text.replace("@v1", "@v2")],
  ["a byte order mark", () => `\ufeff${text}`],
  ["carriage returns", () => text.replaceAll("\n", "\r\n")],
  ["no index", () => text.replace(/index.*\n/, "")],
  ["a leading zero in the index", () => text.replace("index 137", "index 0137")],
  ["a negative index", () => text.replace("index 137", "index -137")],
  ["an index beyond 2^53 - 1", () => text.replace("index 137", "index 9007199254740992")],
  ["two spaces before the index", () => text.replace("index ", "index  ")],
  ["the index in capitals", () => text.replace("index", "Index")],
  ["two indexes", () => text.replace("index 137", "index 137\nindex 137")],
  ["extra data behind the index", () => text.replace("index 137", "index 137\nextra AAAA")],
  ["two lines of extra data", () => text.replace("index", "extra AAAA\nextra AAAA\nindex")],
  ["extra data that is not base64", () => text.replace("index", "extra AA\nindex")],
  ["too much extra data", () => text.replace("index", `extra ${"AAAA".repeat(5462)}\nindex`)],
  ["64 hashes", () => text.replace("index 137", `index 137\n${hashLine.repeat(64).trimEnd()}`)],
  ["a hash of 31 bytes", () => text.replace("index 137", `index 137\n${"A".repeat(40)}AA==`)],
  ["a space behind a hash", () => text.replace("=\n", "= \n")],
  ["no checkpoint", () => text.slice(0, text.indexOf("\n\n") + 2)],
  ["no empty line before the checkpoint", () => text.replace("\n\n", "\n")],
];

describe("a receipt", () => {
  // The literals were made with hashlib and `openssl pkeyutl -sign -rawin`.
  test("is written as C2SP tlog-proof says", async () => {
    const small = await buildLog([Buffer.from("a"), Buffer.from("b")]);
    const checkpoint = await signCheckpoint(
      { ...small.head, origin: "example.com/log" },
      buildKeyPair("example.com/log", 9),
    );
    expect(
      formatReceipt({ index: 1, proof: await proveEntry(small, 1), checkpoint, extra: Buffer.from("note") }),
    ).toBe(`c2sp.org/tlog-proof@v1
extra bm90ZQ==
index 1
Aippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=

example.com/log
2
sTeYX/SE+2ANuTEHx3sDZcgNePW0Kd7Q/Zc2HQd5mes=

— example.com/log pMOAWoIzGCHeJWwYCRIxlh6HMR2HkabYscnzT6DP+9Pz1LDOwR+Z9IBa1gMHMlb1/e+AhLOqEyQTl81lQ3l412S3og8=
`);
  });

  test("for each entry is verified, and says where it is and who signed", async () => {
    for (let index = 0; index < SIZE; index += 1) {
      const own = formatReceipt({ ...receipt, index, proof: await proveEntry(log, index) });
      expect(await verify(own, buildEntry(index))).toMatchObject({
        ok: true,
        index,
        checkpoint: { origin: "ledger.example/countersign", size: 300 },
        signedBy: [{ name: "ledger.example/countersign" }],
      });
    }
  });

  test("for any other entry of the log is refused", async () => {
    for (let index = 0; index < SIZE; index += 1) {
      if (index === INDEX) continue;
      expect(await verify(text, buildEntry(index))).toMatchObject({ ok: false, fault: "tampered" });
    }
  });

  test("does not allow any single bit of it to change", async () => {
    const bytes = Buffer.from(text);
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const changed = decodeUtf8(flipBit(bytes, bit));
      const verified = changed === undefined ? { ok: false } : await verify(changed);
      if (verified.ok) throw new Error(`Bit ${bit} of ${8 * bytes.length} can be changed.`);
    }
    expect(await verify(text)).toMatchObject({ ok: true });
  });

  test("does not allow any single bit of the entry to change", async () => {
    const entry = Buffer.from(buildEntry(INDEX));
    for (let bit = 0; bit < 8 * entry.length; bit += 1) {
      expect(await verify(text, flipBit(entry, bit))).toMatchObject({ ok: false, fault: "tampered" });
    }
  });

  test("does not allow any byte of it to be left out or put in twice", async () => {
    for (let at = 0; at < text.length; at += 1) {
      const shorter = text.slice(0, at) + text.slice(at + 1);
      const longer = text.slice(0, at) + text.charAt(at) + text.slice(at);
      for (const changed of [shorter, longer, text.slice(0, at)]) {
        const verified = await verify(changed);
        if (verified.ok) throw new Error(`The receipt can be changed at ${at}.`);
      }
    }
    expect(await verify(`${text}\n`)).toMatchObject({ ok: false, fault: "malformed" });
    expect(await verify(text.replace("\n\n", "\n\n\n"))).toMatchObject({ ok: false, fault: "tampered" });
  });

  test("is refused with a hash more, a hash less, or the hashes in another order", async () => {
    const { proof } = receipt;
    const [first = new Uint8Array(32)] = proof;
    const spoiled = [
      [...proof, first],
      [first, ...proof],
      proof.slice(1),
      proof.slice(0, -1),
      proof.toReversed(),
      [],
    ];
    for (const wrong of spoiled) {
      expect(await verify(formatReceipt({ ...receipt, proof: wrong }))).toMatchObject({
        ok: false,
        fault: "tampered",
      });
    }
  });

  test("is refused with the checkpoint of another size, though the log signed that too", async () => {
    const other = await buildLog(buildEntries(SIZE + 1));
    const swapped = formatReceipt({ ...receipt, checkpoint: other.checkpoint });
    expect(await verify(swapped)).toMatchObject({ ok: false, fault: "tampered" });
  });

  test("is refused when the log's key is not trusted, or it is another log's", async () => {
    const stranger = buildKeyPair(origin, 8);
    expect(await verify(text, buildEntry(INDEX), [stranger.verifier])).toMatchObject({ fault: "untrusted" });
    const claim = { receipt: text, entry: buildEntry(INDEX), verifiers: [log.keys.verifier] };
    expect(await verifyReceipt({ ...claim, origin: "ledger.example/other" }, hashBytes)).toMatchObject({
      ok: false,
      fault: "untrusted",
    });
  });

  test("signed by a stranger over the same tree is refused", async () => {
    const forged = await signCheckpoint(log.head, buildKeyPair(origin, 8));
    expect(await verify(formatReceipt({ ...receipt, checkpoint: forged }))).toMatchObject({
      fault: "untrusted",
    });
  });

  test("of an entry longer than 16,384 bytes is refused", async () => {
    expect(await verify(text, new Uint8Array(16_385))).toMatchObject({
      ok: false,
      fault: "malformed",
      why: "The entry has more than 16384 bytes.",
    });
  });

  test("may carry extra data, which is handed out by parsing and vouched for by nobody", async () => {
    const extra = Buffer.from([0, 1, 2, 250]);
    const extended = formatReceipt({ ...receipt, extra });
    const parsed = parseReceipt(extended);
    expect(parsed.ok && Buffer.from(parsed.receipt.extra ?? [])).toEqual(extra);
    expect(await verify(extended)).toMatchObject({ ok: true });
    expect(await verify(extended)).not.toHaveProperty("extra");
  });

  test("is read back as it was written", () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const any = fc.record(
      {
        index: fc.maxSafeNat(),
        proof: fc.array(hash, { maxLength: 63 }),
        checkpoint: fc.string({ unit: "binary" }),
        extra: fc.uint8Array({ maxLength: 100 }),
      },
      { requiredKeys: ["index", "proof", "checkpoint"] },
    );
    fc.assert(
      fc.property(any, (written) => {
        expect(parseReceipt(formatReceipt(written))).toEqual({ ok: true, receipt: written });
      }),
    );
  });

  test("of more than 163,840 characters is not even taken apart", () => {
    expect(parseReceipt("x".repeat(163_841))).toEqual({
      ok: false,
      fault: "malformed",
      why: "The proof is longer than 163840 characters.",
    });
  });

  test.for(unreadable)("with %s is malformed", async ([, change]) => {
    expect(await verify(change())).toMatchObject({ ok: false, fault: "malformed" });
  });

  test.for([
    ["a negative index", { index: -1 }],
    ["a hash that is too short", { proof: [new Uint8Array(31)] }],
    ["64 hashes", { proof: Array.from({ length: 64 }, () => new Uint8Array(32)) }],
    ["too much extra data", { extra: new Uint8Array(16_385) }],
  ] as const)("is not written with %s", ([, change]) => {
    expect(() => formatReceipt({ ...receipt, ...change })).toThrow(RangeError);
  });
});

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}
