import * as z from "zod/mini";
import type { StreamOutcome, StreamRecord } from "../../ports/functions.ts";
import type { ItemBody, TableName } from "../../ports/store.ts";
import { readBody } from "./dynamodb-attributes.ts";

type SourceTable = TableName | "ledger";

const sequenceSchema = z.string().check(z.regex(/^\d{1,40}$/));

// Lambda hands over at most 10,000 records at once. Of each, its sequence must be there: a record that cannot be named
// cannot be answered as failed either, so the whole event is refused then.
const eventSchema = z.object({
  Records: z
    .array(z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: sequenceSchema }) }))
    .check(z.maxLength(10_000)),
});

const text = z.object({ S: z.string() });
const attributesSchema = z.record(z.string(), z.looseObject({ S: z.optional(z.string()) }));

/** A stream record of AWS (the fields we use of it). */
const recordSchema = z.object({
  eventName: z.enum(["INSERT", "MODIFY", "REMOVE"]),
  eventSourceARN: z.string().check(z.regex(/^arn:[\w-]+:dynamodb:[\w-]*:\d{12}:table\/[\w.-]+\/stream\/.+$/)),
  dynamodb: z.object({
    Keys: z.object({ pk: text, sk: text }),
    NewImage: z.optional(attributesSchema),
    StreamViewType: z.enum(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]),
  }),
});

/** Records in the order of the event, and the sequences of those that could not be read. */
export interface StreamRecords {
  readonly records: readonly StreamRecord[];
  readonly failed: readonly string[];
}

/**
 * Reads a Lambda event of a DynamoDB stream. `tableOf` tells which of our tables has the physical name. A record that
 * cannot be read, or is of no table of ours, is answered as failed and takes no other with it; deletions are left out.
 * Where the stream carries items, `body` is the new one's; where it carries keys only, there is none.
 */
export function toStreamRecords(
  event: unknown,
  tableOf: (tableName: string) => SourceTable | undefined,
): StreamRecords {
  const records: StreamRecord[] = [];
  const failed: string[] = [];
  for (const raw of eventSchema.parse(event).Records) {
    const sequence = raw.dynamodb.SequenceNumber;
    const read = readRecord(raw, sequence, tableOf);
    if (read === "unreadable") failed.push(sequence);
    else if (read !== "removal") records.push(read);
  }
  return { records, failed };
}

/** What Lambda takes from a function that reports failures one by one: it goes back to the first of them. */
export function toBatchResponse({ failed }: StreamOutcome): {
  readonly batchItemFailures: { itemIdentifier: string }[];
} {
  return { batchItemFailures: failed.map((sequence) => ({ itemIdentifier: sequence })) };
}

function readRecord(
  raw: unknown,
  sequence: string,
  tableOf: (tableName: string) => SourceTable | undefined,
): StreamRecord | "removal" | "unreadable" {
  const parsed = recordSchema.safeParse(raw);
  if (!parsed.success) return "unreadable";
  const { eventName, eventSourceARN, dynamodb } = parsed.data;
  if (eventName === "REMOVE") return "removal";
  const table = tableOf(eventSourceARN.split("/")[1] ?? "");
  const key = table && toKey(table, dynamodb.Keys.pk.S, dynamodb.Keys.sk.S);
  if (key === undefined) return "unreadable";
  if (dynamodb.StreamViewType === "KEYS_ONLY") return { sequence, key };
  const body = tryReadBody(dynamodb.NewImage);
  return body === undefined ? "unreadable" : { sequence, key, body };
}

/** Blocks are one partition in the ledger's table, and one place each in the port. */
function toKey(table: SourceTable, partition: string, sort: string): StreamRecord["key"] | undefined {
  if (table !== "ledger") return { table, partition, sort };
  const from = partition === "block#log" && /^\d{16}$/.test(sort) ? Number(sort) : undefined;
  return from === undefined ? undefined : { table, partition: `block#${from}`, sort: "block" };
}

function tryReadBody(image: z.infer<typeof attributesSchema> | undefined): ItemBody | undefined {
  try {
    return readBody({ body: { S: image?.["body"]?.S ?? "" } });
  } catch {
    return undefined;
  }
}
