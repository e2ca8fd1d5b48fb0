// Sizes and indexes go up to 2^53 - 1, so everything here divides: bit operators would cut numbers to 32 bits.

/** The root of a complete subtree: it stands over the entries from `index * 2^level`, `2^level` of them. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** Entries from `start` up to, but without, `end`. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The largest complete subtrees that together stand over the range, from left to right: at most 2 * 53.
 *
 * Ranges that start at a multiple of a power of two not smaller than their length, which is what proofs consist of, give
 * subtrees that shrink from left to right.
 */
export function coverRange({ start, end }: EntryRange): readonly TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    let length = 1;
    while (at % (length * 2) === 0 && length * 2 <= end - at) {
      level += 1;
      length *= 2;
    }
    nodes.push({ level, index: at / length });
    at += length;
  }
  return nodes;
}

/**
 * What each hash of an inclusion proof stands over, from the leaf's sibling up: PATH of RFC 6962 section 2.1.1.
 *
 * Needs 0 <= index < size.
 */
export function planInclusion(index: number, size: number): readonly EntryRange[] {
  const ranges: EntryRange[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.toReversed();
}

/**
 * What each hash of a consistency proof stands over: PROOF of RFC 6962 section 2.1.2.
 *
 * Needs 0 < oldSize <= size.
 */
export function planConsistency(oldSize: number, size: number): readonly EntryRange[] {
  const ranges: EntryRange[] = [];
  let start = 0;
  let end = size;
  while (oldSize < end) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The old tree as a whole is left out: whoever checks the proof has its root.
  if (start > 0) ranges.push({ start, end });
  return ranges.toReversed();
}

/** The largest power of two below `length`, which is at least 2: `k` of RFC 6962 section 2.1. */
function splitPoint(length: number): number {
  let power = 1;
  while (power * 2 < length) power *= 2;
  return power;
}
