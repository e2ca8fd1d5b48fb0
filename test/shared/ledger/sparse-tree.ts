import { hashLeaf, hashNode } from "../../../shared/ledger/merkle-hash.ts";
import type { ReadNode } from "../../../shared/ledger/merkle-prove.ts";
import { hashBytes } from "./host-crypto.ts";

/** The nodes of an endless tree in which all entries are empty but those at the given indexes, which say their index. */
export function readSparseTree(indexes: readonly number[]): ReadNode {
  const emptySubtrees = [hashLeaf(new Uint8Array(), hashBytes)];
  const hashEmptySubtree = (level: number): Uint8Array => {
    const below = level === 0 ? undefined : hashEmptySubtree(level - 1);
    return (emptySubtrees[level] ??= hashNode(
      below ?? new Uint8Array(),
      below ?? new Uint8Array(),
      hashBytes,
    ));
  };
  const hashSubtree = (level: number, index: number): Uint8Array => {
    const isEmpty = indexes.every((marked) => Math.floor(marked / 2 ** level) !== index);
    if (isEmpty) return hashEmptySubtree(level);
    if (level === 0) return hashLeaf(markedEntry(index), hashBytes);
    return hashNode(hashSubtree(level - 1, 2 * index), hashSubtree(level - 1, 2 * index + 1), hashBytes);
  };
  return ({ level, index }) => hashSubtree(level, index);
}

export function markedEntry(index: number): Uint8Array {
  return Buffer.from(`entry ${index}`);
}
