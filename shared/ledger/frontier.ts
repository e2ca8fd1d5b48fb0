import type { Faulty } from "./faulty.ts";
import { malformed } from "./faulty.ts";
import { HASH_BYTES, type HashBytes, hashEmptyTree, hashNode } from "./merkle-hash.ts";
import { coverRange } from "./tree-shape.ts";
import { isWholeNumber } from "./whole-number.ts";

/**
 * All that is needed of a tree to append to it and to know its root: `peaks` are the roots of its largest complete
 * subtrees from left to right, one for each 1 in the binary form of `size`, so at most 53.
 */
export interface Frontier {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, peaks: [] };

/** Takes a frontier that was stored; whether its hashes are right shows only when its root is compared. */
export function restoreFrontier(
  size: number,
  peaks: readonly Uint8Array[],
): { readonly ok: true; readonly frontier: Frontier } | Faulty {
  if (!isWholeNumber(size)) return malformed("A tree size is a whole number from 0 to 2^53 - 1.");
  const count = coverRange({ start: 0, end: size }).length;
  if (peaks.length !== count) {
    return malformed(`A tree of ${size} entries has ${count} peaks, not ${peaks.length}.`);
  }
  if (peaks.some((peak) => peak.length !== HASH_BYTES)) return malformed("A peak is not 32 bytes long.");
  return { ok: true, frontier: { size, peaks } };
}

/**
 * The frontier with one more entry, in O(log size) time.
 *
 * @throws RangeError if the frontier is none, or is full: 2^53 - 1 entries.
 */
export function appendLeaf(frontier: Frontier, leafHash: Uint8Array, hash: HashBytes): Frontier {
  const size = frontier.size + 1;
  if (!isWholeNumber(size)) throw new RangeError("A tree holds at most 2^53 - 1 entries.");
  const peaks = [...frontier.peaks];
  let peak = leafHash;
  // Each trailing 1 of the old size is a subtree as large as the one to its right: together they are one larger.
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = peaks.pop();
    if (left === undefined) throw new RangeError("The frontier has fewer peaks than its size asks for.");
    peak = hashNode(left, peak, hash);
  }
  peaks.push(peak);
  return { size, peaks };
}

/** The root of the tree (RFC 6962 section 2.1): peaks are hashed together from right to left. */
export function computeRoot({ peaks }: Frontier, hash: HashBytes): Uint8Array {
  return hashPeaks(peaks, hash) ?? hashEmptyTree(hash);
}

/** One hash over subtrees that shrink from left to right; `undefined` for none. */
export function hashPeaks(peaks: readonly Uint8Array[], hash: HashBytes): Uint8Array | undefined {
  const last = peaks.at(-1);
  if (last === undefined) return undefined;
  return peaks.slice(0, -1).reduceRight((right, left) => hashNode(left, right, hash), last);
}
