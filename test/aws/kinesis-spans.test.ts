import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { describe, expect, inject, test } from "vitest";
import { createHandler } from "../../functions/write-traces/handler.ts";
import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import { createKinesisEmitSpans } from "../../shared/adapters/aws/kinesis-spans.ts";
import { readSpanRecords } from "../../shared/adapters/aws/read-span-records.ts";
import type { LogLine } from "../../shared/ports/functions.ts";
import type { Span } from "../../shared/ports/spans.ts";
import { buildSpan } from "../builders/build-span.ts";
import { clientSettings } from "./aws-clients.ts";
import { connect, createTable } from "./dynamodb-tables.ts";
import { type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";

const client = new KinesisClient(clientSettings());

async function createStream(): Promise<string> {
  const StreamName = `spans-${randomUUID()}`;
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
  for (;;) {
    const summary = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    if (summary.StreamDescriptionSummary?.StreamStatus === "ACTIVE") return StreamName;
    await wait(20);
  }
}

/** A stream that is reached through faults; `lines` are what was logged, `asked` how many records each request had. */
async function openFaulty(judge: (records: number, earlier: number) => ReturnType<Judge>) {
  const streamName = await createStream();
  const asked: number[] = [];
  const endpoint = await startFaultyProxy(
    (_, earlier, body) => {
      const records = (JSON.parse(body) as { Records: unknown[] }).Records.length;
      asked.push(records);
      return judge(records, earlier);
    },
    { target: inject("awsEndpoint"), protocol: "http2" },
  );
  const lines: LogLine[] = [];
  const emitSpans = createKinesisEmitSpans({
    client: new KinesisClient(clientSettings(endpoint)),
    streamName,
    log: (line) => lines.push(line),
  });
  return { streamName, emitSpans, lines, asked };
}

/** What lies in the stream, as Lambda hands it over: one event for each shard. */
async function readEvents(StreamName: string) {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  return Promise.all(
    Shards.map(async ({ ShardId }) => {
      const { ShardIterator } = await client.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
      );
      const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
      return {
        Records: Records.map(({ Data = new Uint8Array(), SequenceNumber, PartitionKey }) => ({
          kinesis: {
            sequenceNumber: SequenceNumber,
            partitionKey: PartitionKey,
            data: Buffer.from(Data).toString("base64"),
          },
        })),
      };
    }),
  );
}

async function readSpans(streamName: string): Promise<readonly Span[]> {
  const events = await readEvents(streamName);
  return events
    .flatMap((event) => readSpanRecords(event, () => {}))
    .flatMap(({ spans }) => spans)
    .toSorted((one, other) => one.start - other.start);
}

function manySpans(count: number): readonly Span[] {
  return Array.from({ length: count }, (_, number) => buildSpan(number));
}

describe("spans on their way through Kinesis", () => {
  test("lie in the table of traces in the end, each once, however often they are handed over", async () => {
    const { emitSpans, streamName, asked, lines } = await openFaulty(() => "pass");
    const spans = manySpans(90);
    await emitSpans(spans);
    expect(asked).toEqual([3]);
    expect(lines).toEqual([]);

    const dynamo = connect();
    const tableName = await createTable(dynamo, "traces");
    const store = createDynamoStore({ client: dynamo, tableNameOf: () => tableName });
    const log = () => {};
    const handle = createHandler({ store, tenant: "default", now: () => 5_000, log });
    for (const event of [...(await readEvents(streamName)), ...(await readEvents(streamName))]) {
      expect(await handle(readSpanRecords(event, log))).toEqual({ failed: [] });
    }
    const partition = "run#default#run_01m81j18g0041061050r3gg28a";
    const { items } = await store.query({ table: "traces", partition, order: "ascending", limit: 10 });
    const kept = items.flatMap(({ body }) => body["spans"] as readonly Pick<Span, "spanId">[]);
    expect(kept.map(({ spanId }) => spanId)).toEqual(spans.map(({ spanId }) => spanId));
  });

  test("of one trace are in one shard", async () => {
    const { emitSpans, streamName } = await openFaulty(() => "pass");
    await emitSpans(manySpans(90));
    const events = await readEvents(streamName);
    expect(events.map(({ Records }) => Records.length).toSorted((one, other) => one - other)).toEqual([0, 3]);
  });

  test("are sent again where the stream did not take them, and no others", async () => {
    const { emitSpans, streamName, asked, lines } = await openFaulty((records, earlier) =>
      earlier === 0 ? { status: 200, answer: { FailedRecordCount: 1, Records: takeFirst(records) } } : "pass",
    );
    await emitSpans(manySpans(90));
    expect(asked).toEqual([3, 2]);
    expect(lines).toEqual([]);
    expect((await readSpans(streamName)).map(({ start }) => start)).toEqual(
      Array.from({ length: 50 }, (_, number) => 1_040 + number),
    );
  });

  test("that the stream never takes are given up after three tries, and counted", async () => {
    const { emitSpans, asked, lines } = await openFaulty((records) => ({
      status: 200,
      answer: { FailedRecordCount: records - 1, Records: takeFirst(records) },
    }));
    await emitSpans(manySpans(170));
    expect(asked).toEqual([5, 4, 3]);
    expect(lines).toEqual([{ level: "warning", event: "spans-lost", count: 50 }]);
  });

  test.each<[string, ReturnType<Judge>]>([
    ["throttled", refuse("ProvisionedThroughputExceededException")],
    ["failing inside", { status: 500, answer: {} }],
    ["losing its answers", "lose-answer"],
    ["refusing the role", refuse("AccessDeniedException")],
  ])("are given up and counted with a stream that is %s; nothing is thrown", async (_, fate) => {
    const { emitSpans, lines } = await openFaulty(() => fate);
    await emitSpans(manySpans(3));
    expect(lines).toEqual([{ level: "warning", event: "spans-lost", count: 3 }]);
  });

  test("that no reader would take are left out and counted; the others go on", async () => {
    const { emitSpans, streamName, lines } = await openFaulty(() => "pass");
    const tooLarge = buildSpan(1, { name: "n".repeat(9_000) });
    const foreign = buildSpan(2, { run: "no-run" });
    const notANumber = buildSpan(4, { attributes: { "gen_ai.usage.input_tokens": NaN } });
    await emitSpans([buildSpan(0), tooLarge, foreign, notANumber, buildSpan(3)]);
    expect(lines).toEqual([{ level: "warning", event: "spans-lost", count: 3 }]);
    expect(await readSpans(streamName)).toEqual([buildSpan(0), buildSpan(3)]);
  });

  test("are not asked about when there are none", async () => {
    const { emitSpans, asked, lines } = await openFaulty(() => "pass");
    await emitSpans([]);
    expect(asked).toEqual([]);
    expect(lines).toEqual([]);
  });
});

/** The stream's answer that it took the first record only. */
function takeFirst(records: number) {
  return Array.from({ length: records }, (_, place) =>
    place === 0
      ? { SequenceNumber: "1", ShardId: "shardId-000000000000" }
      : { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "SECRET" },
  );
}
