import { MalformedRecord } from "../domain/errors.ts";
import type { Block } from "../ledger/block.ts";
import { concatBytes } from "../ledger/bytes.ts";
import { encodeBundle } from "../ledger/entry-bundle.ts";
import { appendLeaf, restoreFrontier } from "../ledger/frontier.ts";
import { decodeHex } from "../ledger/hex.ts";
import { type HashBytes, hashLeaf, hashNode } from "../ledger/merkle-hash.ts";
import { type Tile, TILE_WIDTH } from "../ledger/tile.ts";
import type { TreeNode } from "../ledger/tree-shape.ts";
import { encodeUtf8 } from "../ledger/utf8.ts";
import type { LedgerStore } from "../ports/ledger-store.ts";

/** A block may have 400,000 bytes, so this is 10 MB at most. */
const blocksAtOnce = 25;

/** Each node of a tile above level 0 takes one read of a block. */
const nodesAtOnce = 16;

/** How many entries a tree has to have for this tile to be in it, all of its hashes or entries. */
export function sizeUnderTile({ level, index, width }: Tile): number {
  return (index * TILE_WIDTH + width) * TILE_WIDTH ** (level === "entries" ? 0 : level);
}

/**
 * The file of a tile (C2SP tlog-tiles) of a ledger with at least `sizeUnderTile` entries, made from its blocks. Nothing is
 * kept: a full tile takes at most 256 reads, whatever its level, because a block's peaks stand for all before it.
 */
export async function loadTile(ledger: LedgerStore, tile: Tile, hash: HashBytes): Promise<Uint8Array> {
  const { level, index, width } = tile;
  const start = index * TILE_WIDTH;
  if (level === "entries") {
    return encodeBundle((await loadTexts(ledger, start, start + width)).map(encodeUtf8));
  }
  if (level === 0) {
    const texts = await loadTexts(ledger, start, start + width);
    return concatBytes(...texts.map((text) => hashLeaf(encodeUtf8(text), hash)));
  }
  const nodes = Array.from({ length: width }, (_, place) => ({ level: 8 * level, index: start + place }));
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < nodes.length; at += nodesAtOnce) {
    const some = nodes.slice(at, at + nodesAtOnce).map((node) => loadNode(ledger, node, hash));
    hashes.push(...(await Promise.all(some)));
  }
  return concatBytes(...hashes);
}

/** The texts of the entries from `start` up to, but without, `end`. */
export async function loadTexts(ledger: LedgerStore, start: number, end: number): Promise<readonly string[]> {
  const first = await loadBlockOf(ledger, start);
  const texts = first.entries.slice(start - first.from);
  while (texts.length < end - start) {
    const page = await ledger.blocks(start + texts.length, blocksAtOnce);
    if (page.length === 0) throw missing(start + texts.length);
    for (const { from, entries } of page) {
      if (from !== start + texts.length) throw missing(start + texts.length);
      texts.push(...entries);
    }
  }
  return texts.slice(0, end - start);
}

/** The hash over a complete subtree: the last of its leaves, and to its left one peak of the tree before for each level. */
async function loadNode(ledger: LedgerStore, node: TreeNode, hash: HashBytes): Promise<Uint8Array> {
  const last = (node.index + 1) * 2 ** node.level - 1;
  const block = await loadBlockOf(ledger, last);
  const before = restoreFrontier(block.from, block.peaks.map(readHash));
  if (!before.ok) throw missing(last);
  const leaves = block.entries
    .slice(0, last - block.from + 1)
    .map((text) => hashLeaf(encodeUtf8(text), hash));
  const leaf = leaves.pop();
  if (leaf === undefined) throw missing(last);
  const { peaks } = leaves.reduce((tree, each) => appendLeaf(tree, each, hash), before.frontier);
  return peaks
    .slice(peaks.length - node.level)
    .reduceRight((right, left) => hashNode(left, right, hash), leaf);
}

async function loadBlockOf(ledger: LedgerStore, index: number): Promise<Block> {
  const block = await ledger.blockOf(index);
  if (block === undefined) throw missing(index);
  return block;
}

function readHash(text: string): Uint8Array {
  return decodeHex(text) ?? new Uint8Array();
}

function missing(index: number): MalformedRecord {
  return new MalformedRecord(
    `The ledger was sealed beyond entry ${index}, but its block is missing or altered.`,
  );
}
