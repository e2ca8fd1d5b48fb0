import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  formatTilePath,
  listNewTiles,
  listTiles,
  measureTile,
  parseTilePath,
  type Tile,
} from "../../../shared/ledger/tile.ts";

const anyTile: fc.Arbitrary<Tile> = fc.record({
  level: fc.oneof(fc.constant("entries" as const), fc.integer({ min: 0, max: 63 })),
  index: fc.oneof(fc.nat(2000), fc.maxSafeNat()),
  width: fc.integer({ min: 1, max: 256 }),
});

function listPaths(tiles: Iterable<Tile>): readonly string[] {
  return Array.from(tiles, formatTilePath);
}

describe("a tile's path", () => {
  // The first index is the example of C2SP tlog-tiles, "Merkle Tree".
  test.for([
    ["tile/0/x001/x234/067", { level: 0, index: 1_234_067, width: 256 }],
    ["tile/0/000", { level: 0, index: 0, width: 256 }],
    ["tile/0/000.p/1", { level: 0, index: 0, width: 1 }],
    ["tile/1/999.p/255", { level: 1, index: 999, width: 255 }],
    ["tile/63/x001/000", { level: 63, index: 1000, width: 256 }],
    ["tile/entries/x001/x234/067.p/8", { level: "entries", index: 1_234_067, width: 8 }],
    ["tile/0/x009/x007/x199/x254/x740/991", { level: 0, index: 2 ** 53 - 1, width: 256 }],
  ] as const)("%s is written and read", ([path, tile]) => {
    expect(formatTilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test("of any tile is read back", () => {
    fc.assert(
      fc.property(anyTile, (tile) => {
        expect(parseTilePath(formatTilePath(tile))).toEqual(tile);
      }),
      { numRuns: 1000 },
    );
  });

  test.for([
    "",
    "/tile/0/000",
    "tile/0/000/",
    "tile/0/000\n",
    "tile/00/000",
    "tile/-1/000",
    "tile/64/000",
    "tile/100/000",
    "tile/data/000",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/001",
    "tile/0/x001",
    "tile/0/001/002",
    "tile/0/x001/x234/067.p",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/1000",
    "tile/0/000.P/1",
    "tile/0/../000",
    "tile/0/x009/x007/x199/x254/x740/992",
    `tile/0/${"x001/".repeat(20)}001`,
  ])("%j is none", (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });
});

describe("the tiles of a tree", () => {
  test("of 70,000 entries are those that C2SP tlog-tiles counts", () => {
    const tiles = [...listTiles(70_000)].filter(({ level }) => level !== "entries");
    const full = (level: number) => tiles.filter((tile) => tile.level === level && tile.width === 256).length;
    const partial = tiles.filter(({ width }) => width < 256);
    expect([full(0), full(1), full(2)]).toEqual([273, 1, 0]);
    expect(listPaths(partial)).toEqual(["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    expect(tiles).toHaveLength(277);
  });

  test("of 256 entries are a full one and one of width 1 above it", () => {
    expect(listPaths(listTiles(256))).toEqual(["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
  });

  test("of no entries are none", () => {
    expect(listPaths(listTiles(0))).toEqual([]);
  });

  test("that are new for one more entry are the grown ones under new names", () => {
    expect(listPaths(listNewTiles(299, 300))).toEqual(["tile/entries/001.p/44", "tile/0/001.p/44"]);
    expect(listPaths(listNewTiles(511, 512))).toEqual(["tile/entries/001", "tile/0/001", "tile/1/000.p/2"]);
    expect(listPaths(listNewTiles(512, 512))).toEqual([]);
    expect(listPaths(listNewTiles(255, 257))).toEqual([
      "tile/entries/000",
      "tile/entries/001.p/1",
      "tile/0/000",
      "tile/0/001.p/1",
      "tile/1/000.p/1",
    ]);
  });

  test("that are new are those that the older tree does not have", () => {
    const size = fc.nat(70_000);
    fc.assert(
      fc.property(size, size, (one, other) => {
        const [oldSize, newSize] = [Math.min(one, other), Math.max(one, other)];
        const old = new Set(listPaths(listTiles(oldSize)));
        const expected = listPaths(listTiles(newSize)).filter((path) => !old.has(path));
        expect(listPaths(listNewTiles(oldSize, newSize))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("are measured far beyond 2^32", () => {
    expect(measureTile(0, 2 ** 45 - 1, 2 ** 53 - 1)).toBe(255);
    expect(measureTile(0, 2 ** 45 - 2, 2 ** 53 - 1)).toBe(256);
    expect(measureTile(0, 2 ** 45, 2 ** 53 - 1)).toBe(0);
    expect(measureTile(6, 0, 2 ** 53 - 1)).toBe(31);
    expect(measureTile(7, 0, 2 ** 53 - 1)).toBe(0);
    expect(measureTile("entries", 2 ** 24, 2 ** 32 + 7)).toBe(7);
  });
});
