import { describe, expect, test } from "vitest";
import { type Block, makeBlock, readBlockFrontier } from "../../../shared/ledger/block.ts";
import { followBlocks } from "../../../shared/ledger/follow-blocks.ts";
import { computeRoot, EMPTY_FRONTIER, type Frontier } from "../../../shared/ledger/frontier.ts";
import { encodeHex } from "../../../shared/ledger/hex.ts";
import { hashBytes } from "./host-crypto.ts";

/** Blocks of these lengths, one behind the other. */
function buildBlocks(...lengths: readonly number[]): readonly Block[] {
  let frontier: Frontier = EMPTY_FRONTIER;
  let index = 0;
  return lengths.map((length) => {
    const entries = Array.from({ length }, () => `{"n":${(index += 1)}}`);
    const block = makeBlock(frontier, entries, hashBytes);
    const read = readBlockFrontier(block, hashBytes);
    if (!read.ok) throw new Error(read.why);
    frontier = read.frontier;
    return block;
  });
}

const [first, second, third] = buildBlocks(3, 2, 6) as readonly [Block, Block, Block];

describe("blocks that follow each other", () => {
  test("lead from the tree before them to the tree after them", () => {
    const followed = followBlocks([second, third], hashBytes);
    expect(followed).toMatchObject({ ok: true, before: { size: 3 }, after: { size: 11 } });
    if (!followed.ok) throw new Error(followed.why);
    expect(encodeHex(computeRoot(followed.before, hashBytes))).toBe(first.root);
    expect(encodeHex(computeRoot(followed.after, hashBytes))).toBe(third.root);
  });

  const other = "ab".repeat(32);
  test.for<[string, readonly [Block, ...Block[]]]>([
    ["a block left out", [first, third]],
    ["a block twice", [first, first, second]],
    ["two blocks swapped", [first, third, second]],
    ["an entry altered", [{ ...first, entries: ["{}", ...first.entries.slice(1)] }, second]],
    ["two entries swapped", [{ ...first, entries: first.entries.toReversed() }, second]],
    ["an entry left out", [first, { ...second, entries: second.entries.slice(1) }, third]],
    ["a root of its own", [first, { ...second, root: other }]],
    ["peaks of another tree", [first, { ...second, peaks: second.peaks.map(() => other) }]],
    [
      "peaks of another tree, and a root that fits them",
      [first, refit({ ...second, peaks: second.peaks.map(() => other) })],
    ],
  ])("%s is tampering", ([, blocks]) => {
    expect(followBlocks(blocks, hashBytes)).toMatchObject({ ok: false, fault: "tampered" });
  });

  test.for<[string, Block]>([
    ["too few peaks", { ...second, peaks: second.peaks.slice(1) }],
    ["peaks in upper case", { ...second, peaks: second.peaks.map((peak) => peak.toUpperCase()) }],
    ["no whole number of entries before it", { ...second, from: 3.5 }],
  ])("a first block with %s is malformed", ([, block]) => {
    expect(followBlocks([block], hashBytes)).toMatchObject({ ok: false, fault: "malformed" });
  });
});

/** The block with the root that its own peaks and entries have. */
function refit(block: Block): Block {
  const peaks = block.peaks.map((peak) => Buffer.from(peak, "hex"));
  return makeBlock({ size: block.from, peaks }, block.entries, hashBytes);
}
