import { concatBytes } from "./bytes.ts";
import { HASH_BYTES, type HashBytes, hashNode } from "./merkle-hash.ts";
import type { ReadNode } from "./merkle-prove.ts";
import { formatTilePath, measureTile, type Tile, TILE_WIDTH } from "./tile.ts";
import type { TreeNode } from "./tree-shape.ts";

/** Reads the file of a hash tile, exactly `width` hashes of 32 bytes; `undefined` if it is not there. */
export type ReadTile = (tile: Tile) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** A hash tile to publish; `bytes` are its hashes one after another. */
export interface TileFile {
  readonly tile: Tile;
  readonly bytes: Uint8Array;
}

export interface TileGrowth {
  readonly oldSize: number;
  /** For each level from 0 up the hashes of the partial tile at the right edge; empty where it has none. */
  readonly edges: readonly (readonly Uint8Array[])[];
  /** Of the entries from `oldSize` on. */
  readonly leafHashes: readonly Uint8Array[];
}

/** Levels of the tree that one tile takes: 2^8 = 256. */
const TILE_HEIGHT = 8;

/** Takes a tile's file apart; `undefined` if it is not exactly `width` hashes long. */
export function splitTile(bytes: Uint8Array, width: number): readonly Uint8Array[] | undefined {
  if (bytes.length !== width * HASH_BYTES) return undefined;
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** One hash over neighbours in a tile; their number is a power of two, 256 for a full tile. */
export function hashTile(hashes: readonly Uint8Array[], hash: HashBytes): Uint8Array {
  const [first, second] = hashes;
  if (first === undefined) throw new RangeError("A subtree has at least one hash.");
  if (second === undefined) return first;
  const middle = hashes.length / 2;
  return hashNode(hashTile(hashes.slice(0, middle), hash), hashTile(hashes.slice(middle), hash), hash);
}

/**
 * Reads the nodes of a tree of `size` entries out of its tiles, for proofs. Each tile is read once and kept, so make
 * one reader for each proof or batch of proofs.
 */
export function createNodeReader(size: number, readTile: ReadTile, hash: HashBytes): ReadNode {
  const kept = new Map<string, ReturnType<ReadTile>>();
  const readOnce: ReadTile = (tile) => {
    const path = formatTilePath(tile);
    const bytes = kept.has(path) ? kept.get(path) : readTile(tile);
    kept.set(path, bytes);
    return bytes;
  };
  return async (node) => {
    const { level, index, from, to } = locateNode(node);
    const width = measureTile(level, index, size);
    if (width < to) return undefined;
    const bytes = await readOnce({ level, index, width });
    const hashes = bytes && splitTile(bytes, width);
    return hashes && hashTile(hashes.slice(from, to), hash);
  };
}

/** What `growTiles` needs of a tree that was published; `undefined` if a partial tile is missing or has another length. */
export async function readEdges(
  size: number,
  readTile: ReadTile,
): Promise<readonly (readonly Uint8Array[])[] | undefined> {
  const edges: (readonly Uint8Array[])[] = [];
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const width = hashes % TILE_WIDTH;
    const index = Math.floor(hashes / TILE_WIDTH);
    const bytes = width === 0 ? new Uint8Array() : await readTile({ level, index, width });
    const edge = bytes && splitTile(bytes, width);
    if (edge === undefined) return undefined;
    edges.push(edge);
  }
  return edges;
}

/**
 * The hash tiles that come with new entries: `listNewTiles` without bundles, with contents. Full tiles and what their
 * level has left over; nothing is read.
 *
 * @throws RangeError if `edges` are not as wide as the partial tiles of a tree of `oldSize` entries.
 */
export function growTiles({ oldSize, edges, leafHashes }: TileGrowth, hash: HashBytes): readonly TileFile[] {
  const files: TileFile[] = [];
  let added = leafHashes;
  for (let level = 0; added.length > 0; level += 1) {
    const oldHashes = Math.floor(oldSize / TILE_WIDTH ** level);
    const edge = edges[level] ?? [];
    if (edge.length !== oldHashes % TILE_WIDTH) {
      throw new RangeError(
        `The edge of level ${level} has ${edge.length} hashes, not ${oldHashes % TILE_WIDTH}.`,
      );
    }
    const hashes = [...edge, ...added];
    const parents: Uint8Array[] = [];
    for (let from = 0; from < hashes.length; from += TILE_WIDTH) {
      const own = hashes.slice(from, from + TILE_WIDTH);
      const index = Math.floor(oldHashes / TILE_WIDTH) + from / TILE_WIDTH;
      files.push({ tile: { level, index, width: own.length }, bytes: concatBytes(...own) });
      if (own.length === TILE_WIDTH) parents.push(hashTile(own, hash));
    }
    added = parents;
  }
  return files;
}

/** The tile that holds the hashes under a node, and which of them those are. */
function locateNode({ level, index }: TreeNode): {
  readonly level: number;
  readonly index: number;
  readonly from: number;
  readonly to: number;
} {
  const within = level % TILE_HEIGHT;
  const nodesInTile = 2 ** (TILE_HEIGHT - within);
  const from = (index % nodesInTile) * 2 ** within;
  return {
    level: Math.floor(level / TILE_HEIGHT),
    index: Math.floor(index / nodesInTile),
    from,
    to: from + 2 ** within,
  };
}
