import { describe, expect, test } from "vitest";

import {
  appendLeaf,
  computeRoot,
  EMPTY_FRONTIER,
  type Frontier,
  restoreFrontier,
} from "../../../shared/ledger/frontier.ts";
import { decodeHex, encodeHex } from "../../../shared/ledger/hex.ts";
import { hashLeaf } from "../../../shared/ledger/merkle-hash.ts";
import { readFrontier } from "../../../shared/ledger/merkle-prove.ts";
import { buildEntries } from "./build-log.ts";
import { eightEntries, eightRoots } from "./eight-leaves.ts";
import { hashBytes } from "./host-crypto.ts";
import { MerkleReference } from "./merkle-reference.ts";
import { readSparseTree } from "./sparse-tree.ts";

function append(frontier: Frontier, entry: Uint8Array): Frontier {
  return appendLeaf(frontier, hashLeaf(entry, hashBytes), hashBytes);
}

describe("a frontier", () => {
  test("without entries has the root e3b0c442…", () => {
    expect(encodeHex(computeRoot(EMPTY_FRONTIER, hashBytes))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
  });

  test("has the published roots of the tree of eight entries on the way", () => {
    let frontier = EMPTY_FRONTIER;
    const roots = eightEntries.map((entry) => {
      frontier = append(frontier, entry);
      return encodeHex(computeRoot(frontier, hashBytes));
    });
    expect(roots).toEqual(eightRoots);
  });

  test("has at each size up to 300 the root that RFC 6962 defines", () => {
    const entries = buildEntries(300);
    const reference = new MerkleReference(entries);
    let frontier = EMPTY_FRONTIER;
    for (const [index, entry] of entries.entries()) {
      expect(computeRoot(frontier, hashBytes)).toEqual(reference.mth(0, index));
      frontier = append(frontier, entry);
    }
    expect(computeRoot(frontier, hashBytes)).toEqual(reference.mth(0, 300));
  });

  test("holds one hash for each 1 in its size, so 20 at most for a million entries", () => {
    let frontier = EMPTY_FRONTIER;
    for (const entry of buildEntries(1023)) frontier = append(frontier, entry);
    expect(frontier.peaks).toHaveLength(10);
    expect(append(frontier, Buffer.of(1)).peaks).toHaveLength(1);
  });

  test("leaves the one before as it was", () => {
    const before = append(EMPTY_FRONTIER, Buffer.of(1));
    const after = [append(before, Buffer.of(2)), append(before, Buffer.of(3))];
    expect(before.size).toBe(1);
    expect(computeRoot(before, hashBytes)).toEqual(hashLeaf(Buffer.of(1), hashBytes));
    expect(new Set(after.map((frontier) => encodeHex(computeRoot(frontier, hashBytes)))).size).toBe(2);
  });

  test.for([2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 12_345, 2 ** 53 - 2])(
    "appends right behind %d entries",
    async (size) => {
      const readNode = readSparseTree([size]);
      const before = await readFrontier(size, readNode);
      const after = await readFrontier(size + 1, readNode);
      if (before === undefined || after === undefined) throw new Error("The sparse tree has every node.");
      expect(append(before, Buffer.from(`entry ${size}`))).toEqual(after);
    },
  );

  test("takes no entry behind 2^53 - 1", async () => {
    const full = await readFrontier(2 ** 53 - 1, readSparseTree([]));
    if (full === undefined) throw new Error("The sparse tree has every node.");
    expect(full.peaks).toHaveLength(53);
    expect(() => append(full, Buffer.of(1))).toThrow(RangeError);
  });

  test("without the peaks that its size asks for cannot be appended to", () => {
    expect(() => append({ size: 1, peaks: [] }, Buffer.of(1))).toThrow(RangeError);
  });
});

describe("restoreFrontier", () => {
  const peak = decodeHex(eightRoots[7]) ?? new Uint8Array();

  test("takes as many peaks as the size has ones", () => {
    expect(restoreFrontier(8, [peak])).toEqual({ ok: true, frontier: { size: 8, peaks: [peak] } });
    expect(restoreFrontier(0, [])).toEqual({ ok: true, frontier: { size: 0, peaks: [] } });
  });

  test.for([
    ["too few peaks", 9, [peak]],
    ["too many peaks", 8, [peak, peak]],
    ["a peak that is too short", 8, [peak.subarray(1)]],
    ["half an entry", 0.5, []],
    ["a negative size", -1, []],
    ["a size beyond 2^53 - 1", 2 ** 53, [peak]],
  ] as const)("refuses %s", ([, size, peaks]) => {
    expect(restoreFrontier(size, peaks)).toMatchObject({ ok: false, fault: "malformed" });
  });
});
