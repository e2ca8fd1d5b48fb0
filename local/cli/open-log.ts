import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ReadLogFile } from "../../shared/ledger/log-files.ts";
import { HASH_BYTES } from "../../shared/ledger/merkle-hash.ts";
import { formatTilePath, parseTilePath, type Tile, TILE_WIDTH } from "../../shared/ledger/tile.ts";
import { CommandFailed } from "./command-failed.ts";
import { hasCode } from "./has-code.ts";

/** A server that answers longer than this for one tile is given up. */
const answerTimeoutMs = 30_000;

export function isUrl(place: string): boolean {
  return /^https?:\/\//.test(place);
}

/** The files of a log in a directory, such as `export` writes. */
export function openDirectory(directory: string): ReadLogFile {
  return async (path) => {
    const bytes = await readIfThere(join(directory, path));
    const tile = bytes === undefined ? parseTilePath(path) : undefined;
    return tile === undefined ? bytes : readWiderTile(directory, tile);
  };
}

/** Of a log that has grown since, the beginning of a wider partial hash tile; a full one is the reader's own affair. */
async function readWiderTile(directory: string, tile: Tile): Promise<Uint8Array | undefined> {
  if (tile.level === "entries" || tile.width === TILE_WIDTH) return undefined;
  const folder = dirname(join(directory, formatTilePath(tile)));
  const names = await readdir(folder).catch(() => []);
  const width = names.map(Number).find((known) => known > tile.width && known < TILE_WIDTH);
  if (width === undefined) return undefined;
  const wider = await readIfThere(join(folder, String(width)));
  return wider?.subarray(0, tile.width * HASH_BYTES);
}

/** `undefined` where there is no such file. */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR") || hasCode(error, "EISDIR")) return undefined;
    throw new CommandFailed(`${file} cannot be read: look at its permissions, or give another.`, 2);
  }
}

/** The files of a log behind an address, such as a server's `/ledger`; `token` goes to that address and to no other. */
export function openUrl(url: string, token: string | undefined): ReadLogFile {
  const base = url.replace(/\/+$/, "");
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async (path) => {
    const response = await request(`${base}/${path}`, headers);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    if (response.status === 404) return undefined;
    throw new CommandFailed(
      `${base} answered ${response.status} for ${path}: a log behind sign-in needs --as with an auditor.`,
      2,
    );
  };
}

async function request(address: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  try {
    return await fetch(address, {
      headers,
      redirect: "error",
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
  } catch {
    throw new CommandFailed(`${address} cannot be read: give the address of a log, or a directory.`, 2);
  }
}
