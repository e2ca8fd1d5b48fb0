import { randomUUID } from "node:crypto";
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
} from "@aws-sdk/client-dynamodb-streams";
import * as z from "zod/mini";
import type { StreamedTable } from "./dynamodb-tables.ts";

/** A stream's record as Lambda hands it over. */
export type EventRecord = Omit<_Record, "dynamodb"> & {
  readonly eventSourceARN: string;
  readonly dynamodb: Omit<NonNullable<_Record["dynamodb"]>, "ApproximateCreationDateTime">;
};

/** What Lambda invokes; it may answer that some of the records failed. */
export type InvokeWithBatch = (event: { readonly Records: readonly EventRecord[] }) => Promise<unknown>;

const responseSchema = z.strictObject({
  batchItemFailures: z.array(z.strictObject({ itemIdentifier: z.string() })),
});

const sentinel = "sentinel#";

/**
 * Lambda's event source mapping on a real stream, as our stacks configure it: a filter on the partition, batches, halves
 * of a batch that threw, going back to the first record that failed, and dead letters after so many tries. Unlike
 * Lambda's, it takes no time between tries, and counts them for each record where Lambda counts them for the batch.
 */
export class EventSourceMapping {
  /** Every invocation's records, in order. */
  readonly invocations: (readonly EventRecord[])[] = [];
  readonly deadLetters: EventRecord[] = [];
  readonly #client: DynamoDBClient;
  readonly #streams: DynamoDBStreamsClient;
  readonly #table: StreamedTable;
  readonly #settings: {
    readonly partitionPrefix: string;
    readonly batchSize: number;
    readonly attempts: number;
  };
  readonly #invoke: InvokeWithBatch;
  readonly #tries = new Map<string, number>();
  #iterator: string | undefined;

  constructor(
    clients: { readonly client: DynamoDBClient; readonly streams: DynamoDBStreamsClient },
    table: StreamedTable,
    settings: { readonly partitionPrefix: string; readonly batchSize: number; readonly attempts: number },
    invoke: InvokeWithBatch,
  ) {
    this.#client = clients.client;
    this.#streams = clients.streams;
    this.#table = table;
    this.#settings = settings;
    this.#invoke = invoke;
  }

  /** Delivers everything that was written before; answers whether there was anything. */
  async pump(): Promise<boolean> {
    const records = await this.#readNew();
    const { batchSize, partitionPrefix } = this.#settings;
    const wanted = records.filter(
      ({ dynamodb }) => dynamodb.Keys?.["pk"]?.S?.startsWith(partitionPrefix) === true,
    );
    for (let start = 0; start < wanted.length; start += batchSize) {
      await this.#deliver(wanted.slice(start, start + batchSize));
    }
    return wanted.length > 0;
  }

  /** The same records once more, as a stream may at any time. */
  async deliverAgain(batch: readonly EventRecord[]): Promise<void> {
    await this.#deliver(batch);
  }

  async #deliver(batch: readonly EventRecord[]): Promise<void> {
    let rest = batch;
    while (rest.length > 0) {
      const failed = await this.#invokeWith(rest);
      if (failed === "threw" && rest.length > 1) {
        const middle = Math.ceil(rest.length / 2);
        await this.#deliver(rest.slice(0, middle));
        rest = rest.slice(middle);
      } else {
        rest = this.#goBackTo(rest, failed === "threw" ? new Set(rest.map(sequenceOf)) : failed);
      }
    }
  }

  async #invokeWith(records: readonly EventRecord[]): Promise<ReadonlySet<string> | "threw"> {
    this.invocations.push(records);
    // As JSON, which is how it travels.
    const event = JSON.parse(JSON.stringify({ Records: records })) as { Records: EventRecord[] };
    try {
      const { batchItemFailures } = responseSchema.parse(await this.#invoke(event));
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    } catch {
      return "threw";
    }
  }

  /** What is left to do: everything from the first failed record on, without it when it failed too often. */
  #goBackTo(records: readonly EventRecord[], failed: ReadonlySet<string>): readonly EventRecord[] {
    const place = records.findIndex((record) => failed.has(sequenceOf(record)));
    const first = records[place];
    if (first === undefined) return [];
    const tries = (this.#tries.get(sequenceOf(first)) ?? 0) + 1;
    this.#tries.set(sequenceOf(first), tries);
    if (tries < this.#settings.attempts) return records.slice(place);
    this.deadLetters.push(first);
    return records.slice(place + 1);
  }

  /** Reads up to a mark that is written now, so that nothing written before is missed. */
  async #readNew(): Promise<readonly EventRecord[]> {
    const mark = `${sentinel}${randomUUID()}`;
    const Item = { pk: { S: mark }, sk: { S: "sentinel" } };
    await this.#client.send(new PutItemCommand({ TableName: this.#table.tableName, Item }));
    const read: EventRecord[] = [];
    this.#iterator ??= await this.#openIterator();
    while (!read.some(({ dynamodb }) => dynamodb.Keys?.["pk"]?.S === mark)) {
      const { Records = [], NextShardIterator } = await this.#streams.send(
        new GetRecordsCommand({ ShardIterator: this.#iterator }),
      );
      read.push(...Records.map((record) => this.#toEventRecord(record)));
      this.#iterator = NextShardIterator;
    }
    return read;
  }

  async #openIterator(): Promise<string | undefined> {
    const StreamArn = this.#table.streamArn;
    const { StreamDescription } = await this.#streams.send(new DescribeStreamCommand({ StreamArn }));
    const shard = { StreamArn, ShardId: StreamDescription?.Shards?.[0]?.ShardId };
    const { ShardIterator } = await this.#streams.send(
      new GetShardIteratorCommand({ ...shard, ShardIteratorType: "TRIM_HORIZON" }),
    );
    return ShardIterator;
  }

  #toEventRecord({ dynamodb, ...record }: _Record): EventRecord {
    const { ApproximateCreationDateTime: _, ...change } = dynamodb ?? {};
    return { ...record, eventSourceARN: this.#table.streamArn, dynamodb: change };
  }
}

function sequenceOf({ dynamodb }: EventRecord): string {
  return String(dynamodb.SequenceNumber);
}
