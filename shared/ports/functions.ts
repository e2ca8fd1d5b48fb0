import type { JsonValue } from "../ledger/json-value.ts";
import type { ItemBody, ItemKey, TableName } from "./store.ts";

/** Epoch milliseconds by the server's clock, which alone decides expiry. */
export type Now = () => number;

/** Cryptographically strong random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** A task token in a form that only `resume-run` can open; `context` is bound to it and must be the same when opened. */
export type SealToken = (token: string, context: string) => Promise<string>;
export type OpenToken = (sealed: string, context: string) => Promise<string>;

/** One change of an item, as a stream hands it over; at least once, in order per item. */
export interface StreamRecord {
  readonly sequence: string;
  /** In the ledger's stream, `table` is "ledger" and `partition` is `block#<index>`. */
  readonly key: Omit<ItemKey, "table"> & { readonly table: TableName | "ledger" };
  /** Absent where the stream carries keys only (`shared/wiring.ts`). */
  readonly body?: ItemBody;
}

/** Sequences that failed and shall come again; everything else counts as done. */
export interface StreamOutcome {
  readonly failed: readonly string[];
}

/** Functions that the reconciler may ask to do their part again, with the events of shared/wire/mending.ts. */
export type MendingFunction = "append-ledger" | "resume-run" | "adopt-runs";

/**
 * Has another function run, once it can be; what becomes of it is not told, so the caller looks again later. Rejects if
 * the request itself could not be handed over.
 */
export type InvokeLater = (functionName: MendingFunction, payload: JsonValue) => Promise<void>;

/** Resolves when something about the run may have changed, or after `timeoutMs`; a hint, never a fact. */
export type WaitForChange = (runId: string, timeoutMs: number) => Promise<void>;

/** Structured log of allow-listed fields; task tokens, arguments and model text have no field. */
export type Log = (line: LogLine) => void;

export interface LogLine {
  readonly level: "debug" | "info" | "warning" | "alarm";
  readonly event: string;
  readonly run?: string;
  readonly requirement?: string;
  readonly call?: string;
  readonly code?: string;
  readonly count?: number;
}

/** What Lambda, or the local engine in its place, says about an invocation. */
export interface Invocation {
  /** When the invocation is ended from outside, epoch milliseconds. */
  readonly deadlineAt: number;
}
