import { describe, expect, test } from "vitest";
import { createStreamEntry } from "../../../functions/lambda/stream-entry.ts";
import { MalformedRecord, StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { LogLine, StreamRecord } from "../../../shared/ports/functions.ts";

const context = { getRemainingTimeInMillis: () => 10_000 };
const prefix = { PREFIX: "acme" };

/** A record of a table's stream that carries keys, as Lambda hands it over. */
function recordOf(table: string, sequence: string): object {
  return {
    eventID: "0f0f",
    eventName: "INSERT",
    eventSource: "aws:dynamodb",
    eventSourceARN: `arn:aws:dynamodb:us-east-1:111122223333:table/${table}/stream/2026-11-22T00:00:00.000`,
    dynamodb: {
      Keys: { pk: { S: "outbox#default#3" }, sk: { S: `entry-${sequence}` } },
      SequenceNumber: sequence,
      StreamViewType: "KEYS_ONLY",
    },
  };
}

/** The entry of append-ledger over a handler that notes what it is handed. */
function createEntry(fails: readonly string[] = []) {
  const delivered: StreamRecord[] = [];
  const invoked: unknown[] = [];
  const logged: LogLine[] = [];
  const handler = {
    deliver: async (records: readonly StreamRecord[]) => {
      delivered.push(...records);
      return { failed: fails };
    },
    invoke: async (event: unknown) => {
      invoked.push(event);
      return { done: true };
    },
  };
  const entry = createStreamEntry("append-ledger", prefix, handler, (line) => logged.push(line));
  return { call: (event: unknown) => entry(event, context), delivered, invoked, logged };
}

describe("an event with records", () => {
  test("is delivered under our names of the tables", async () => {
    const { call, delivered, invoked } = createEntry();
    const records = [recordOf("acme-work", "1"), recordOf("acme-executions", "2")];
    expect(await call({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(delivered).toEqual([
      { sequence: "1", key: { table: "work", partition: "outbox#default#3", sort: "entry-1" } },
      { sequence: "2", key: { table: "executions", partition: "outbox#default#3", sort: "entry-2" } },
    ]);
    expect(invoked).toEqual([]);
  });

  test("answers by its sequence what could not be done", async () => {
    const { call } = createEntry(["2"]);
    const records = [recordOf("acme-work", "1"), recordOf("acme-work", "2")];
    expect(await call({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  });

  test.for([
    ["a table of another deployment", recordOf("other-work", "1")],
    ["a table that wiring.ts does not have it read", recordOf("acme-tokens", "1")],
    ["a record without keys", { ...recordOf("acme-work", "1"), dynamodb: { SequenceNumber: "1" } }],
  ] as const)("answers %s as failed and delivers the rest", async ([, unreadable]) => {
    const { call, delivered } = createEntry();
    const answer = await call({ Records: [unreadable, recordOf("acme-work", "2")] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(delivered.map(({ sequence }) => sequence)).toEqual(["2"]);
  });

  test("whose records have no number is refused as a whole", async () => {
    const { call, delivered, logged } = createEntry();
    await expect(call({ Records: [{}] })).rejects.toBeInstanceOf(MalformedRecord);
    expect(delivered).toEqual([]);
    expect(logged).toEqual([{ level: "alarm", event: "invocation-failed", code: "$ZodError" }]);
  });
});

test("what has no records is a request of the reconciler, and gets its answer", async () => {
  const { call, delivered, invoked } = createEntry();
  expect(await call({ sealAgain: [] })).toEqual({ done: true });
  expect(invoked).toEqual([{ sealAgain: [] }]);
  expect(delivered).toEqual([]);
});

test("a batch that fails altogether fails the invocation, so all of it comes again", async () => {
  const away = new StoreUnavailable("DynamoDB did not answer.");
  const failing = { deliver: () => Promise.reject(away), invoke: () => Promise.reject(away) };
  const entry = createStreamEntry("append-ledger", prefix, failing, () => {});
  await expect(entry({ Records: [recordOf("acme-work", "1")] }, context)).rejects.toBe(away);
});
