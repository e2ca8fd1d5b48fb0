import { formatCheckpoint, type TreeHead } from "../../../shared/ledger/checkpoint.ts";
import { appendLeaf, computeRoot, EMPTY_FRONTIER } from "../../../shared/ledger/frontier.ts";
import { hashLeaf } from "../../../shared/ledger/merkle-hash.ts";
import { type MerkleProof, type Proved, proveInclusion } from "../../../shared/ledger/merkle-prove.ts";
import { signNote } from "../../../shared/ledger/signed-note.ts";
import { formatTilePath } from "../../../shared/ledger/tile.ts";
import { createNodeReader, growTiles, type ReadTile } from "../../../shared/ledger/tile-hashes.ts";
import { buildKeyPair, hashBytes, type KeyPair } from "./host-crypto.ts";

export const origin = "ledger.example/countersign";

/** A log in memory: all its entries, its hash tiles by path, and its signed checkpoint. */
export interface BuiltLog {
  readonly entries: readonly Uint8Array[];
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  readonly head: TreeHead;
  readonly checkpoint: string;
  readonly readTile: ReadTile;
  readonly keys: KeyPair;
}

export function buildEntries(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => buildEntry(index));
}

export function buildEntry(index: number): Uint8Array {
  return Buffer.from(`{"id":"entry-${index}","kind":"decided","v":1}`);
}

export async function buildLog(entries: readonly Uint8Array[]): Promise<BuiltLog> {
  const leafHashes = entries.map((entry) => hashLeaf(entry, hashBytes));
  const files = growTiles({ oldSize: 0, edges: [], leafHashes }, hashBytes);
  const tiles = new Map(files.map(({ tile, bytes }) => [formatTilePath(tile), bytes]));
  const frontier = leafHashes.reduce(
    (before, leafHash) => appendLeaf(before, leafHash, hashBytes),
    EMPTY_FRONTIER,
  );
  const head = { origin, size: entries.length, root: computeRoot(frontier, hashBytes) };
  const keys = buildKeyPair(origin, 7);
  const checkpoint = await signCheckpoint(head, keys);
  return { entries, tiles, head, checkpoint, readTile: (tile) => tiles.get(formatTilePath(tile)), keys };
}

export async function signCheckpoint(head: TreeHead, ...keys: readonly KeyPair[]): Promise<string> {
  const signed = await signNote(
    formatCheckpoint(head),
    keys.map(({ signer }) => signer),
  );
  if (!signed.ok) throw new Error(signed.why);
  return signed.note;
}

export async function proveEntry(log: BuiltLog, index: number): Promise<MerkleProof> {
  const readNode = createNodeReader(log.head.size, log.readTile, hashBytes);
  return takeProof(await proveInclusion(index, log.head.size, readNode, hashBytes));
}

export function takeProof(proved: Proved): MerkleProof {
  if (!proved.ok) throw new Error(proved.why);
  return proved.proof;
}
