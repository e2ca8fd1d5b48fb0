/** The tables of docs/access-patterns.md; an agent's own tables are named `agent-<agent>`. */
export type TableName =
  | "work"
  | "decisions"
  | "executions"
  | "rules"
  | "observations"
  | "tokens"
  | "traces"
  | "seal"
  | "vault"
  | `agent-${string}`;

export interface ItemKey {
  readonly table: TableName;
  readonly partition: string;
  readonly sort: string;
}

/** Opaque: only compared with what the store holds, never read, made or ordered by a caller. */
export type Revision = string & { readonly __brand: "Revision" };

/** A JSON object; members that are `undefined` are left out. What is read is unknown until its schema has parsed it. */
export type ItemBody = { readonly [key: string]: unknown };

export interface Item {
  readonly key: ItemKey;
  readonly body: ItemBody;
  readonly revision: Revision;
}

/** What must be true of the item at the moment of the write. There is no unconditional overwrite but `anything`. */
export type Expectation = "absent" | Revision;

export type WriteAction =
  | {
      readonly action: "put";
      readonly key: ItemKey;
      readonly body: ItemBody;
      readonly expect: Expectation | "anything";
      /** Clean-up time in epoch seconds; an expired item stays readable until it is cleaned up, so never a gate. */
      readonly cleanUpAt?: number;
    }
  | { readonly action: "delete"; readonly key: ItemKey; readonly expect: Revision | "anything" }
  | { readonly action: "check"; readonly key: ItemKey; readonly expect: Expectation };

export type WriteOutcome =
  /** `revisions[i]` is the new revision of action i's item; `undefined` for deletes and checks. */
  | { readonly outcome: "written"; readonly revisions: readonly (Revision | undefined)[] }
  /** Nothing was written. `failed` holds the positions whose expectation did not hold, as far as the store knows them. */
  | { readonly outcome: "conflict"; readonly failed: readonly number[] };

export interface Range {
  readonly table: TableName;
  readonly partition: string;
  /** Inclusive lower bound of the sort key. */
  readonly from?: string;
  /** Exclusive upper bound of the sort key. */
  readonly before?: string;
  /** Exclusive start: the last sort key of the page before, in the direction of `order`. */
  readonly after?: string;
  readonly order: "ascending" | "descending";
  /** 1 to 1,000 items. */
  readonly limit: number;
}

/**
 * Items by key, compare-and-swap, and nothing else: every rule of the gate comes down to one conditional write here.
 *
 * Consistency: reads see every write that returned before they began, also those of other processes.
 * Order: sort keys compare by UTF-8 bytes. Items are at most 400,000 bytes, transactions at most 100 actions and
 * 4,000,000 bytes (DynamoDB's limits, held by both adapters: `ItemTooLarge` and `TransactionTooLarge`, both Terminal).
 * Keys in one call are distinct, neither part is empty, and partitions have at most 2,048 bytes, sort keys 1,024;
 * anything else is a defect of the caller (`InvariantBroken`).
 * Retries: a conflict is an answer, and the caller reads again and decides; `StoreUnavailable` (Retryable) says that the
 * outcome is unknown, so the caller re-reads before it acts on either.
 */
export interface Store {
  /** One item or `undefined` for each key, in the order asked (at most 100 keys); not a snapshot across keys. */
  get(keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]>;

  /** A page of one partition in sort-key order; `more` says that items follow the last one. */
  query(range: Range): Promise<{ readonly items: readonly Item[]; readonly more: boolean }>;

  /**
   * All actions or none. Not idempotent by itself: repeating a `put` that expects `absent` after an unknown outcome
   * answers `conflict`, and the caller tells from what it reads whether the earlier try was its own.
   */
  write(actions: readonly WriteAction[]): Promise<WriteOutcome>;
}
