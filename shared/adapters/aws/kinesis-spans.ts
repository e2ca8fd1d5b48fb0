import { setTimeout as wait } from "node:timers/promises";
import { type KinesisClient, PutRecordsCommand, type PutRecordsRequestEntry } from "@aws-sdk/client-kinesis";
import type { Log } from "../../ports/functions.ts";
import type { EmitSpans, Span } from "../../ports/spans.ts";
import { mostSpanBytes, spanRecordSchema, spansPerRecord } from "../../wire/spans.ts";

/** Tries for records that the stream did not take, beyond those of the SDK for a request as a whole. */
const MAX_TRIES = 3;
const FIRST_PAUSE_MS = 50;

interface Entry {
  readonly request: PutRecordsRequestEntry;
  readonly spans: number;
}

/**
 * Hands the spans of one invocation to a Kinesis stream in one PutRecords: those of a run together, `spansPerRecord` to a
 * record, in the shard of their trace. At most 500 spans of 8,192 bytes make 4.1 MB in at most 500 records, below the 5
 * MiB and 500 records of one request. What does not get there is logged as `spans-lost` with its number; nothing is
 * thrown. Permission: kinesis:PutRecords.
 */
export function createKinesisEmitSpans(parts: {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly log: Log;
}): EmitSpans {
  return async (spans) => {
    const entries = toEntries(spans);
    const kept = entries.reduce((sum, entry) => sum + entry.spans, 0);
    const unsent = await putAll(parts, entries);
    const count = spans.length - kept + unsent.reduce((sum, entry) => sum + entry.spans, 0);
    if (count > 0) parts.log({ level: "warning", event: "spans-lost", count });
  };
}

/** Answers what the stream did not take. */
async function putAll(
  { client, streamName }: { readonly client: KinesisClient; readonly streamName: string },
  entries: readonly Entry[],
): Promise<readonly Entry[]> {
  let unsent = entries;
  for (let attempt = 1; unsent.length > 0 && attempt <= MAX_TRIES; attempt += 1) {
    if (attempt > 1) await wait(Math.random() * FIRST_PAUSE_MS * 2 ** (attempt - 1));
    const command = new PutRecordsCommand({
      StreamName: streamName,
      Records: unsent.map(({ request }) => request),
    });
    try {
      const { Records: answers = [] } = await client.send(command);
      unsent = unsent.filter((_, place) => answers[place]?.SequenceNumber === undefined);
    } catch {
      // The SDK has tried the whole request often enough.
      return unsent;
    }
  }
  return unsent;
}

function toEntries(spans: readonly Span[]): readonly Entry[] {
  const ofTraces = Map.groupBy(spans.filter(isReadable), ({ run, traceId }) => `${run} ${traceId}`);
  return [...ofTraces.values()].flatMap((ofTrace) => groupsOf(ofTrace).map(toEntry));
}

function groupsOf(spans: readonly Span[]): readonly (readonly Span[])[] {
  const count = Math.ceil(spans.length / spansPerRecord);
  return Array.from({ length: count }, (_, place) =>
    spans.slice(place * spansPerRecord, (place + 1) * spansPerRecord),
  );
}

/** A span that the reader would refuse must not take those beside it along. */
function isReadable(span: Span): boolean {
  const text = JSON.stringify(toRecord([span]));
  return Buffer.byteLength(text) <= mostSpanBytes && spanRecordSchema.safeParse(JSON.parse(text)).success;
}

function toEntry(group: readonly Span[]): Entry {
  const record = toRecord(group);
  const request = { Data: Buffer.from(JSON.stringify(record)), PartitionKey: record.traceId };
  return { request, spans: group.length };
}

function toRecord(group: readonly Span[]) {
  const [first] = group;
  const spans = group.map(({ run: _run, traceId: _traceId, ...span }) => span);
  return { v: 1, run: first?.run, traceId: first?.traceId, spans };
}
