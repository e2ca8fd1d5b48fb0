import type { Block } from "../ledger/hash-chain.ts";
import type { LedgerEntry } from "../wire/ledger-entry.ts";

/** An entry with the place where it is sealed. */
export interface SealedEntry {
  readonly entry: LedgerEntry;
  readonly block: number;
  readonly position: number;
  /** The block's hash, 64 lower-case hex. */
  readonly blockHash: string;
}

/** `size` blocks stand; `hash` is the last one's (the genesis hash at size 0). */
export interface LedgerHead {
  readonly size: number;
  readonly hash: string;
}

/**
 * The append-only ledger. There is no update and no delete, here or in the permissions behind it.
 *
 * Consistency: every read sees every append that returned before it began. A block and the index items of its entries
 * are inserted together or not at all; forks cannot commit, because a block's key is its place.
 */
export interface LedgerStore {
  head(): Promise<LedgerHead>;

  /**
   * Inserts the block at `block.index` with an index item per entry id. `conflict` = that place or one of the entry ids
   * is taken (maybe by an earlier try of the same append): re-read, then decide. A block has at most 49 entries and
   * 400,000 bytes of JSON (`TransactionTooLarge`, `ItemTooLarge`).
   */
  append(block: Block): Promise<"appended" | "conflict">;

  find(entryId: string): Promise<SealedEntry | undefined>;

  /** Every entry that names the requirement, oldest first. */
  entriesOf(requirementId: string): Promise<readonly SealedEntry[]>;

  /** At most `limit` (1 to 1,000) blocks from place `from` on, in order. */
  blocks(from: number, limit: number): Promise<readonly Block[]>;
}
