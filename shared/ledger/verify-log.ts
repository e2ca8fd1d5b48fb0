import { AuthenticTiles } from "./authentic-tiles.ts";
import { equalBytes } from "./bytes.ts";
import type { TreeHead } from "./checkpoint.ts";
import { type Faulty, tampered } from "./faulty.ts";
import { appendLeaf, computeRoot, EMPTY_FRONTIER, type Frontier } from "./frontier.ts";
import { type HashBytes, hashLeaf } from "./merkle-hash.ts";
import { MAX_ENTRY_BYTES } from "./proof-limits.ts";
import { measureTile, TILE_WIDTH } from "./tile.ts";
import { hashTile, type ReadTile } from "./tile-hashes.ts";

export interface LogClaim {
  /** Of a checkpoint whose signature was verified. */
  readonly head: Pick<TreeHead, "size" | "root">;
  /** All entries from index 0 on, as they were sealed. Each is asked for once, and none is kept. */
  readonly entries: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** The log's hash tiles, if they are at hand: they tell which entry is bad. They are not trusted. */
  readonly readTile?: ReadTile;
}

/** Indexes, both inclusive: the first bad entry is one of these. */
export interface BadEntries {
  readonly first: number;
  readonly last: number;
}

/** Without `bad` the entries are right as far as could be told, and something else is not. */
export type VerifiedLog =
  | { readonly ok: true; readonly size: number }
  | (Faulty & { readonly bad?: BadEntries });

/**
 * Computes the root of all entries and compares it with a checkpoint's, in constant memory.
 *
 * If they differ, the first bad entry is named as exactly as the tiles allow: to one index if its tile is intact, to the
 * 256 of a tile if only the tiles above are, and else to everything behind the last entry that is known to be right. If
 * the entries are right and a tile is missing or altered, the log is refused too.
 */
export async function verifyLog(
  { head, entries, readTile }: LogClaim,
  hash: HashBytes,
): Promise<VerifiedLog> {
  const tiles = readTile && new AuthenticTiles({ ...head, readTile }, hash);
  const walk = new LogWalk(head.size, tiles, hash);
  for await (const entry of entries) {
    if (walk.size === head.size) return walk.refuse(`There are more than ${head.size} entries.`, walk.size);
    if (entry.length > MAX_ENTRY_BYTES) return walk.refuse(TOO_LONG, walk.size);
    await walk.add(entry);
    if (walk.bad !== undefined) return walk.refuse(DIFFERENT, walk.size - 1);
  }
  if (walk.size < head.size) {
    return walk.refuse(`There are ${walk.size} entries instead of ${head.size}.`, walk.size);
  }
  if (!equalBytes(walk.root(), head.root)) {
    return head.size === 0 ? tampered(NOT_EMPTY) : walk.refuse(DIFFERENT, walk.size - 1);
  }
  await walk.judge();
  if (tiles?.firstBad === undefined) return { ok: true, size: head.size };
  return tampered(`The entries are right, but ${tiles.firstBad} is missing or was altered.`);
}

const DIFFERENT = "The entries do not have the root of the checkpoint.";
const NOT_EMPTY = "The checkpoint is of no entries, but its root is not that of an empty log.";
const TOO_LONG = `An entry has more than ${MAX_ENTRY_BYTES} bytes.`;

/** Goes over the entries once and keeps no more than one tile's worth of leaf hashes. */
class LogWalk {
  bad: BadEntries | undefined;
  #frontier: Frontier = EMPTY_FRONTIER;
  /** Of the last entries, those whose tile is not full yet. */
  #leafHashes: Uint8Array[] = [];
  /** All entries before this index are as they were sealed. */
  #knownRight = 0;
  readonly #sealedSize: number;
  readonly #tiles: AuthenticTiles | undefined;
  readonly #hash: HashBytes;

  constructor(sealedSize: number, tiles: AuthenticTiles | undefined, hash: HashBytes) {
    this.#sealedSize = sealedSize;
    this.#tiles = tiles;
    this.#hash = hash;
  }

  get size(): number {
    return this.#frontier.size;
  }

  root(): Uint8Array {
    return computeRoot(this.#frontier, this.#hash);
  }

  async add(entry: Uint8Array): Promise<void> {
    const leafHash = hashLeaf(entry, this.#hash);
    this.#leafHashes.push(leafHash);
    this.#frontier = appendLeaf(this.#frontier, leafHash, this.#hash);
    if (this.#leafHashes.length === TILE_WIDTH) await this.judge();
  }

  /** Says why the log is refused, and where it first goes wrong: at `last`, if not before. */
  async refuse(why: string, last: number): Promise<VerifiedLog> {
    await this.judge();
    const bad = this.bad ?? { first: this.#knownRight, last };
    const which = bad.first === bad.last ? `is ${bad.first}` : `is one of ${bad.first} to ${bad.last}`;
    return { ...tampered(`${why} The first bad or missing entry ${which}.`), bad };
  }

  /** Compares the leaf hashes since the last full tile with what the root vouches for. */
  async judge(): Promise<void> {
    const leafHashes = this.#leafHashes;
    const start = this.size - leafHashes.length;
    this.#leafHashes = [];
    if (this.#tiles === undefined || leafHashes.length === 0 || this.bad !== undefined) return;
    const judged = await judgeTile(this.#tiles, this.#sealedSize, start, leafHashes, this.#hash);
    // What could not be judged before may be where it goes wrong first.
    const isKnownSoFar = this.#knownRight === start;
    if (judged === "right" && isKnownSoFar) this.#knownRight = this.size;
    if (typeof judged === "object") this.bad = isKnownSoFar ? judged : { ...judged, first: this.#knownRight };
  }
}

/** Compares leaf hashes from `start`, the first of a tile, with the tile, or else with the hash over all of it. */
async function judgeTile(
  tiles: AuthenticTiles,
  sealedSize: number,
  start: number,
  leafHashes: readonly Uint8Array[],
  hash: HashBytes,
): Promise<BadEntries | "right" | "unknown"> {
  const index = start / TILE_WIDTH;
  const sealed = await tiles.read(0, index);
  if (sealed !== undefined) {
    const place = leafHashes.findIndex((leafHash, at) => !isSame(leafHash, sealed[at]));
    return place < 0 ? "right" : { first: start + place, last: start + place };
  }
  const isFull = measureTile(0, index, sealedSize) === TILE_WIDTH;
  const over = isFull ? await tiles.readOverTile(0, index) : undefined;
  if (over === undefined) return "unknown";
  const isRight = leafHashes.length === TILE_WIDTH && isSame(hashTile(leafHashes, hash), over);
  return isRight ? "right" : { first: start, last: start + TILE_WIDTH - 1 };
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && equalBytes(a, b);
}
