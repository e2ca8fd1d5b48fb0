import { equalBytes } from "./bytes.ts";
import { computeRoot } from "./frontier.ts";
import type { HashBytes } from "./merkle-hash.ts";
import { readFrontier } from "./merkle-prove.ts";
import { formatTilePath, measureTile, type Tile, TILE_WIDTH } from "./tile.ts";
import { createNodeReader, hashTile, type ReadTile, splitTile } from "./tile-hashes.ts";

/** `size` and `root` of a checkpoint that was verified. */
export interface TileTrust {
  readonly size: number;
  readonly root: Uint8Array;
  readonly readTile: ReadTile;
}

interface KeptTile {
  readonly index: number;
  readonly hashes: readonly Uint8Array[] | undefined;
}

/**
 * Reads hash tiles and believes only those that the root vouches for: it stands over the partial tiles at the right
 * edge, and each full tile is one hash of a tile above. Keeps one tile for each level, at most 7, so reading from left to
 * right reads each tile once.
 */
export class AuthenticTiles {
  /** The path of the first tile that was read and is missing or not what the root vouches for. */
  firstBad: string | undefined;
  readonly #trust: TileTrust;
  readonly #hash: HashBytes;
  readonly #kept = new Map<number, KeptTile>();
  #isEdgeAuthentic: boolean | undefined;

  constructor(trust: TileTrust, hash: HashBytes) {
    this.#trust = trust;
    this.#hash = hash;
  }

  /** The hashes of a tile; `undefined` if it is not in the tree, is missing, or is not vouched for. */
  async read(level: number, index: number): Promise<readonly Uint8Array[] | undefined> {
    const kept = this.#kept.get(level);
    if (kept?.index === index) return kept.hashes;
    const width = measureTile(level, index, this.#trust.size);
    if (width === 0) return undefined;
    const tile = { level, index, width };
    const bytes = await this.#trust.readTile(tile);
    const hashes = bytes && splitTile(bytes, width);
    const isAuthentic = hashes !== undefined && (await this.#isAuthentic(tile, hashes));
    if (!isAuthentic) this.firstBad ??= formatTilePath(tile);
    this.#kept.set(level, { index, hashes: isAuthentic ? hashes : undefined });
    return isAuthentic ? hashes : undefined;
  }

  /** The hash over all of a full tile, as the tile above has it, whatever has become of the tile itself. */
  async readOverTile(level: number, index: number): Promise<Uint8Array | undefined> {
    const above = await this.read(level + 1, Math.floor(index / TILE_WIDTH));
    return above?.[index % TILE_WIDTH];
  }

  async #isAuthentic(
    { level, index, width }: Tile & { level: number },
    hashes: readonly Uint8Array[],
  ): Promise<boolean> {
    if (width < TILE_WIDTH) return (this.#isEdgeAuthentic ??= await this.#checkEdge());
    const expected = await this.readOverTile(level, index);
    return expected !== undefined && equalBytes(hashTile(hashes, this.#hash), expected);
  }

  /** The largest complete subtrees of a tree lie in its partial tiles and use up all of them. */
  async #checkEdge(): Promise<boolean> {
    const { size, root, readTile } = this.#trust;
    const frontier = await readFrontier(size, createNodeReader(size, readTile, this.#hash));
    return frontier !== undefined && equalBytes(computeRoot(frontier, this.#hash), root);
  }
}
