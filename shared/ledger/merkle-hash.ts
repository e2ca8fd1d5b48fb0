import { concatBytes } from "./bytes.ts";

/** SHA-256 (FIPS 180-4) of the bytes, 32 bytes; passed in, so that each host uses its fastest. */
export type HashBytes = (bytes: Uint8Array) => Uint8Array;

/** Length of every hash in the tree, in bytes. */
export const HASH_BYTES = 32;

// Leaves and nodes are hashed with different first bytes, so that no node can be passed off as an entry
// (RFC 6962 section 2.1).
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of one entry in the tree (RFC 6962 section 2.1). */
export function hashLeaf(entry: Uint8Array, hash: HashBytes): Uint8Array {
  return hash(concatBytes(LEAF, entry));
}

/** The hash of the node over two subtrees (RFC 6962 section 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array, hash: HashBytes): Uint8Array {
  return hash(concatBytes(NODE, left, right));
}

/** The root of the tree without entries (RFC 6962 section 2.1). */
export function hashEmptyTree(hash: HashBytes): Uint8Array {
  return hash(new Uint8Array());
}
