import type { Block } from "../ledger/block.ts";
import { decodeHex } from "../ledger/hex.ts";
import { type Faulty, malformed } from "../ledger/faulty.ts";
import { type HashBytes, hashLeaf, hashNode } from "../ledger/merkle-hash.ts";
import { proveInclusion } from "../ledger/merkle-prove.ts";
import { formatReceipt } from "../ledger/receipt.ts";
import { coverRange, type TreeNode } from "../ledger/tree-shape.ts";
import { encodeUtf8 } from "../ledger/utf8.ts";
import type { LedgerStore } from "../ports/ledger-store.ts";
import { loadBlocks } from "./ledger-range.ts";
import type { Seal } from "./seal-records.ts";

/** What a seal covers: all that the receipts of its entries are made from. */
export interface SealedRange {
  readonly from: number;
  readonly to: number;
  readonly checkpoint: string;
  readonly blocks: readonly Block[];
}

/** Reads the blocks of a seal. */
export async function loadSealedRange(ledger: LedgerStore, seal: Seal): Promise<SealedRange> {
  const { from, to, checkpoint } = seal;
  return { from, to, checkpoint, blocks: await loadBlocks(ledger, from, to) };
}

/**
 * The receipt of the entry at `index` (C2SP tlog-proof), with the entry's bytes as its extra data. It is made from what is
 * stored, unverified: a receipt made from altered blocks or an altered seal is one that `verifyReceipt` refuses.
 */
export async function buildReceipt(
  range: SealedRange,
  index: number,
  hash: HashBytes,
): Promise<{ readonly ok: true; readonly receipt: string } | Faulty> {
  const { to: size, checkpoint } = range;
  const entry = entryAt(range, index);
  if (entry === undefined) return malformed(`Entry ${index} is not in the blocks of its seal.`);
  const nodes = new RangeNodes(range, hash);
  const proved = await proveInclusion(index, size, (node) => nodes.read(node), hash);
  if (!proved.ok) return proved;
  try {
    return {
      ok: true,
      receipt: formatReceipt({ index, proof: proved.proof, checkpoint, extra: encodeUtf8(entry) }),
    };
  } catch (error) {
    if (error instanceof RangeError) return malformed(error.message);
    throw error;
  }
}

function entryAt({ blocks }: SealedRange, index: number): string | undefined {
  const block = blocks.findLast(({ from }) => from <= index);
  return block?.entries[index - block.from];
}

/** The nodes over a range: those left of it are the peaks of its first block, those within are hashed from its leaves. */
class RangeNodes {
  readonly #hashes = new Map<string, Uint8Array>();
  readonly #hash: HashBytes;

  constructor({ from, blocks: [first, ...others] }: SealedRange, hash: HashBytes) {
    this.#hash = hash;
    if (first === undefined) return;
    for (const [place, node] of coverRange({ start: 0, end: from }).entries()) {
      const peak = decodeHex(first.peaks[place] ?? "");
      if (peak !== undefined) this.#hashes.set(nameOf(node), peak);
    }
    for (const { from: start, entries } of [first, ...others]) {
      for (const [place, entry] of entries.entries()) {
        const leaf = nameOf({ level: 0, index: start + place });
        this.#hashes.set(leaf, hashLeaf(encodeUtf8(entry), hash));
      }
    }
  }

  read(node: TreeNode): Uint8Array | undefined {
    const known = this.#hashes.get(nameOf(node));
    if (known !== undefined || node.level === 0) return known;
    const level = node.level - 1;
    const left = this.read({ level, index: 2 * node.index });
    const right = left && this.read({ level, index: 2 * node.index + 1 });
    if (left === undefined || right === undefined) return undefined;
    const hashed = hashNode(left, right, this.#hash);
    this.#hashes.set(nameOf(node), hashed);
    return hashed;
  }
}

function nameOf({ level, index }: TreeNode): string {
  return `${level}/${index}`;
}
