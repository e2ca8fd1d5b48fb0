import type { Log, Now } from "../ports/functions.ts";
import type { EmitSpans } from "../ports/spans.ts";
import type { Store } from "../ports/store.ts";
import { spanWrites } from "../records/span-records.ts";

/** Spans go straight into the table `traces`; a run never fails because its trace could not be kept. */
export function createEmitSpans(store: Store, tenant: string, now: Now, log: Log): EmitSpans {
  return async (spans) => {
    try {
      // One by one: a transaction costs twice the units and would keep nothing that matters.
      for (const write of spanWrites(tenant, spans, now())) await store.write([write]);
    } catch {
      log({ level: "warning", event: "spans-lost", count: spans.length });
    }
  };
}
