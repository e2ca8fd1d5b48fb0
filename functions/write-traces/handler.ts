import type { StreamOutcome } from "../../shared/ports/functions.ts";
import { type SpanBatch, writeSpans, type WriteSpansParts } from "./write-spans.ts";

/** Keeps a batch of the spans' stream; what is reported as failed comes again with everything after it. */
export function createHandler(parts: WriteSpansParts) {
  return (batches: readonly SpanBatch[]): Promise<StreamOutcome> => writeSpans(parts, batches);
}
