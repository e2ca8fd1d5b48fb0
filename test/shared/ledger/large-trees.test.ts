import { describe, expect, test } from "vitest";

import { computeRoot } from "../../../shared/ledger/frontier.ts";
import { hashLeaf } from "../../../shared/ledger/merkle-hash.ts";
import {
  proveConsistency,
  proveInclusion,
  readFrontier,
  type ReadNode,
} from "../../../shared/ledger/merkle-prove.ts";
import { verifyConsistency, verifyInclusion } from "../../../shared/ledger/merkle-verify.ts";
import { takeProof } from "./build-log.ts";
import { hashBytes } from "./host-crypto.ts";
import { markedEntry, readSparseTree } from "./sparse-tree.ts";

const LARGEST = 2 ** 53 - 1;

const SIZES = [
  2 ** 31 - 1,
  2 ** 31 + 1,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 52 + 1,
  LARGEST - 1,
  LARGEST,
];

async function rootOf(size: number, readNode: ReadNode): Promise<Uint8Array> {
  const frontier = await readFrontier(size, readNode);
  if (frontier === undefined) throw new Error("The sparse tree has every node.");
  return computeRoot(frontier, hashBytes);
}

/** First, last and middle entries, and those at which a calculation with 32 bits goes wrong. */
function chooseIndexes(size: number): readonly number[] {
  const places = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Math.floor(size / 2), size - 2, size - 1];
  return [...new Set(places)].filter((place) => place < size);
}

describe.for(SIZES)("in a tree of %d entries", (size) => {
  const indexes = chooseIndexes(size);
  const readNode = readSparseTree(indexes);

  test.for(indexes)("entry %d is proved, at no other place and of no other size", async (index) => {
    const root = await rootOf(size, readNode);
    const proof = takeProof(await proveInclusion(index, size, readNode, hashBytes));
    const leafHash = hashLeaf(markedEntry(index), hashBytes);
    const claim = { index, size, leafHash, proof, root };
    expect(verifyInclusion(claim, hashBytes)).toEqual({ ok: true });
    for (const wrong of [index - 1, index + 1, index + 2 ** 32, index % 2 ** 32, index % 2 ** 31]) {
      if (wrong === index || wrong < 0 || wrong > LARGEST) continue;
      expect(verifyInclusion({ ...claim, index: wrong }, hashBytes)).toMatchObject({ ok: false });
    }
    for (const spoiled of [proof.slice(1), proof.slice(0, -1), [...proof, root]]) {
      expect(verifyInclusion({ ...claim, proof: spoiled }, hashBytes)).toMatchObject({ ok: false });
    }
  });

  test.for(chooseIndexes(size))("the first entries up to %d are what it begins with", async (oldSize) => {
    const roots = { oldRoot: await rootOf(oldSize, readNode), root: await rootOf(size, readNode) };
    const proof = takeProof(await proveConsistency(oldSize, size, readNode, hashBytes));
    const claim = { oldSize, size, ...roots, proof };
    expect(verifyConsistency(claim, hashBytes)).toEqual({ ok: true });
    const swapped = { oldRoot: roots.root, root: roots.oldRoot };
    expect(verifyConsistency({ ...claim, ...swapped }, hashBytes)).toMatchObject({ ok: false });
    expect(verifyConsistency({ ...claim, proof: proof.slice(1) }, hashBytes).ok).toBe(proof.length === 0);
    expect(verifyConsistency({ ...claim, proof: [...proof, roots.root] }, hashBytes).ok).toBe(false);
  });
});

test.for([
  [2 ** 31 - 1, 31],
  [2 ** 32, 32],
  [2 ** 32 + 1, 33],
  [LARGEST, 53],
] as const)("the proof of the first of %d entries has %d hashes", async ([size, count]) => {
  expect(takeProof(await proveInclusion(0, size, readSparseTree([]), hashBytes))).toHaveLength(count);
});
