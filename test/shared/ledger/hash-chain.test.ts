import { createHash } from "node:crypto";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type Block, blockHash, GENESIS_HASH, verifyChain } from "../../../shared/ledger/hash-chain.ts";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function hashOf(block: Pick<Block, "index" | "previous" | "entries">): string {
  const hashed = blockHash(block, sha256);
  if (!hashed.ok) throw new Error(hashed.message);
  return hashed.hash;
}

/** A whole chain with one block per group of entries. */
function chainOf(groups: readonly (readonly JsonValue[])[]): Block[] {
  const blocks: Block[] = [];
  for (const [index, entries] of groups.entries()) {
    const previous = blocks.at(-1)?.hash ?? GENESIS_HASH;
    blocks.push({ v: 1, index, previous, entries, hash: hashOf({ index, previous, entries }) });
  }
  return blocks;
}

function resealed(block: Block, change: Partial<Block>): Block {
  const changed = { ...block, ...change };
  return { ...changed, hash: hashOf(changed) };
}

const FOUR = [[{ n: 0 }], [{ n: 1 }, { n: 11 }], [{ n: 2 }], [{ n: 3 }]];

describe("blockHash", () => {
  test("is SHA-256 over the canonical JSON of version, place, previous hash and entries", () => {
    // printf %s '{"entries":[{"kind":"decision","n":1}],"index":0,"previous":"00…00","v":1}' | sha256sum
    const block = { index: 0, previous: GENESIS_HASH, entries: [{ n: 1, kind: "decision" }] };
    expect(blockHash(block, sha256)).toEqual({
      ok: true,
      hash: "7f7bc6a134c0e389d53f1cd912a152202a37486a22a97f4c11eddca86331b1d9",
    });
  });

  test("the genesis hash is 64 zeros", () => {
    expect(GENESIS_HASH).toBe("0".repeat(64));
  });

  test("an entry without a canonical form is refused", () => {
    expect(blockHash({ index: 0, previous: GENESIS_HASH, entries: [2 ** 53] }, sha256)).toMatchObject({
      ok: false,
      reason: "unsafe_number",
    });
  });
});

describe("verifyChain", () => {
  test("a whole chain passes, an empty one too", () => {
    expect(verifyChain(chainOf(FOUR), sha256)).toEqual({ ok: true });
    expect(verifyChain([], sha256)).toEqual({ ok: true });
  });

  test.each<[string, (block: Block) => Block, string]>([
    ["version", (block) => Object.assign({ ...block }, { v: 2 }), "wrong_version"],
    ["place", (block) => ({ ...block, index: 7 }), "wrong_index"],
    ["previous hash", (block) => ({ ...block, previous: "f".repeat(64) }), "wrong_previous"],
    ["hash", (block) => ({ ...block, hash: "f".repeat(64) }), "wrong_hash"],
    ["entries", (block) => ({ ...block, entries: [{ n: 9 }] }), "wrong_hash"],
    ["entries, one added", (block) => ({ ...block, entries: [...block.entries, {}] }), "wrong_hash"],
    ["entries, all gone", (block) => ({ ...block, entries: [] }), "wrong_hash"],
    ["entries, not canonical", (block) => ({ ...block, entries: [Number.NaN] }), "not_canonical"],
  ])("another %s in any block is found there", (_what, tamper, reason) => {
    const blocks = chainOf(FOUR);
    for (const [index, block] of blocks.entries()) {
      expect(verifyChain(blocks.with(index, tamper(block)), sha256)).toEqual({ ok: false, index, reason });
    }
  });

  test("a block sealed anew after tampering is found at its successor", () => {
    const blocks = chainOf(FOUR);
    const forged = blocks.map((block, index) => (index === 1 ? resealed(block, { entries: [] }) : block));
    expect(verifyChain(forged, sha256)).toEqual({ ok: false, index: 2, reason: "wrong_previous" });
  });

  test("entries in another order are found", () => {
    const blocks = chainOf(FOUR).map((block) => ({ ...block, entries: block.entries.toReversed() }));
    expect(verifyChain(blocks, sha256)).toEqual({ ok: false, index: 1, reason: "wrong_hash" });
  });

  test("two blocks in each other's place are found at the first of them", () => {
    const [first, second, third, fourth] = chainOf(FOUR);
    const swapped = [first, third, second, fourth].filter((block) => block !== undefined);
    expect(verifyChain(swapped, sha256)).toEqual({ ok: false, index: 1, reason: "wrong_index" });
  });

  test("a block put in is found where its successor no longer fits", () => {
    const blocks = chainOf(FOUR);
    const inserted = chainOf([[{ n: 0 }], [{ n: "forged" }]]).slice(1);
    expect(verifyChain(blocks.toSpliced(1, 0, ...inserted), sha256)).toEqual({
      ok: false,
      index: 2,
      reason: "wrong_index",
    });
  });

  test("a block taken out of the middle is found, also when the rest is renumbered", () => {
    const cut = chainOf(FOUR).toSpliced(1, 1);
    expect(verifyChain(cut, sha256)).toEqual({ ok: false, index: 1, reason: "wrong_index" });
    const renumbered = cut.map((block, index) => resealed(block, { index }));
    expect(verifyChain(renumbered, sha256)).toEqual({ ok: false, index: 1, reason: "wrong_previous" });
  });

  test("a chain cut at its end still passes: only a head kept elsewhere tells", () => {
    expect(verifyChain(chainOf(FOUR).slice(0, 2), sha256)).toEqual({ ok: true });
  });

  test("changing one entry of any chain is found in its block", () => {
    const groups = fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, fc.nat(), fc.nat(), (strings, blockPick, entryPick) => {
        const blocks = chainOf(strings);
        const index = blockPick % blocks.length;
        const tampered = blocks.map((block, place) =>
          place === index
            ? { ...block, entries: block.entries.with(entryPick % block.entries.length, { forged: true }) }
            : block,
        );
        expect(verifyChain(blocks, sha256)).toEqual({ ok: true });
        expect(verifyChain(tampered, sha256)).toEqual({ ok: false, index, reason: "wrong_hash" });
      }),
    );
  });
});
