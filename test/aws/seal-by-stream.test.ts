import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { createHandler } from "../../functions/append-ledger/handler.ts";
import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import { toBatchResponse, toStreamRecords } from "../../shared/adapters/aws/dynamodb-stream.ts";
import type { LogLine } from "../../shared/ports/functions.ts";
import type { ItemBody } from "../../shared/ports/store.ts";
import { outboxKey } from "../../shared/records/keys.ts";
import { type LedgerEntry, parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { outboxPrefix } from "../../shared/wiring.ts";
import { hashBytes } from "../builders/sha256.ts";
import { blockAfter, makeEntry } from "../contract/block-builders.ts";
import { connect, connectStreams, createStreamedTable } from "./dynamodb-tables.ts";
import { EventSourceMapping } from "./event-source-mapping.ts";
import { type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";

const client = connect();
const clients = { client, streams: connectStreams() };

/** The table `decisions`, its stream of keys, and `append-ledger` behind it, which reaches DynamoDB through `judge`. */
async function openSealing(judge: Judge = () => "pass") {
  const source = await createStreamedTable(client, "decisions", "keys");
  const ledgerTable = await createStreamedTable(client, "ledger", "keys");
  const tableNameOf = () => source.tableName;
  const tableOf = (tableName: string) => (tableName === source.tableName ? "decisions" : undefined);
  const lines: LogLine[] = [];
  const faulty = connect(await startFaultyProxy(judge));
  const { deliver } = createHandler({
    store: createDynamoStore({ client: faulty, tableNameOf }),
    ledger: createDynamoLedgerStore({ client: faulty, tableName: ledgerTable.tableName }),
    hash: hashBytes,
    log: (line) => lines.push(line),
  });
  const settings = { partitionPrefix: outboxPrefix, batchSize: 45, attempts: 3 };
  const mapping = new EventSourceMapping(clients, source, settings, async (event) => {
    const { records, failed } = toStreamRecords(event, tableOf);
    const outcome = await deliver(records);
    return toBatchResponse({ failed: [...failed, ...outcome.failed] });
  });
  const store = createDynamoStore({ client, tableNameOf });
  return {
    mapping,
    lines,
    ledger: createDynamoLedgerStore({ client, tableName: ledgerTable.tableName }),
    ledgerTable,
    /** As one transaction, so that the stream may hand them over together. */
    write: async (entries: readonly { readonly id: string; readonly body: ItemBody }[]) => {
      await store.write(
        entries.map(({ id, body }) => ({
          action: "put",
          key: outboxKey("decisions", "default", "run_1", 1_700_000_000_000, id),
          body,
          expect: "absent",
        })),
      );
    },
  };
}

function rowsOf(...entries: readonly LedgerEntry[]) {
  return entries.map((entry) => ({ id: entry.id, body: entry }));
}

function sequencesOf(records: EventSourceMapping["invocations"][number]): readonly unknown[] {
  return records.map(({ dynamodb }) => dynamodb.SequenceNumber);
}

describe("rows of an outbox on DynamoDB", () => {
  test("are sealed by way of their stream, which carries their keys alone", async () => {
    const { mapping, ledger, write } = await openSealing();
    const [first, second] = [makeEntry(), makeEntry()];
    await write(rowsOf(first, second));
    await mapping.pump();
    expect((await ledger.find(first.id))?.entry).toEqual(first);
    expect((await ledger.find(second.id))?.entry).toEqual(second);
    expect(mapping.invocations.flat().filter(({ dynamodb }) => dynamodb.NewImage !== undefined)).toEqual([]);
  });

  test.each([
    ["no entry at all", { n: 1 }],
    ["an entry of another table's kind", makeEntry({ id: "poison", kind: "executed" })],
  ])(
    "that hold %s are not sealed and lie with the dead letters; those beside them are sealed",
    async (_, body) => {
      const { mapping, ledger, lines, write } = await openSealing();
      const good = [makeEntry({ id: "a-before" }), makeEntry({ id: "z-after" })];
      await write([...rowsOf(...good), { id: "poison", body }]);
      await mapping.pump();
      for (const { id } of good) expect((await ledger.find(id))?.entry.id).toBe(id);
      expect(await ledger.find("poison")).toBeUndefined();
      expect(mapping.deadLetters.map(({ dynamodb }) => dynamodb.Keys?.["sk"]?.S)).toEqual([
        "001700000000000#poison",
      ]);
      expect(lines.filter(({ event }) => event === "entry-refused").map(({ level }) => level)).toContain(
        "alarm",
      );
    },
  );

  test("that are handed over twice are sealed once", async () => {
    const { mapping, ledger, write } = await openSealing();
    await write(rowsOf(makeEntry(), makeEntry(), makeEntry()));
    await mapping.pump();
    const last = await ledger.last();
    const [batch = []] = mapping.invocations;
    await mapping.deliverAgain(batch);
    expect(sequencesOf(mapping.invocations.at(-1) ?? [])).toEqual(sequencesOf(batch));
    expect(await ledger.last()).toEqual(last);
  });

  test.each<[string, Judge]>([
    [
      "loses the answer to an append",
      (operation, earlier) => loseOnce(operation, earlier, "ExecuteTransaction"),
    ],
    [
      "loses every answer to a read at first",
      (operation, earlier) => (operation === "BatchGetItem" && earlier < 2 ? "lose-answer" : "pass"),
    ],
    [
      "is throttled at first",
      (operation, earlier) =>
        operation === "ExecuteTransaction" && earlier < 2
          ? refuse("ProvisionedThroughputExceededException")
          : "pass",
    ],
  ])("are each sealed once by a DynamoDB that %s", async (_, judge) => {
    const { mapping, ledger, write } = await openSealing(judge);
    const entries = [makeEntry(), makeEntry(), makeEntry()];
    await write(rowsOf(...entries));
    await mapping.pump();
    const blocks = await ledger.blocks(0, 100);
    const sealed = blocks.flatMap((block) => block.entries.map((text) => parseLedgerEntry(text)?.id ?? text));
    expect(sealed.toSorted()).toEqual(entries.map(({ id }) => id).toSorted());
    expect(mapping.deadLetters).toEqual([]);
  });
});

function loseOnce(operation: string, earlier: number, lost: string) {
  return operation === lost && earlier === 0 ? ("lose-answer" as const) : ("pass" as const);
}

describe("the ledger's stream", () => {
  test("names every block by its place, and what is no block lies with the dead letters", async () => {
    const { ledger, ledgerTable } = await openSealing();
    const first = blockAfter(undefined, [makeEntry(), makeEntry()]);
    await ledger.append(first);
    await ledger.append(blockAfter(first, [makeEntry()]));
    const poison = { pk: { S: "block#else" }, sk: { S: "0000000000000001" }, body: { S: "{" } };
    await client.send(new PutItemCommand({ TableName: ledgerTable.tableName, Item: poison }));
    const seen: unknown[] = [];
    const settings = { partitionPrefix: "block#", batchSize: 45, attempts: 3 };
    const mapping = new EventSourceMapping(clients, ledgerTable, settings, async (event) => {
      const { records, failed } = toStreamRecords(event, () => "ledger");
      seen.push(...records.map(({ key, body }) => [key.partition, body]));
      return toBatchResponse({ failed });
    });
    await mapping.pump();
    expect(seen).toEqual([
      ["block#0", undefined],
      ["block#2", undefined],
    ]);
    expect(mapping.deadLetters.map(({ dynamodb }) => dynamodb.Keys?.["pk"]?.S)).toEqual(["block#else"]);
  });
});
