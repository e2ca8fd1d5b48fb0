import { decodeHex, encodeHex } from "./hex.ts";
import { type Faulty, malformed, tampered } from "./faulty.ts";
import { appendLeaf, computeRoot, EMPTY_FRONTIER, type Frontier, restoreFrontier } from "./frontier.ts";
import { type HashBytes, hashLeaf } from "./merkle-hash.ts";
import { encodeUtf8 } from "./utf8.ts";

/**
 * Entries that were appended together. `from` counts the entries before them, and `peaks` are the peaks of the tree of
 * those, so a block alone says everything that the next one, a root and a proof within it need. Hashes are 64 lower-case
 * hex.
 */
export interface Block {
  readonly v: 2;
  readonly from: number;
  readonly peaks: readonly string[];
  /** The RFC 8785 text of each entry, whose UTF-8 bytes are the leaf. */
  readonly entries: readonly string[];
  /** The root of the tree of `from + entries.length` entries. */
  readonly root: string;
}

export type Continued = { readonly ok: true; readonly frontier: Frontier } | Faulty;

/** The block that appends `entries` to a tree. */
export function makeBlock(before: Frontier, entries: readonly string[], hash: HashBytes): Block {
  const after = appendAll(before, entries, hash);
  return {
    v: 2,
    from: before.size,
    peaks: before.peaks.map(encodeHex),
    entries,
    root: encodeHex(computeRoot(after, hash)),
  };
}

/** The tree after the block; refused is a block whose peaks, entries and root do not fit together. */
export function readBlockFrontier(block: Block, hash: HashBytes): Continued {
  const peaks = block.peaks.map(decodeHex);
  if (!peaks.every((peak) => peak !== undefined))
    return malformed(`A peak of block ${block.from} is not hex.`);
  const before = restoreFrontier(block.from, peaks);
  if (!before.ok) return before;
  const frontier = appendAll(before.frontier, block.entries, hash);
  const root = encodeHex(computeRoot(frontier, hash));
  return root === block.root
    ? { ok: true, frontier }
    : tampered(`The entries of block ${block.from} do not have the root that it states.`);
}

/** The tree after the last block; the empty tree where there is none. */
export function readLastFrontier(last: Block | undefined, hash: HashBytes): Continued {
  return last === undefined ? { ok: true, frontier: EMPTY_FRONTIER } : readBlockFrontier(last, hash);
}

function appendAll(before: Frontier, entries: readonly string[], hash: HashBytes): Frontier {
  return entries.reduce(
    (frontier, entry) => appendLeaf(frontier, hashLeaf(encodeUtf8(entry), hash), hash),
    before,
  );
}
