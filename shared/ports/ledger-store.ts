import type { Block } from "../ledger/block.ts";
import type { LedgerEntry } from "../wire/ledger-entry.ts";

/** An entry with its place in the ledger. */
export interface AppendedEntry {
  readonly entry: LedgerEntry;
  /** The RFC 8785 text that is the leaf. */
  readonly text: string;
  /** Its index in the whole ledger, from 0. */
  readonly index: number;
}

/**
 * The append-only ledger. There is no update and no delete, here or in the permissions behind it.
 *
 * Consistency: every read sees every append that returned before it began. A block and the index items of its entries
 * are inserted together or not at all; forks cannot commit, because a block's key is the size of the tree before it.
 */
export interface LedgerStore {
  /** The newest block; `undefined` in an empty ledger. */
  last(): Promise<Block | undefined>;

  /**
   * Inserts the block with an index item per entry id. `conflict` = it does not continue the newest block, or its place
   * or one of the entry ids is taken (maybe by an earlier try of the same append): re-read, then decide. A block has 1
   * to 49 entries and 400,000 bytes of JSON at most (`TransactionTooLarge`, `ItemTooLarge`).
   */
  append(block: Block): Promise<"appended" | "conflict">;

  find(entryId: string): Promise<AppendedEntry | undefined>;

  /** Every entry that names the requirement, oldest first. */
  entriesOf(requirementId: string): Promise<readonly AppendedEntry[]>;

  /** The block that holds the entry at `index`; `undefined` where there is none. */
  blockOf(index: number): Promise<Block | undefined>;

  /** At most `limit` (1 to 1,000) blocks whose `from` is at least this, in order. */
  blocks(from: number, limit: number): Promise<readonly Block[]>;
}
