import { InvariantBroken, ItemTooLarge, TransactionTooLarge } from "../domain/errors.ts";
import type { Block } from "../ledger/hash-chain.ts";
import { type LedgerEntry, ledgerEntrySchema } from "../wire/ledger-entry.ts";

/** With the block itself and two index items per entry, 99 of the 100 statements of one DynamoDB transaction. */
const MAX_BLOCK_ENTRIES = 49;
const MAX_BLOCK_BYTES = 400_000;
const MAX_PAGE = 1_000;

/** The block's entries and its JSON text, once it keeps what every adapter of the ledger asks of a block. */
export function encodeBlock(block: Block): {
  readonly entries: readonly LedgerEntry[];
  readonly body: string;
} {
  const entries = block.entries.map((entry) => ledgerEntrySchema.parse(entry));
  const body = JSON.stringify(block);
  if (entries.length > MAX_BLOCK_ENTRIES) {
    throw new TransactionTooLarge(
      `Block ${block.index} has ${entries.length} entries; at most ${MAX_BLOCK_ENTRIES} fit into one.`,
    );
  }
  if (Buffer.byteLength(body) > MAX_BLOCK_BYTES) {
    throw new ItemTooLarge(
      `Block ${block.index} has more than ${MAX_BLOCK_BYTES} bytes: append fewer entries.`,
    );
  }
  if (new Set(entries.map(({ id }) => id)).size < entries.length) {
    throw new InvariantBroken(`Block ${block.index} holds one entry id twice: append each entry once.`);
  }
  if (!/^[0-9a-f]{64}$/.test(block.hash)) {
    throw new InvariantBroken(`The hash of block ${block.index} is not 64 lower-case hex digits.`);
  }
  return { entries, body };
}

export function checkBlockPage(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new InvariantBroken(`A page of ${limit} blocks was asked for; ask for 1 to ${MAX_PAGE}.`);
  }
}
