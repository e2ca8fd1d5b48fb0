import { KinesisClient } from "@aws-sdk/client-kinesis";
import { createKinesisEmitSpans } from "../../shared/adapters/aws/kinesis-spans.ts";
import { createEmitSpans } from "../../shared/adapters/emit-spans-directly.ts";
import type { Log, Now } from "../../shared/ports/functions.ts";
import type { EmitSpans } from "../../shared/ports/spans.ts";
import type { Store } from "../../shared/ports/store.ts";

/**
 * Other settings than those of the other clients: the SDK speaks HTTP/2 to Kinesis, and spans may be lost, so a function
 * gives them 2 seconds at most and not its own time. A session that idled is given up, since Lambda may have frozen the
 * process for long enough that nobody is left at its other end.
 */
const kinesisSettings = {
  maxAttempts: 2,
  requestHandler: { requestTimeout: 1_000, sessionTimeout: 5_000 },
};

/** Hands spans to the stream that the deployment has, else straight to their table. */
export function connectSpans(
  settings: { readonly SPAN_STREAM?: string | undefined; readonly TENANT: string },
  parts: { readonly store: Store; readonly now: Now; readonly log: Log },
): EmitSpans {
  const { SPAN_STREAM: streamName, TENANT: tenant } = settings;
  const { store, now, log } = parts;
  if (streamName === undefined) return createEmitSpans(store, tenant, now, log);
  return createKinesisEmitSpans({ client: new KinesisClient(kinesisSettings), streamName, log });
}
