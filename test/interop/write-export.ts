import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { encodeBundle } from "../../shared/ledger/entry-bundle.ts";
import { formatTilePath, listTiles, TILE_WIDTH } from "../../shared/ledger/tile.ts";
import type { BuiltLog } from "../shared/ledger/build-log.ts";

/** Writes a log as C2SP tlog-tiles lays it out under a prefix: the checkpoint, hash tiles and entry bundles. */
export function writeExport(directory: string, log: BuiltLog): void {
  writeInto(directory, "checkpoint", log.checkpoint);
  for (const tile of listTiles(log.head.size)) {
    const path = formatTilePath(tile);
    const start = tile.index * TILE_WIDTH;
    const bytes =
      tile.level === "entries"
        ? encodeBundle(log.entries.slice(start, start + tile.width))
        : (log.tiles.get(path) ?? new Uint8Array());
    writeInto(directory, path, bytes);
  }
}

export function writeInto(directory: string, path: string, content: string | Uint8Array): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
