import type { JsonValue } from "../ledger/json-value.ts";

/** A row of an agent's own tables; `version` is opaque and only handed back. */
export interface AgentRow {
  readonly partition: string;
  readonly sort: string;
  readonly value: { readonly [key: string]: JsonValue };
  readonly version: string;
}

export type AgentRowChange = {
  readonly partition: string;
  readonly sort: string;
  readonly value: { readonly [key: string]: JsonValue };
  /** `absent`, or the version that was read: there is no blind overwrite. */
  readonly expect: string;
};

/**
 * The agent's own storage, as its tools see it. In `take-agent-steps` (read-only tools) `write` is refused with
 * `TableNotGranted`; only the executor may write.
 */
export interface AgentTables {
  read(partition: string, sort: string): Promise<AgentRow | undefined>;
  /** At most 1,000 rows in sort-key order. */
  list(partition: string): Promise<readonly AgentRow[]>;
  /** All changes or none; `conflict` = something changed since it was read, so read again and decide. */
  write(changes: readonly AgentRowChange[]): Promise<"written" | "conflict">;
}
