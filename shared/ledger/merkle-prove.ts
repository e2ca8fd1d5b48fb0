import { type Faulty, malformed } from "./faulty.ts";
import { type Frontier, hashPeaks } from "./frontier.ts";
import type { HashBytes } from "./merkle-hash.ts";
import { coverRange, type EntryRange, planConsistency, planInclusion, type TreeNode } from "./tree-shape.ts";
import { isWholeNumber } from "./whole-number.ts";

/**
 * Reads the hash of a complete subtree, 32 bytes; `undefined` if it is not there. Called for all nodes of a proof at
 * once. A wrong hash makes a wrong proof, which no verifier accepts.
 */
export type ReadNode = (node: TreeNode) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** Hashes of 32 bytes in the order of RFC 6962 section 2.1.1 or 2.1.2. */
export type MerkleProof = readonly Uint8Array[];

export type Proved = { readonly ok: true; readonly proof: MerkleProof } | Faulty;

/** Proves that the entry at `index` is in the tree of the first `size` entries (RFC 6962 section 2.1.1). */
export async function proveInclusion(
  index: number,
  size: number,
  readNode: ReadNode,
  hash: HashBytes,
): Promise<Proved> {
  if (!isWholeNumber(index) || !isWholeNumber(size) || index >= size) {
    return malformed(`There is no entry ${index} in a tree of ${size} entries.`);
  }
  return prove(planInclusion(index, size), readNode, hash);
}

/**
 * Proves that the tree of the first `oldSize` entries is how the tree of `size` entries begins (RFC 6962 section 2.1.2).
 * Nothing needs proof, and the proof is empty, for an empty old tree and for two of the same size.
 */
export async function proveConsistency(
  oldSize: number,
  size: number,
  readNode: ReadNode,
  hash: HashBytes,
): Promise<Proved> {
  if (!isWholeNumber(oldSize) || !isWholeNumber(size) || oldSize > size) {
    return malformed(`A tree of ${size} entries cannot extend one of ${oldSize}.`);
  }
  return prove(oldSize === 0 ? [] : planConsistency(oldSize, size), readNode, hash);
}

/** Reads the frontier of the tree of the first `size` entries; `undefined` if a node is missing. */
export async function readFrontier(size: number, readNode: ReadNode): Promise<Frontier | undefined> {
  const peaks = await readNodes({ start: 0, end: size }, readNode);
  return peaks === undefined ? undefined : { size, peaks };
}

async function prove(ranges: readonly EntryRange[], readNode: ReadNode, hash: HashBytes): Promise<Proved> {
  const nodes = await Promise.all(ranges.map((range) => readNodes(range, readNode)));
  const proof: Uint8Array[] = [];
  for (const [place, peaks] of nodes.entries()) {
    const hashed = peaks && hashPeaks(peaks, hash);
    if (hashed === undefined) {
      const { start = 0, end = 0 } = ranges[place] ?? {};
      return malformed(
        `A hash over the entries from ${start} to ${end - 1} is missing; nothing can be proved.`,
      );
    }
    proof.push(hashed);
  }
  return { ok: true, proof };
}

async function readNodes(range: EntryRange, readNode: ReadNode): Promise<readonly Uint8Array[] | undefined> {
  const nodes = await Promise.all(coverRange(range).map(async (node) => readNode(node)));
  return nodes.every((node) => node !== undefined) ? nodes : undefined;
}
