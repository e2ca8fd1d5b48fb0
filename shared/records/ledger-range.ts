import type { Block } from "../ledger/block.ts";
import type { LedgerStore } from "../ports/ledger-store.ts";

/** One seal covers about so many entries at most: each of its receipts is made from all of them. */
export const mostEntriesPerSeal = 4_096;

/** A block may have 400,000 bytes. */
const blocksAtOnce = 25;

/**
 * The blocks from `from` on, in order, up to the one that ends at `to` or completes what one seal covers. Whether they
 * follow each other without a gap is for the reader to check.
 */
export async function loadBlocks(
  ledger: LedgerStore,
  from: number,
  to = Infinity,
): Promise<readonly Block[]> {
  const end = Math.min(to, from + mostEntriesPerSeal);
  const blocks: Block[] = [];
  for (let size = from; size < end;) {
    const page = await ledger.blocks(size, blocksAtOnce);
    for (const block of page) {
      if (size >= end) return blocks;
      blocks.push(block);
      size = block.from + block.entries.length;
    }
    if (page.length < blocksAtOnce) return blocks;
  }
  return blocks;
}
