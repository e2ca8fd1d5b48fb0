import type { Log, Now } from "../shared/ports/functions.ts";
import type { EmitSpans } from "../shared/ports/spans.ts";
import type { Store } from "../shared/ports/store.ts";
import { spanWrites } from "../shared/records/span-records.ts";

/** Spans go straight into the table `traces`; a run never fails because its trace could not be kept. */
export function createEmitSpans(store: Store, tenant: string, now: Now, log: Log): EmitSpans {
  return async (spans) => {
    try {
      if (spans.length > 0) await store.write(spanWrites(tenant, spans, now()));
    } catch {
      log({ level: "warning", event: "spans-lost", count: spans.length });
    }
  };
}
