import { equalBytes } from "./bytes.ts";
import { type Faulty, malformed, tampered } from "./faulty.ts";
import { HASH_BYTES, type HashBytes, hashEmptyTree, hashNode } from "./merkle-hash.ts";
import type { MerkleProof } from "./merkle-prove.ts";
import { isWholeNumber } from "./whole-number.ts";

export type Verified = { readonly ok: true } | Faulty;

/** `index` counts from 0; `leafHash`, `root` and each hash of the proof have 32 bytes. */
export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: MerkleProof;
  readonly root: Uint8Array;
}

/** Sizes count entries; roots and each hash of the proof have 32 bytes. */
export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: MerkleProof;
}

const TOO_LONG = tampered("The proof has more hashes than a tree of that size.");
const TOO_SHORT = tampered("The proof has fewer hashes than a tree of that size.");

/**
 * Checks that the entry with this leaf hash is at this index of the tree with this root, by the steps of RFC 9162
 * section 2.1.3.2, whose names (fn, sn, r) are kept. A proof of any other length is refused.
 */
export function verifyInclusion(claim: InclusionClaim, hash: HashBytes): Verified {
  const { index, size, leafHash, proof, root } = claim;
  if (!isWholeNumber(index) || !isWholeNumber(size)) return malformed("An index or size is no whole number.");
  if (![leafHash, root, ...proof].every(isHash)) return malformed("A hash is not 32 bytes long.");
  if (index >= size) return tampered(`There is no entry ${index} in a tree of ${size} entries.`);
  let fn = index;
  let sn = size - 1;
  let r = leafHash;
  for (const p of proof) {
    if (sn === 0) return TOO_LONG;
    if (isOdd(fn) || fn === sn) {
      r = hashNode(p, r, hash);
      [fn, sn] = skipRightEdge(fn, sn);
    } else {
      r = hashNode(r, p, hash);
    }
    [fn, sn] = [halve(fn), halve(sn)];
  }
  if (sn !== 0) return TOO_SHORT;
  return equalBytes(r, root) ? { ok: true } : tampered(`Entry ${index} is not in the tree with that root.`);
}

/**
 * Checks that a tree begins with all of an older one, by the steps of RFC 9162 section 2.1.4.2, whose names (fn, sn, fr,
 * sr) are kept. For an empty old tree or two of the same size, which it leaves out, the proof has to be empty and the
 * roots right (C2SP tlog-witness).
 */
export function verifyConsistency(claim: ConsistencyClaim, hash: HashBytes): Verified {
  const { oldSize, oldRoot, size, root, proof } = claim;
  if (!isWholeNumber(oldSize) || !isWholeNumber(size)) return malformed("A tree size is no whole number.");
  if (![oldRoot, root, ...proof].every(isHash)) return malformed("A hash is not 32 bytes long.");
  if (oldSize > size) return tampered(`A tree of ${size} entries cannot extend one of ${oldSize}.`);
  if (oldSize === 0 || oldSize === size) {
    if (proof.length > 0) return TOO_LONG;
    const expected = oldSize === size ? root : hashEmptyTree(hash);
    return equalBytes(oldRoot, expected) ? { ok: true } : tampered(differentRoot(oldSize));
  }
  return verifyGrowth(claim, hash);
}

/** Section 2.1.4.2 itself, with 0 < oldSize < size. Its step 1 follows: an empty proof leaves sn above 0. */
function verifyGrowth({ oldSize, oldRoot, size, root, proof }: ConsistencyClaim, hash: HashBytes): Verified {
  let fn = oldSize - 1;
  let sn = size - 1;
  while (isOdd(fn)) [fn, sn] = [halve(fn), halve(sn)];
  // fn is 0 now if, and only if, the old size is a power of two: then its root is the first hash.
  const [first, ...rest] = fn === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) return TOO_SHORT;
  let fr = first;
  let sr = first;
  for (const c of rest) {
    if (sn === 0) return TOO_LONG;
    if (isOdd(fn) || fn === sn) {
      fr = hashNode(c, fr, hash);
      sr = hashNode(c, sr, hash);
      [fn, sn] = skipRightEdge(fn, sn);
    } else {
      sr = hashNode(sr, c, hash);
    }
    [fn, sn] = [halve(fn), halve(sn)];
  }
  if (sn !== 0) return TOO_SHORT;
  if (!equalBytes(fr, oldRoot)) return tampered(differentRoot(oldSize));
  return equalBytes(sr, root) ? { ok: true } : tampered(differentRoot(size));
}

/** Up to where a left sibling stands: above the right edge a subtree without one keeps its hash. */
function skipRightEdge(fn: number, sn: number): [fn: number, sn: number] {
  while (fn !== 0 && !isOdd(fn)) [fn, sn] = [halve(fn), halve(sn)];
  return [fn, sn];
}

function differentRoot(size: number): string {
  return `The first ${size} entries do not have the root that is claimed for them.`;
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

// Not a shift: that would cut the number to 32 bits.
function halve(value: number): number {
  return Math.floor(value / 2);
}
