import { isWholeNumber } from "./whole-number.ts";

/** Hashes in a full hash tile, and entries in a full bundle (C2SP tlog-tiles, "Merkle Tree"). */
export const TILE_WIDTH = 256;

/** A hash tile's level, from 0 for leaf hashes to 63, or the bundles of entries, which lie like level 0. */
export type TileLevel = number | "entries";

/** One file of a tiled log: `index` counts from 0 within the level; `width` is 1 to 256, and 256 is full. */
export interface Tile {
  readonly level: TileLevel;
  readonly index: number;
  readonly width: number;
}

const PATH =
  /^tile\/(?<level>entries|0|[1-9][0-9]?)\/(?<index>(?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/(?<width>[1-9][0-9]{0,2}))?$/;
const MAX_PATH_LENGTH = 64;
const MAX_LEVEL = 63;

/** Where a tile is served under a log's prefix, such as `tile/0/x001/x234/067` or `tile/entries/000.p/17`. */
export function formatTilePath({ level, index, width }: Tile): string {
  let path = padThree(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${padThree(rest % 1000)}/${path}`;
  }
  return `tile/${level}/${path}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** Reads exactly what `formatTilePath` writes; anything else is `undefined`. */
export function parseTilePath(path: string): Tile | undefined {
  if (path.length > MAX_PATH_LENGTH) return undefined;
  const { level: levelText = "", index: indexText = "", width: widthText } = PATH.exec(path)?.groups ?? {};
  const level: TileLevel = levelText === "entries" ? levelText : Number(levelText);
  const tile: Tile = {
    level,
    index: Number(indexText.replaceAll(/[x/]/g, "")),
    width: widthText === undefined ? TILE_WIDTH : Number(widthText),
  };
  const isInBounds = isWholeNumber(tile.index) && (level === "entries" || level <= MAX_LEVEL);
  // Writing it again finds what else is not canonical: superfluous groups of zeros, a width of 256.
  return isInBounds && formatTilePath(tile) === path ? tile : undefined;
}

/** How many hashes a tile has in a tree of `size` entries; 0 if the tree has no such tile. */
export function measureTile(level: TileLevel, index: number, size: number): number {
  const hashes = countHashes(level, size);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** All files of a tree of `size` entries: bundles, then hash tiles from level 0 up, each from the left. */
export function listTiles(size: number): Generator<Tile, undefined> {
  return listNewTiles(0, size);
}

/**
 * The files that a tree of `size` entries has and the same tree at `oldSize` had not, so the ones to publish. A tile
 * that grew is a new file under a new name: nothing is overwritten.
 */
export function* listNewTiles(oldSize: number, size: number): Generator<Tile, undefined> {
  yield* listNewOfLevel("entries", oldSize, size);
  for (let level = 0; countHashes(level, size) > 0; level += 1) yield* listNewOfLevel(level, oldSize, size);
}

function* listNewOfLevel(level: TileLevel, oldSize: number, size: number): Generator<Tile, undefined> {
  const oldHashes = countHashes(level, oldSize);
  const hashes = countHashes(level, size);
  if (hashes === oldHashes) return;
  for (let index = Math.floor(oldHashes / TILE_WIDTH); index * TILE_WIDTH < hashes; index += 1) {
    yield { level, index, width: measureTile(level, index, size) };
  }
}

/** Each hash of a level stands over a full tile of the level below. */
function countHashes(level: TileLevel, size: number): number {
  return Math.floor(size / TILE_WIDTH ** (level === "entries" ? 0 : level));
}

function padThree(value: number): string {
  return String(value).padStart(3, "0");
}
