import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedRecord } from "../../../shared/domain/errors.ts";
import { decodeBundle } from "../../../shared/ledger/entry-bundle.ts";
import { hashLeaf } from "../../../shared/ledger/merkle-hash.ts";
import { formatTilePath, listTiles } from "../../../shared/ledger/tile.ts";
import { growTiles } from "../../../shared/ledger/tile-hashes.ts";
import { loadTexts, loadTile, sizeUnderTile } from "../../../shared/records/ledger-tiles.ts";
import { hashBytes } from "../ledger/host-crypto.ts";
import { buildBlocks, readOnlyLedger } from "./memory-ledger.ts";

/** Blocks of 1 to 49 entries, `size` in all, as uneven as they come. */
function unevenBlocks(size: number) {
  const lengths: number[] = [];
  for (let left = size, seed = 1; left > 0; seed += 1) {
    const length = Math.min(left, 1 + ((seed * 31) % 49));
    lengths.push(length);
    left -= length;
  }
  return buildBlocks(lengths);
}

describe("a tile made from blocks", () => {
  test.for([1, 255, 256, 257, 1_000, 66_000])(
    "is the one that growing writes, in a ledger of %d entries",
    async (size) => {
      const blocks = unevenBlocks(size);
      const ledger = readOnlyLedger(blocks);
      const texts = blocks.flatMap((block) => block.entries);
      const leafHashes = texts.map((text) => hashLeaf(Buffer.from(text), hashBytes));
      const grown = growTiles({ oldSize: 0, edges: [], leafHashes }, hashBytes);
      const files = grown.filter(({ tile }) => tile.level !== 0 || tile.index % 40 === 0);
      for (const { tile, bytes } of files) {
        const loaded = Buffer.from(await loadTile(ledger, tile, hashBytes));
        expect([formatTilePath(tile), loaded.equals(bytes)]).toEqual([formatTilePath(tile), true]);
      }
    },
  );

  test("has whatever width is asked for", async () => {
    const ledger = readOnlyLedger(unevenBlocks(600));
    const full = Buffer.from(await loadTile(ledger, { level: 0, index: 1, width: 256 }, hashBytes));
    const part = Buffer.from(await loadTile(ledger, { level: 0, index: 1, width: 7 }, hashBytes));
    expect(part.equals(full.subarray(0, 7 * 32))).toBe(true);
  });

  test("of entries holds exactly their bytes", async () => {
    const ledger = readOnlyLedger(unevenBlocks(600));
    const bundle = decodeBundle(
      await loadTile(ledger, { level: "entries", index: 2, width: 88 }, hashBytes),
      88,
    );
    const texts = bundle.ok ? bundle.entries.map((entry) => Buffer.from(entry).toString()) : [];
    expect([texts[0], texts[87], texts.length]).toEqual(['{"n":512}', '{"n":599}', 88]);
  });

  test("needs as many entries as lie under it", () => {
    expect(
      [...listTiles(66_000)]
        .map(sizeUnderTile)
        .toSorted((a, b) => a - b)
        .at(-1),
    ).toBe(66_000);
    expect(sizeUnderTile({ level: 1, index: 0, width: 3 })).toBe(768);
    expect(sizeUnderTile({ level: "entries", index: 1, width: 1 })).toBe(257);
  });

  test("is not made up where a block is missing", async () => {
    const blocks = unevenBlocks(600);
    const ledger = readOnlyLedger(blocks.toSpliced(3, 1));
    await expect(loadTile(ledger, { level: 0, index: 0, width: 256 }, hashBytes)).rejects.toThrow(
      MalformedRecord,
    );
    const start = blocks[3]?.from ?? 0;
    await expect(loadTexts(ledger, start, start + 1)).rejects.toThrow(MalformedRecord);
  });
});

test("any range of entries is read, and nothing beside it", async () => {
  const blocks = unevenBlocks(300);
  const ledger = readOnlyLedger(blocks);
  const texts = blocks.flatMap((block) => block.entries);
  await fc.assert(
    fc.asyncProperty(fc.nat(299), fc.nat(299), async (a, b) => {
      const [start, end] = a < b ? [a, b] : [b, a + 1];
      expect(await loadTexts(ledger, start, end)).toEqual(texts.slice(start, end));
    }),
  );
});
