import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block } from "../../../shared/ledger/block.ts";
import { parseReceipt, verifyReceipt } from "../../../shared/ledger/receipt.ts";
import { buildReceipt, loadSealedRange, type SealedRange } from "../../../shared/records/receipts.ts";
import { MerkleReference } from "../ledger/merkle-reference.ts";
import { hashBytes } from "../ledger/host-crypto.ts";
import { buildBlocks, endOf, keys, origin, readOnlyLedger, signFirst } from "./memory-ledger.ts";

/** The seal over the blocks from place `first` up to, but without, `end`. */
async function sealBlocks(blocks: readonly Block[], first: number, end: number): Promise<SealedRange> {
  const from = blocks[first]?.from ?? 0;
  const last = blocks[end - 1];
  const to = last === undefined ? from : endOf(last);
  const seal = { v: 1 as const, from, to, root: "0".repeat(64), at: 0 };
  return loadSealedRange(readOnlyLedger(blocks), { ...seal, checkpoint: await signFirst(blocks, to) });
}

function verify(receipt: string) {
  const parsed = parseReceipt(receipt);
  if (!parsed.ok) return parsed;
  const entry = parsed.receipt.extra ?? Buffer.alloc(0);
  return verifyReceipt({ receipt, entry, origin, verifiers: [keys.verifier] }, hashBytes);
}

describe("the receipt that is built from a seal's blocks", () => {
  test("verifies and carries the entry, wherever blocks and seals begin and end", async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(), fc.nat(), fc.nat(), async (counts, a, b, c) => {
        const blocks = buildBlocks(counts);
        const first = a % blocks.length;
        const range = await sealBlocks(blocks, first, first + 1 + (b % (blocks.length - first)));
        const index = range.from + (c % (range.to - range.from));
        const built = await buildReceipt(range, index, hashBytes);
        if (!built.ok) throw new Error(built.why);
        expect(await verify(built.receipt)).toMatchObject({ ok: true, index });
        const parsed = parseReceipt(built.receipt);
        if (!parsed.ok) throw new Error(parsed.why);
        expect(Buffer.from(parsed.receipt.extra ?? []).toString()).toBe(`{"n":${index}}`);
        // RFC 6962 section 2.1.1, word for word, from all entries.
        const texts = blocks.flatMap((block) => block.entries).slice(0, range.to);
        const reference = new MerkleReference(texts.map((text) => Buffer.from(text)));
        expect(parsed.receipt.proof.map((hash) => Buffer.from(hash))).toEqual(
          reference.path(index, 0, range.to).map((hash) => Buffer.from(hash)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("is none without the entry's own block, and is refused without another or with an altered one", async () => {
    const blocks = buildBlocks([3, 2, 4, 1]);
    const range = await sealBlocks(blocks, 1, 4);
    const without = (place: number) => ({ ...range, blocks: range.blocks.toSpliced(place, 1) });
    expect(await buildReceipt(without(2), 4, hashBytes)).toMatchObject({ ok: false });
    const altered = range.blocks.map((block) => ({ ...block, entries: block.entries.with(0, '{"n":99}') }));
    for (const index of [3, 4, 5, 9]) {
      const built = await buildReceipt({ ...range, blocks: altered }, index, hashBytes);
      expect(built.ok && (await verify(built.receipt)).ok).toBe(false);
    }
    const [first, ...others] = range.blocks;
    if (first === undefined) throw new Error("The seal has blocks.");
    for (const peaks of [[], ["00"], first.peaks.with(0, "ff".repeat(32)), first.peaks.with(0, "no hex")]) {
      const built = await buildReceipt({ ...range, blocks: [{ ...first, peaks }, ...others] }, 4, hashBytes);
      expect(built.ok && (await verify(built.receipt)).ok).toBe(false);
    }
  });

  test("is none for an entry beside the seal", async () => {
    const range = await sealBlocks(buildBlocks([3, 2, 4, 1]), 1, 3);
    for (const index of [0, 2, 9, 10]) {
      expect(await buildReceipt(range, index, hashBytes)).toMatchObject({ ok: false });
    }
  });
});
