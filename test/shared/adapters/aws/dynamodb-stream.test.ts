import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { toBatchResponse, toStreamRecords } from "../../../../shared/adapters/aws/dynamodb-stream.ts";

const arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/cs-work/stream/2026-11-22T00:00:00.000";

/** A record as Lambda's documentation shows it, of a stream that carries items. */
function buildRecord(sequence: string, over: object = {}, dynamodb: object = {}) {
  return {
    eventID: "c4ca4238a0b923820dcc509a6f75849b",
    eventName: "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "eu-west-1",
    dynamodb: {
      ApproximateCreationDateTime: 1_700_000_000,
      Keys: { pk: { S: "outbox#0" }, sk: { S: "a" } },
      NewImage: { pk: { S: "outbox#0" }, sk: { S: "a" }, rev: { S: "r1" }, body: { S: '{"n":1}' } },
      SequenceNumber: sequence,
      SizeBytes: 26,
      StreamViewType: "NEW_IMAGE",
      ...dynamodb,
    },
    eventSourceARN: arn,
    ...over,
  };
}

const tables = new Map([
  ["cs-work", "work"],
  ["cs-ledger", "ledger"],
] as const);

function read(...records: readonly object[]) {
  return toStreamRecords(
    { Records: records },
    (name) => [...tables].find(([physical]) => physical === name)?.[1],
  );
}

const key = { table: "work", partition: "outbox#0", sort: "a" };

describe("an event of a DynamoDB stream", () => {
  test("becomes records of our tables, in its order, with the new body", () => {
    const later = { NewImage: { body: { S: '{"n":2}' } } };
    expect(read(buildRecord("100"), buildRecord("200", { eventName: "MODIFY" }, later))).toEqual({
      records: [
        { sequence: "100", key, body: { n: 1 } },
        { sequence: "200", key, body: { n: 2 } },
      ],
      failed: [],
    });
  });

  test("has no body where the stream carries keys only, even if an image came along", () => {
    const [record] = read(buildRecord("100", {}, { StreamViewType: "KEYS_ONLY" })).records;
    expect(record).toEqual({ sequence: "100", key });
  });

  test("drops removals, those by TTL too", () => {
    const byTtl = {
      eventName: "REMOVE",
      userIdentity: { principalId: "dynamodb.amazonaws.com", type: "Service" },
    };
    expect(read(buildRecord("100", byTtl, { NewImage: undefined }))).toEqual({ records: [], failed: [] });
  });

  test("names a block of the ledger by its place", () => {
    const Keys = { pk: { S: "block#log" }, sk: { S: "0000000000000042" } };
    const block = buildRecord("100", { eventSourceARN: arn.replace("cs-work", "cs-ledger") }, { Keys });
    expect(read(block).records.map((record) => record.key)).toEqual([
      { table: "ledger", partition: "block#42", sort: "block" },
    ]);
    const unknown = { ...Keys, pk: { S: "block#chain" } };
    const other = buildRecord(
      "101",
      { eventSourceARN: arn.replace("cs-work", "cs-ledger") },
      { Keys: unknown },
    );
    expect(read(other)).toEqual({ records: [], failed: ["101"] });
  });

  test.each<[string, object, object?]>([
    ["of a table that is none of ours", { eventSourceARN: arn.replace("cs-work", "cs-other") }],
    ["without its table", { eventSourceARN: undefined }],
    [
      "of a stream that is no DynamoDB table's",
      { eventSourceARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/s" },
    ],
    ["with a change nobody knows", { eventName: "UPSERT" }],
    ["without keys", {}, { Keys: undefined }],
    ["with keys of another type", {}, { Keys: { pk: { N: "1" }, sk: { S: "a" } } }],
    ["without its image", {}, { NewImage: undefined }],
    ["without a body", {}, { NewImage: { rev: { S: "r1" } } }],
    ["with a body of another type", {}, { NewImage: { body: { B: "e30=" } } }],
    ["with a body that is no JSON", {}, { NewImage: { body: { S: "{" } } }],
    ["with a body that is no object", {}, { NewImage: { body: { S: "[]" } } }],
    ["of the ledger's indexes", { eventSourceARN: arn.replace("cs-work", "cs-ledger") }],
  ])("answers a record %s as failed and reads those beside it", (_, over, dynamodb = {}) => {
    const { records, failed } = read(
      buildRecord("100"),
      buildRecord("200", over, dynamodb),
      buildRecord("300"),
    );
    expect(failed).toEqual(["200"]);
    expect(records.map(({ sequence }) => sequence)).toEqual(["100", "300"]);
  });

  test.each([
    ["no event at all", "event"],
    ["a record that cannot be named", { Records: [buildRecord("100"), { dynamodb: {} }] }],
    ["a sequence that is no number", { Records: [buildRecord("a")] }],
  ])("that is %s is refused as a whole", (_, event) => {
    expect(() => toStreamRecords(event, () => "work")).toThrow(z.core.$ZodError);
  });

  test("is answered with the sequences that failed", () => {
    expect(toBatchResponse({ failed: ["200", "300"] })).toEqual({
      batchItemFailures: [{ itemIdentifier: "200" }, { itemIdentifier: "300" }],
    });
    expect(toBatchResponse({ failed: [] })).toEqual({ batchItemFailures: [] });
  });
});
