import type { Revision } from "./store.ts";

/** The checkpoint that readers of a published log find now. */
export interface PublishedCheckpoint {
  readonly note: Uint8Array;
  readonly revision: Revision;
}

/**
 * A log as strangers fetch it: files in the layout of C2SP tlog-tiles. Tiles and bundles appear whole and never change;
 * the checkpoint alone is replaced. There is no delete.
 *
 * Consistency: every read sees every write that returned before it began. A call that throws `StoreUnavailable` may or
 * may not have taken effect, and may be repeated as it was.
 */
export interface PublishedLog {
  /** A tile or bundle by its path (`formatTilePath`); `undefined` if it is not there. */
  read(path: string): Promise<Uint8Array | undefined>;

  /** Writes a tile or bundle where there is none. `there` = these very bytes stand there already; `differs` = others do. */
  putOnce(path: string, bytes: Uint8Array): Promise<"written" | "there" | "differs">;

  readCheckpoint(): Promise<PublishedCheckpoint | undefined>;

  /** Replaces the checkpoint that was read under this revision. `conflict` = another one stands there: read again. */
  putCheckpoint(note: Uint8Array, expect: Revision | "absent"): Promise<"written" | "conflict">;
}
