import { describe, expect, test } from "vitest";

import { decodeHex, encodeHex } from "../../../shared/ledger/hex.ts";
import { hashEmptyTree, hashLeaf, hashNode } from "../../../shared/ledger/merkle-hash.ts";
import { type MerkleProof, proveConsistency, proveInclusion } from "../../../shared/ledger/merkle-prove.ts";
import {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from "../../../shared/ledger/merkle-verify.ts";
import type { TreeNode } from "../../../shared/ledger/tree-shape.ts";
import { buildEntries, takeProof } from "./build-log.ts";
import { consistencyVectors, eightEntries, eightRoots, inclusionVectors } from "./eight-leaves.ts";
import { hashBytes } from "./host-crypto.ts";
import { MerkleReference } from "./merkle-reference.ts";

const COUNT = 300;
const reference = new MerkleReference(buildEntries(COUNT));
const eight = new MerkleReference(eightEntries);
const other = hashBytes(Buffer.from("other"));

function readNodes(tree: MerkleReference) {
  return ({ level, index }: TreeNode) => tree.mth(index * 2 ** level, (index + 1) * 2 ** level);
}

function fromHex(hex: string): Uint8Array {
  const bytes = decodeHex(hex);
  if (bytes === undefined) throw new Error(`${hex} is not hex.`);
  return bytes;
}

function rootOfEight(size: number): Uint8Array {
  return fromHex(eightRoots[size - 1] ?? "");
}

function toHex(proof: MerkleProof): readonly string[] {
  return proof.map(encodeHex);
}

function isSameProof(a: MerkleProof, b: MerkleProof): boolean {
  return a.length === b.length && a.every((bytes, at) => Buffer.compare(bytes, b[at] ?? other) === 0);
}

function checkInclusion(claim: InclusionClaim) {
  return verifyInclusion(claim, hashBytes);
}

function checkConsistency(claim: ConsistencyClaim) {
  return verifyConsistency(claim, hashBytes);
}

/** The proof with each of its hashes changed, left out, or doubled, and with one more at either end. */
function spoil(proof: MerkleProof): readonly MerkleProof[] {
  return [
    [...proof, other],
    [other, ...proof],
    ...proof.flatMap((bytes, place) => [
      proof.with(
        place,
        bytes.map((byte, at) => (at === 0 ? byte ^ 8 : byte)),
      ),
      proof.toSpliced(place, 1),
      proof.toSpliced(place, 0, bytes),
    ]),
  ];
}

describe("inclusion", () => {
  test.for(inclusionVectors)("of entry $index of $size is proved by the published hashes", async (vector) => {
    const { index, size } = vector;
    const proved = await proveInclusion(index, size, readNodes(eight), hashBytes);
    expect(toHex(takeProof(proved))).toEqual(vector.proof);
    const leafHash = hashLeaf(eightEntries[index] ?? new Uint8Array(), hashBytes);
    const proof = vector.proof.map(fromHex);
    expect(checkInclusion({ index, size, leafHash, proof, root: rootOfEight(size) })).toEqual({ ok: true });
  });

  test("of every entry in every tree of up to 300 is proved as RFC 6962 defines, and verified", async () => {
    const readNode = readNodes(reference);
    for (let size = 1; size <= COUNT; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = takeProof(await proveInclusion(index, size, readNode, hashBytes));
        const isPath = isSameProof(proof, reference.path(index, 0, size));
        const leafHash = reference.leafHash(index);
        const claim = { index, size, leafHash, proof, root: reference.mth(0, size) };
        if (!isPath || !checkInclusion(claim).ok) throw new Error(`Entry ${index} of ${size} is not proved.`);
      }
    }
    expect(reference.path(299, 0, 300)).toHaveLength(5);
  });

  test("is refused for any other index, size, entry, root or proof, in every tree of up to 40", () => {
    let refused = 0;
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const leafHash = reference.leafHash(index);
        const root = reference.mth(0, size);
        const proof = reference.path(index, 0, size);
        const right = { index, size, leafHash, proof, root };
        const wrong = [
          ...Array.from({ length: size + 2 }, (_, place) => ({ ...right, index: place })).toSpliced(index, 1),
          { ...right, size: 0 },
          { ...right, size: size * 2 },
          { ...right, size: index },
          { ...right, leafHash: other },
          { ...right, leafHash: root.toReversed() },
          { ...right, root: other },
          { ...right, root: hashEmptyTree(hashBytes) },
          ...spoil(proof).map((spoiled) => ({ ...right, proof: spoiled })),
        ];
        for (const claim of wrong)
          expect(checkInclusion(claim)).toMatchObject({ ok: false, fault: "tampered" });
        refused += wrong.length;
      }
    }
    expect(refused).toBeGreaterThan(20_000);
  });

  test("is refused for a proof that goes on above the root, though it leads to the root that is claimed", () => {
    const leafHash = reference.leafHash(0);
    const root = hashNode(other, leafHash, hashBytes);
    const claim = { index: 0, size: 1, leafHash, proof: [other], root };
    expect(checkInclusion(claim)).toEqual({
      ok: false,
      fault: "tampered",
      why: "The proof has more hashes than a tree of that size.",
    });
  });

  test.for([
    ["an entry behind the last", 5, 5],
    ["an entry of an empty tree", 0, 0],
    ["a negative index", -1, 5],
    ["half an entry", 0.5, 5],
    ["a size beyond 2^53 - 1", 0, 2 ** 53],
  ] as const)("cannot be proved for %s", async ([, index, size]) => {
    expect(await proveInclusion(index, size, readNodes(reference), hashBytes)).toMatchObject({ ok: false });
  });

  test("cannot be proved when a hash is missing, and says which entries it is of", async () => {
    const proved = await proveInclusion(1, 8, ({ index }) => (index === 1 ? undefined : other), hashBytes);
    expect(proved).toEqual({
      ok: false,
      fault: "malformed",
      why: "A hash over the entries from 2 to 3 is missing; nothing can be proved.",
    });
  });

  test.for([
    ["a short leaf hash", { leafHash: other.subarray(1) }],
    ["a short root", { root: other.subarray(1) }],
    ["an empty hash in the proof", { proof: [new Uint8Array()] }],
    ["an index that is no whole number", { index: 0.5 }],
    ["a size that is no whole number", { size: Number.NaN }],
  ] as const)("with %s is malformed", ([, change]) => {
    const claim = { index: 0, size: 1, leafHash: other, proof: [], root: other };
    expect(checkInclusion({ ...claim, ...change })).toMatchObject({ ok: false, fault: "malformed" });
  });
});

describe("consistency", () => {
  test.for(consistencyVectors)("of $oldSize with $size is proved by the published hashes", async (vector) => {
    const { oldSize, size } = vector;
    const proved = await proveConsistency(oldSize, size, readNodes(eight), hashBytes);
    expect(toHex(takeProof(proved))).toEqual(vector.proof);
    const roots = { oldRoot: rootOfEight(oldSize), root: rootOfEight(size) };
    const claim = { oldSize, size, ...roots, proof: vector.proof.map(fromHex) };
    expect(checkConsistency(claim)).toEqual({ ok: true });
  });

  test("of every two trees of up to 300 is proved as RFC 6962 defines, and verified", async () => {
    const readNode = readNodes(reference);
    for (let size = 0; size <= COUNT; size += 1) {
      for (let oldSize = 0; oldSize <= size; oldSize += 1) {
        const proof = takeProof(await proveConsistency(oldSize, size, readNode, hashBytes));
        const expected = oldSize === 0 ? [] : reference.proof(oldSize, size);
        const isExpected = isSameProof(proof, expected);
        const roots = { oldRoot: reference.mth(0, oldSize), root: reference.mth(0, size) };
        const isVerified = checkConsistency({ oldSize, size, ...roots, proof }).ok;
        if (!isExpected || !isVerified) throw new Error(`${oldSize} with ${size} is not proved.`);
      }
    }
    expect(reference.proof(299, 300)).toHaveLength(6);
  });

  test("is refused for any other size, root or proof, between every two trees of up to 24", () => {
    let refused = 0;
    for (let size = 1; size <= 24; size += 1) {
      for (let oldSize = 1; oldSize < size; oldSize += 1) {
        const proof = reference.proof(oldSize, size);
        const right = {
          oldSize,
          oldRoot: reference.mth(0, oldSize),
          size,
          root: reference.mth(0, size),
          proof,
        };
        const wrong = [
          ...Array.from({ length: size + 2 }, (_, place) => ({ ...right, oldSize: place })).toSpliced(
            oldSize,
            1,
          ),
          { ...right, size: size * 2 },
          { ...right, size: oldSize },
          { ...right, oldRoot: other },
          { ...right, root: other },
          { ...right, oldRoot: right.root, root: right.oldRoot },
          { ...right, proof: [] },
          ...spoil(proof).map((spoiled) => ({ ...right, proof: spoiled })),
        ];
        for (const claim of wrong)
          expect(checkConsistency(claim)).toMatchObject({ ok: false, fault: "tampered" });
        refused += wrong.length;
      }
    }
    expect(refused).toBeGreaterThan(5000);
  });

  const empty = hashEmptyTree(hashBytes);

  test.for([
    ["the empty tree begins every tree", { oldSize: 0, oldRoot: empty, size: 9, root: other, proof: [] }],
    ["two empty trees", { oldSize: 0, oldRoot: empty, size: 0, root: empty, proof: [] }],
    ["two of the same size and root", { oldSize: 9, oldRoot: other, size: 9, root: other, proof: [] }],
  ] as const)("holds without a proof: %s", ([, claim]) => {
    expect(checkConsistency(claim)).toEqual({ ok: true });
  });

  test.for([
    [
      "an empty tree with the root of another",
      { oldSize: 0, oldRoot: other, size: 9, root: other, proof: [] },
    ],
    ["an empty tree and a proof", { oldSize: 0, oldRoot: empty, size: 9, root: other, proof: [other] }],
    ["one size and two roots", { oldSize: 9, oldRoot: empty, size: 9, root: other, proof: [] }],
    ["one size, one root and a proof", { oldSize: 9, oldRoot: other, size: 9, root: other, proof: [other] }],
    ["a tree that shrank", { oldSize: 9, oldRoot: other, size: 8, root: other, proof: [] }],
    ["a tree that shrank and kept its root", { oldSize: 2, oldRoot: other, size: 1, root: other, proof: [] }],
    ["a power of two without a proof", { oldSize: 4, oldRoot: other, size: 8, root: other, proof: [] }],
  ] as const)("is refused for %s", ([, claim]) => {
    expect(checkConsistency(claim)).toMatchObject({ ok: false, fault: "tampered" });
  });

  test("is refused for a proof that goes on above the roots, though it leads to those that are claimed", () => {
    const oldRoot = hashNode(other, reference.mth(0, 3), hashBytes);
    const root = hashNode(other, reference.mth(0, 4), hashBytes);
    const long = { oldSize: 3, oldRoot, size: 4, root, proof: [...reference.proof(3, 4), other] };
    expect(checkConsistency(long)).toEqual({
      ok: false,
      fault: "tampered",
      why: "The proof has more hashes than a tree of that size.",
    });
  });

  test("with hashes of another length is malformed", () => {
    const claim = { oldSize: 1, oldRoot: other, size: 2, root: other, proof: [other.subarray(1)] };
    expect(checkConsistency(claim)).toMatchObject({ ok: false, fault: "malformed" });
  });

  test("cannot be proved backwards", async () => {
    expect(await proveConsistency(9, 8, readNodes(reference), hashBytes)).toEqual({
      ok: false,
      fault: "malformed",
      why: "A tree of 8 entries cannot extend one of 9.",
    });
  });
});
