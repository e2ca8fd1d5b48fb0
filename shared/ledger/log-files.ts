import { HASH_BYTES } from "./merkle-hash.ts";
import { formatTilePath, listTiles, type Tile, TILE_WIDTH } from "./tile.ts";
import type { ReadTile } from "./tile-hashes.ts";

/**
 * Reads a file of a log in the layout of C2SP tlog-tiles: `checkpoint`, or a path of `formatTilePath`. `undefined` if it is
 * not there. Nothing that it answers is trusted.
 */
export type ReadLogFile = (path: string) => Promise<Uint8Array | undefined>;

/** Reads hash tiles; where a partial one is gone because the log has grown, the full one stands in for it. */
export function createTileReader(readFile: ReadLogFile): ReadTile {
  return async (tile) => {
    const { bytes, isFull } = await readTileFile(readFile, tile);
    return isFull ? bytes?.subarray(0, tile.width * HASH_BYTES) : bytes;
  };
}

/**
 * The entries of a log of `size` entries out of its bundles, one after the other, whatever is wrong with them: a bundle
 * may have too few or too many, and the entries end where one is missing or breaks off. `verifyLog` says which is bad.
 */
export async function* readEntries(
  readFile: ReadLogFile,
  size: number,
): AsyncGenerator<Uint8Array, undefined> {
  for (const tile of listTiles(size)) {
    if (tile.level !== "entries") return;
    const { bytes, isFull } = await readTileFile(readFile, tile);
    if (bytes === undefined) return;
    const { entries, isWhole } = cutEntries(bytes);
    yield* isFull ? entries.slice(0, tile.width) : entries;
    if (!isWhole) return;
  }
}

async function readTileFile(
  readFile: ReadLogFile,
  tile: Tile,
): Promise<{ readonly bytes: Uint8Array | undefined; readonly isFull: boolean }> {
  const own = await readFile(formatTilePath(tile));
  if (own !== undefined || tile.width === TILE_WIDTH) return { bytes: own, isFull: false };
  return { bytes: await readFile(formatTilePath({ ...tile, width: TILE_WIDTH })), isFull: true };
}

/** The entries of a bundle (C2SP tlog-tiles, "Log entries") up to where it breaks off. */
function cutEntries(bundle: Uint8Array): {
  readonly entries: readonly Uint8Array[];
  readonly isWhole: boolean;
} {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const [high = 0, low] = bundle.subarray(at, at + 2);
    const start = at + 2;
    at = start + high * 256 + (low ?? 0);
    if (low === undefined || at > bundle.length) return { entries, isWhole: false };
    entries.push(bundle.subarray(start, at));
  }
  return { entries, isWhole: true };
}
