import { CountersignError } from "../../shared/domain/errors.ts";
import type { Log, Now, StreamOutcome } from "../../shared/ports/functions.ts";
import type { Span } from "../../shared/ports/spans.ts";
import type { Store } from "../../shared/ports/store.ts";
import { spanWrites } from "../../shared/records/span-records.ts";

export interface WriteSpansParts {
  readonly store: Store;
  readonly tenant: string;
  readonly now: Now;
  readonly log: Log;
}

/** Spans that came together, with the place in their stream to which a failure goes back. */
export interface SpanBatch {
  readonly sequence: string;
  readonly spans: readonly Span[];
}

/**
 * Keeps the spans of each batch, in order; one that comes again overwrites itself. When the store is away, that batch
 * and all after it come again. What cannot be stored at all is logged and left out, because spans may be lost and the
 * ones behind them may not wait for it.
 */
export async function writeSpans(
  parts: WriteSpansParts,
  batches: readonly SpanBatch[],
): Promise<StreamOutcome> {
  for (const { sequence, spans } of batches) {
    if ((await keepSpans(parts, spans)) === "store-is-away") return { failed: [sequence] };
  }
  return { failed: [] };
}

async function keepSpans(
  { store, tenant, now, log }: WriteSpansParts,
  spans: readonly Span[],
): Promise<"kept" | "lost" | "store-is-away"> {
  try {
    // One by one: a transaction costs twice the units, and what comes again overwrites itself.
    for (const write of spanWrites(tenant, spans, now())) await store.write([write]);
    return "kept";
  } catch (error) {
    if (!(error instanceof CountersignError) || error.family === "retryable") return "store-is-away";
    log({ level: "warning", event: "spans-lost", code: error.code, count: spans.length });
    return "lost";
  }
}
