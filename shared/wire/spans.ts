import * as z from "zod/mini";
import { runIdSchema } from "../domain/ids.ts";
import type { Span } from "../ports/spans.ts";

/** A record of this many spans has about 20 kB: Kinesis charges by 25 kB begun. */
export const spansPerRecord = 40;

/** So no record reaches 400,000 bytes, the limit of the DynamoDB item that it becomes, nor Kinesis's 1 MiB. */
export const mostSpanBytes = 8_192;

const time = z.int().check(z.nonnegative());
const traceId = z.string().check(z.regex(/^[0-9a-f]{32}$/));

const spanSchema = z.strictObject({
  spanId: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  name: z.string().check(z.minLength(1), z.maxLength(512)),
  kind: z.enum(["model", "tool"]),
  start: time,
  end: time,
  status: z.enum(["ok", "error"]),
  attributes: z.record(
    z.string().check(z.minLength(1), z.maxLength(128)),
    z.union([z.string().check(z.maxLength(2_048)), z.number(), z.boolean()]),
  ),
});

/** A record of the spans' stream, version 1: spans of one run. */
export const spanRecordSchema = z.strictObject({
  v: z.literal(1),
  run: runIdSchema,
  traceId,
  spans: z.array(spanSchema).check(z.minLength(1), z.maxLength(spansPerRecord)),
});

export type SpanRecord = z.infer<typeof spanRecordSchema>;

/** The spans as their port has them. */
export function spansOf({ run, traceId: trace, spans }: SpanRecord): readonly Span[] {
  return spans.map((span) => ({ ...span, run, traceId: trace }));
}
