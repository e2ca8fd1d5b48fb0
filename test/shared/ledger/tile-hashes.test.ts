import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { computeRoot } from "../../../shared/ledger/frontier.ts";
import { encodeHex } from "../../../shared/ledger/hex.ts";
import { proveConsistency, proveInclusion, readFrontier } from "../../../shared/ledger/merkle-prove.ts";
import { formatTilePath, listNewTiles, listTiles, type Tile } from "../../../shared/ledger/tile.ts";
import {
  createNodeReader,
  growTiles,
  hashTile,
  readEdges,
  type ReadTile,
  splitTile,
} from "../../../shared/ledger/tile-hashes.ts";
import { buildEntries, buildLog, takeProof } from "./build-log.ts";
import { hashBytes } from "./host-crypto.ts";
import { MerkleReference } from "./merkle-reference.ts";

const COUNT = 1200;
const reference = new MerkleReference(buildEntries(COUNT));
const leafHashes = Array.from({ length: COUNT }, (_, index) => reference.leafHash(index));

/** The contents of a tile by the definition of C2SP tlog-tiles, "Merkle Tree". */
function defineTile({ level, index, width }: Tile): Buffer {
  const span = 256 ** Number(level);
  const first = index * 256;
  const hashes = Array.from({ length: width }, (_, i) =>
    reference.mth((first + i) * span, (first + i + 1) * span),
  );
  return Buffer.concat(hashes);
}

function listHashTiles(tiles: Iterable<Tile>): readonly Tile[] {
  return Array.from(tiles).filter(({ level }) => level !== "entries");
}

describe("growTiles", () => {
  test.for([1, 255, 256, 257, 512, 1000, 1200])(
    "from nothing to %d entries makes every tile as defined",
    (size) => {
      const files = growTiles({ oldSize: 0, edges: [], leafHashes: leafHashes.slice(0, size) }, hashBytes);
      expect(files.map(({ tile }) => tile)).toEqual(listHashTiles(listTiles(size)));
      for (const { tile, bytes } of files) expect(Buffer.from(bytes)).toEqual(defineTile(tile));
    },
  );

  test("from any size to any other makes the new tiles, out of the partial ones and the new entries", async () => {
    const size = fc.oneof(fc.nat(COUNT), fc.constantFrom(0, 255, 256, 257, 511, 512, 513, 1024));
    await fc.assert(
      fc.asyncProperty(size, size, async (one, other) => {
        const [oldSize, newSize] = [Math.min(one, other), Math.max(one, other)];
        const edges = (await readEdges(oldSize, defineTile)) ?? [];
        const files = growTiles(
          { oldSize, edges, leafHashes: leafHashes.slice(oldSize, newSize) },
          hashBytes,
        );
        expect(files.map(({ tile }) => tile)).toEqual(listHashTiles(listNewTiles(oldSize, newSize)));
        for (const { tile, bytes } of files) expect(Buffer.from(bytes)).toEqual(defineTile(tile));
      }),
    );
  });

  test("refuses edges that are not those of the old size", () => {
    expect(() => growTiles({ oldSize: 1, edges: [], leafHashes: leafHashes.slice(1, 2) }, hashBytes)).toThrow(
      RangeError,
    );
  });

  test("cannot start from partial tiles that are missing or too short", async () => {
    expect(await readEdges(300, () => undefined)).toBeUndefined();
    expect(await readEdges(300, (tile) => defineTile(tile).subarray(32))).toBeUndefined();
    expect(await readEdges(512, defineTile)).toHaveLength(2);
  });
});

describe("createNodeReader", () => {
  test.for([1, 2, 255, 256, 257, 700, 1200])("reads every node of a tree of %d entries", async (size) => {
    const readNode = createNodeReader(size, defineTile, hashBytes);
    for (let level = 0; 2 ** level <= size; level += 1) {
      for (let index = 0; (index + 1) * 2 ** level <= size; index += 1) {
        const expected = reference.mth(index * 2 ** level, (index + 1) * 2 ** level);
        const read = await readNode({ level, index });
        if (read === undefined || Buffer.compare(read, expected) !== 0) {
          throw new Error(`Node ${index} of level ${level} was not read.`);
        }
      }
    }
    expect(await readNode({ level: 0, index: size })).toBeUndefined();
    expect(await readNode({ level: 11, index: 0 })).toBeUndefined();
  });

  test("reads each tile once", async () => {
    const asked: string[] = [];
    const readTile: ReadTile = (tile) => {
      asked.push(formatTilePath(tile));
      return defineTile(tile);
    };
    takeProof(await proveInclusion(5, 1200, createNodeReader(1200, readTile, hashBytes), hashBytes));
    expect(asked.toSorted()).toEqual(["tile/0/000", "tile/0/004.p/176", "tile/1/000.p/4"]);
  });

  test("has no node of a tile that is missing or has another length", async () => {
    for (const readTile of [() => undefined, (tile: Tile) => defineTile(tile).subarray(1)]) {
      expect(await createNodeReader(300, readTile, hashBytes)({ level: 3, index: 2 })).toBeUndefined();
    }
  });

  test("proves and roots as the definition does, in any tree", async () => {
    const { readTile } = await buildLog(buildEntries(COUNT));
    const readNode = createNodeReader(COUNT, readTile, hashBytes);
    const frontier = await readFrontier(COUNT, readNode);
    if (frontier === undefined) throw new Error("The log has every tile.");
    expect(computeRoot(frontier, hashBytes)).toEqual(reference.mth(0, COUNT));
    await fc.assert(
      fc.asyncProperty(fc.nat(COUNT - 1), async (index) => {
        const path = takeProof(await proveInclusion(index, COUNT, readNode, hashBytes));
        expect(path.map(encodeHex)).toEqual(reference.path(index, 0, COUNT).map(encodeHex));
        const proof = takeProof(await proveConsistency(index + 1, COUNT, readNode, hashBytes));
        expect(proof.map(encodeHex)).toEqual(reference.proof(index + 1, COUNT).map(encodeHex));
      }),
    );
  });
});

describe("splitTile", () => {
  test("takes exactly as many hashes as the tile is wide", () => {
    expect(splitTile(new Uint8Array(64), 2)).toEqual([new Uint8Array(32), new Uint8Array(32)]);
    expect(splitTile(new Uint8Array(63), 2)).toBeUndefined();
    expect(splitTile(new Uint8Array(65), 2)).toBeUndefined();
    expect(splitTile(new Uint8Array(96), 2)).toBeUndefined();
  });

  test("no hash stands over nothing", () => {
    expect(() => hashTile([], hashBytes)).toThrow(RangeError);
  });
});
