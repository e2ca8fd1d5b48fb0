import { concatBytes, equalBytes } from "../../shared/ledger/bytes.ts";
import { decodeBundle, encodeBundle } from "../../shared/ledger/entry-bundle.ts";
import { computeRoot } from "../../shared/ledger/frontier.ts";
import { type HashBytes, hashLeaf } from "../../shared/ledger/merkle-hash.ts";
import { readFrontier } from "../../shared/ledger/merkle-prove.ts";
import { formatTilePath, TILE_WIDTH } from "../../shared/ledger/tile.ts";
import { createNodeReader, growTiles, readEdges } from "../../shared/ledger/tile-hashes.ts";

/** A bundle or a hash tile to publish. */
export interface LogFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

interface Growth {
  /** What is published; its root is signed. */
  readonly from: { readonly size: number; readonly root: Uint8Array };
  /** What is to be published; its root is signed, too. */
  readonly to: { readonly size: number; readonly root: Uint8Array };
  /** The entries in between, of which nothing is believed. */
  readonly texts: readonly Uint8Array[];
  /** Reads what is published by its path; nothing of it is believed either. */
  readonly readTile: (path: string) => Promise<Uint8Array | undefined>;
}

type GrownLog =
  | { readonly files: readonly LogFile[] }
  /** What does not fit: a published `tile` or `bundle`, or the `entries`. */
  | { readonly differs: "tile" | "bundle" | "entries" };

/**
 * All files that a log has at one signed size and had not at another: bundles, then hash tiles. They are complete, and the
 * roots of both sizes stand over them, or there are none.
 */
export async function growLog(growth: Growth, hash: HashBytes): Promise<GrownLog> {
  const { from, to, texts, readTile } = growth;
  const edges = await readEdges(from.size, (tile) => readTile(formatTilePath(tile)));
  if (edges === undefined) return { differs: "tile" };
  const edgeTiles = edges.map((hashes, level) => describeEdge(from.size, level, hashes));
  if (!(await hasRoot(from, edgeTiles, hash))) return { differs: "tile" };
  const before = await readEdgeEntries(from.size, edges[0] ?? [], readTile, hash);
  if (before === undefined) return { differs: "bundle" };

  const leafHashes = texts.map((text) => hashLeaf(text, hash));
  const tiles = growTiles({ oldSize: from.size, edges, leafHashes }, hash).map(({ tile, bytes }) => ({
    path: formatTilePath(tile),
    bytes,
  }));
  if (!(await hasRoot(to, [...edgeTiles, ...tiles], hash))) return { differs: "entries" };
  const firstBundle = Math.floor(from.size / TILE_WIDTH);
  return { files: [...cutBundles([...before, ...texts], firstBundle), ...tiles] };
}

/** The partial tile of a level; where the level has none, a tile of no hashes, which nobody asks for. */
function describeEdge(size: number, level: number, hashes: readonly Uint8Array[]): LogFile {
  const index = Math.floor(size / TILE_WIDTH ** (level + 1));
  return {
    path: formatTilePath({ level, index, width: hashes.length }),
    bytes: concatBytes(...hashes),
  };
}

/** Whether the tiles at the right edge are those of a tree with this root. */
async function hasRoot(
  { size, root }: Growth["to"],
  tiles: readonly LogFile[],
  hash: HashBytes,
): Promise<boolean> {
  const byPath = new Map(tiles.map(({ path, bytes }) => [path, bytes]));
  const readNode = createNodeReader(size, (tile) => byPath.get(formatTilePath(tile)), hash);
  const frontier = await readFrontier(size, readNode);
  return frontier !== undefined && equalBytes(computeRoot(frontier, hash), root);
}

/** The entries of the last bundle while it is not full, if they are those under the leaf hashes. */
async function readEdgeEntries(
  size: number,
  leafHashes: readonly Uint8Array[],
  readTile: Growth["readTile"],
  hash: HashBytes,
): Promise<readonly Uint8Array[] | undefined> {
  const width = size % TILE_WIDTH;
  if (width === 0) return [];
  const bytes = await readTile(
    formatTilePath({ level: "entries", index: Math.floor(size / TILE_WIDTH), width }),
  );
  const bundle = bytes && decodeBundle(bytes, width);
  if (bundle?.ok !== true) return undefined;
  const isTheirs = bundle.entries.every((entry, place) =>
    equalBytes(hashLeaf(entry, hash), leafHashes[place] ?? new Uint8Array()),
  );
  return isTheirs ? bundle.entries : undefined;
}

function cutBundles(entries: readonly Uint8Array[], firstIndex: number): readonly LogFile[] {
  const bundles: LogFile[] = [];
  for (let at = 0; at < entries.length; at += TILE_WIDTH) {
    const own = entries.slice(at, at + TILE_WIDTH);
    const index = firstIndex + at / TILE_WIDTH;
    bundles.push({
      path: formatTilePath({ level: "entries", index, width: own.length }),
      bytes: encodeBundle(own),
    });
  }
  return bundles;
}
