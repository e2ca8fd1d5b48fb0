import * as z from "zod/mini";
import type { Log } from "../../ports/functions.ts";
import type { Span } from "../../ports/spans.ts";
import { spanRecordSchema, spansOf } from "../../wire/spans.ts";

/** Base64 of more than any record of ours: 40 spans of 8,192 bytes have 327,680. */
const MOST_CHARACTERS = 450_000;

/** What Lambda hands over of a Kinesis stream (the fields we use of it); a batch has at most 10,000 records. */
const eventSchema = z.object({
  Records: z
    .array(
      z.object({
        kinesis: z.object({
          sequenceNumber: z.string().check(z.regex(/^\d{1,128}$/)),
          data: z.string(),
        }),
      }),
    )
    .check(z.maxLength(10_000)),
});

/** The spans of one record of the stream. */
export interface DeliveredSpans {
  readonly sequence: string;
  readonly spans: readonly Span[];
}

/**
 * Reads a Lambda event of the spans' stream, in its order. A record that is none of ours is logged and left out: spans
 * may be lost, and a bad one must not hold up its shard. An event of another form throws.
 */
export function readSpanRecords(event: unknown, log: Log): readonly DeliveredSpans[] {
  return eventSchema.parse(event).Records.flatMap(({ kinesis: { sequenceNumber: sequence, data } }) => {
    const record = spanRecordSchema.safeParse(parseJson(data));
    if (record.success) return [{ sequence, spans: spansOf(record.data) }];
    log({ level: "warning", event: "span-record-refused" });
    return [];
  });
}

function parseJson(data: string): unknown {
  if (data.length > MOST_CHARACTERS) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(data, "base64").toString("utf8"));
    return value;
  } catch {
    return undefined;
  }
}
