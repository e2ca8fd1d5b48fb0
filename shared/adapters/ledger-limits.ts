import * as z from "zod/mini";
import { InvariantBroken, ItemTooLarge, MalformedRecord, TransactionTooLarge } from "../domain/errors.ts";
import type { Block } from "../ledger/block.ts";
import { MAX_ENTRY_BYTES } from "../ledger/proof-limits.ts";
import type { AppendedEntry } from "../ports/ledger-store.ts";
import { parseLedgerEntry } from "../wire/ledger-entry.ts";

/** With the block itself and two index items per entry, 99 of the 100 statements of one DynamoDB transaction. */
const MAX_BLOCK_ENTRIES = 49;
const MAX_BLOCK_BYTES = 400_000;
const MAX_PAGE = 1_000;

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** A block as adapters take and hand it over; whether its hashes are right is for its reader to compute. */
export const blockSchema: z.ZodMiniType<Block> = z.strictObject({
  v: z.literal(2),
  from: z.int().check(z.nonnegative()),
  // One for each 1 in the binary form of `from`, which has 53 digits at most.
  peaks: z.array(hash).check(z.maxLength(53)),
  entries: z.array(z.string()).check(z.minLength(1)),
  root: hash,
});

/** The block's entries with their places and its JSON text, once it keeps what every adapter asks of a block. */
export function encodeBlock(block: Block): {
  readonly entries: readonly AppendedEntry[];
  readonly body: string;
} {
  if (!blockSchema.safeParse(block).success) {
    throw new InvariantBroken(`Block ${block.from} is no block: make it with makeBlock of shared/ledger.`);
  }
  const body = JSON.stringify(block);
  if (block.entries.length > MAX_BLOCK_ENTRIES) {
    throw new TransactionTooLarge(
      `Block ${block.from} has ${block.entries.length} entries; at most ${MAX_BLOCK_ENTRIES} fit into one.`,
    );
  }
  if (Buffer.byteLength(body) > MAX_BLOCK_BYTES) {
    throw new ItemTooLarge(
      `Block ${block.from} has more than ${MAX_BLOCK_BYTES} bytes: append fewer entries.`,
    );
  }
  const entries = block.entries.map((text, place) => {
    if (Buffer.byteLength(text) > MAX_ENTRY_BYTES) {
      throw new ItemTooLarge(
        `Entry ${block.from + place} has more than ${MAX_ENTRY_BYTES} bytes: its fields have to be shorter.`,
      );
    }
    return readAppended(text, block.from + place);
  });
  if (new Set(entries.map(({ entry }) => entry.id)).size < entries.length) {
    throw new InvariantBroken(`Block ${block.from} holds one entry id twice: append each entry once.`);
  }
  return { entries, body };
}

/** The entry whose text stands at `index`. */
export function readAppended(text: string, index: number): AppendedEntry {
  const entry = parseLedgerEntry(text);
  if (entry !== undefined) return { entry, text, index };
  throw new MalformedRecord(`Entry ${index} of the ledger is not readable; nothing is done by it.`);
}

export function checkBlockPage(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new InvariantBroken(`A page of ${limit} blocks was asked for; ask for 1 to ${MAX_PAGE}.`);
  }
}
