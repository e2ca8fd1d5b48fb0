import { type Block, readBlockFrontier } from "./block.ts";
import { decodeHex, encodeHex } from "./hex.ts";
import { type Faulty, malformed, tampered } from "./faulty.ts";
import { type Frontier, restoreFrontier } from "./frontier.ts";
import type { HashBytes } from "./merkle-hash.ts";

/** The trees before the first and after the last of some blocks, computed from their entries. */
export type Followed = { readonly ok: true; readonly before: Frontier; readonly after: Frontier } | Faulty;

/**
 * Goes from block to block. Nothing that a block states is taken for true but its first peaks, which show to be right only
 * when the root of `before` is compared with a signed one; refused is a block that does not continue the one before it, or
 * whose root is not that of its entries.
 */
export function followBlocks(
  [first, ...others]: readonly [Block, ...(readonly Block[])],
  hash: HashBytes,
): Followed {
  const peaks = first.peaks.map(decodeHex);
  if (!peaks.every((peak) => peak !== undefined))
    return malformed(`A peak of block ${first.from} is not hex.`);
  const before = restoreFrontier(first.from, peaks);
  if (!before.ok) return before;
  let after = before.frontier;
  for (const block of [first, ...others]) {
    if (!continues(block, after))
      return tampered(`Block ${block.from} does not follow ${after.size} entries.`);
    const read = readBlockFrontier(block, hash);
    if (!read.ok) return read;
    after = read.frontier;
  }
  return { ok: true, before: before.frontier, after };
}

function continues({ from, peaks }: Block, { size, peaks: expected }: Frontier): boolean {
  return (
    from === size &&
    peaks.length === expected.length &&
    expected.every((peak, place) => encodeHex(peak) === peaks[place])
  );
}
