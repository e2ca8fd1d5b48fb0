import { beforeAll, describe, expect, test } from "vitest";

import type { TreeHead } from "../../../shared/ledger/checkpoint.ts";
import {
  formatGrowthProof,
  type GrowthProof,
  parseGrowthProof,
  verifyGrowth,
  verifyGrowthByTiles,
} from "../../../shared/ledger/consistency-proof.ts";
import { proveConsistency } from "../../../shared/ledger/merkle-prove.ts";
import { createNodeReader } from "../../../shared/ledger/tile-hashes.ts";
import { buildEntries, buildLog, type BuiltLog, origin, takeProof } from "./build-log.ts";
import { buildKeyPair, hashBytes } from "./host-crypto.ts";
import { MerkleReference } from "./merkle-reference.ts";

const hashLine = `${"A".repeat(43)}=\n`;
const reference = new MerkleReference(buildEntries(600));

let log: BuiltLog;
let growth: GrowthProof;
let text: string;

beforeAll(async () => {
  log = await buildLog(buildEntries(600));
  const readNode = createNodeReader(600, log.readTile, hashBytes);
  const proof = takeProof(await proveConsistency(300, 600, readNode, hashBytes));
  growth = { oldSize: 300, proof, checkpoint: log.checkpoint };
  text = formatGrowthProof(growth);
});

function headOf(size: number): TreeHead {
  return { origin, size, root: reference.mth(0, size) };
}

function verify(changed: string, older = headOf(300), verifiers = [log.keys.verifier]) {
  return verifyGrowth({ older, growth: changed, origin, verifiers }, hashBytes);
}

const unreadable: readonly (readonly [string, () => string])[] = [
  ["nothing", () => ""],
  ["no old size", () => text.replace(/old.*\n/, "")],
  ["a leading zero in the old size", () => text.replace("old 300", "old 0300")],
  ["another first word", () => text.replace("old", "new")],
  ["64 hashes", () => text.replace("old 300", `old 300\n${hashLine.repeat(64).trimEnd()}`)],
  ["no checkpoint", () => text.slice(0, text.indexOf("\n\n") + 2)],
];

describe("a proof of growth", () => {
  test("begins as C2SP tlog-witness says", () => {
    const lines = text.split("\n");
    expect(lines[0]).toBe("old 300");
    expect(lines.slice(1, 1 + growth.proof.length).map((line) => line.length)).toEqual(
      growth.proof.map(() => 44),
    );
    expect(lines.slice(1 + growth.proof.length, 4 + growth.proof.length)).toEqual(["", origin, "600"]);
  });

  test("takes the body that C2SP tlog-witness publishes apart", () => {
    const published = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;
    const parsed = parseGrowthProof(published);
    expect(parsed).toMatchObject({ ok: true, growth: { oldSize: 20_852_014 } });
    expect(parsed.ok && formatGrowthProof(parsed.growth)).toBe(published);
  });

  test("is verified against the checkpoint that was kept, and answers the new one", async () => {
    expect(await verify(text)).toMatchObject({ ok: true, checkpoint: { origin, size: 600 } });
  });

  test("does not allow any single bit of it to change", async () => {
    const bytes = Buffer.from(text);
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const verified = await verify(flipped.toString());
      if (verified.ok) throw new Error(`Bit ${bit} of ${8 * bytes.length} can be changed.`);
    }
    expect(await verify(text)).toMatchObject({ ok: true });
  });

  test("from an older root that is not the log's is refused: the log was rewritten", async () => {
    const rewritten = { ...headOf(300), root: reference.mth(1, 301) };
    expect(await verify(text, rewritten)).toEqual({
      ok: false,
      fault: "tampered",
      why: "The first 300 entries do not have the root that is claimed for them.",
    });
  });

  test("from another size than that of the older checkpoint is refused", async () => {
    expect(await verify(text, headOf(299))).toEqual({
      ok: false,
      fault: "tampered",
      why: "The proof starts at 300 entries, but the older checkpoint has 299.",
    });
  });

  test("from another log's checkpoint, or by a key that is not trusted, is refused", async () => {
    expect(await verify(text, { ...headOf(300), origin: "ledger.example/other" })).toMatchObject({
      fault: "untrusted",
    });
    expect(await verify(text, headOf(300), [buildKeyPair(origin, 8).verifier])).toMatchObject({
      fault: "untrusted",
    });
  });

  test.for(unreadable)("with %s is malformed", async ([, change]) => {
    expect(await verify(change())).toMatchObject({ ok: false, fault: "malformed" });
  });

  test("is not written with an old size that is none", () => {
    expect(() => formatGrowthProof({ ...growth, oldSize: -1 })).toThrow(RangeError);
  });
});

describe("growth by tiles", () => {
  test.for([0, 1, 255, 256, 257, 512, 599, 600])(
    "from %d entries is verified without a proof",
    async (size) => {
      expect(await verifyGrowthByTiles(headOf(size), log.head, log.readTile, hashBytes)).toEqual({
        ok: true,
      });
    },
  );

  test("from a root that the log did not have is refused", async () => {
    const rewritten = { ...headOf(300), root: reference.mth(1, 301) };
    expect(await verifyGrowthByTiles(rewritten, log.head, log.readTile, hashBytes)).toMatchObject({
      ok: false,
      fault: "tampered",
    });
  });

  test("to a log that shrank, or to another log, is refused", async () => {
    expect(await verifyGrowthByTiles(log.head, headOf(300), log.readTile, hashBytes)).toMatchObject({
      fault: "tampered",
    });
    const other = { ...log.head, origin: "ledger.example/other" };
    expect(await verifyGrowthByTiles(headOf(300), other, log.readTile, hashBytes)).toMatchObject({
      fault: "untrusted",
    });
  });

  test("without the tiles it needs is not decided", async () => {
    expect(await verifyGrowthByTiles(headOf(300), log.head, () => undefined, hashBytes)).toMatchObject({
      ok: false,
      fault: "malformed",
    });
  });
});
