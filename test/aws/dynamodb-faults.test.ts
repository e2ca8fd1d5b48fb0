import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import { InvariantBroken, StoreUnavailable, TableNotGranted } from "../../shared/domain/errors.ts";
import type { WriteAction } from "../../shared/ports/store.ts";
import { blockAfter, makeEntry } from "../contract/block-builders.ts";
import { freshKey, put, read } from "../contract/store-builders.ts";
import { connect, createTable } from "./dynamodb-tables.ts";
import { type Judge, refuse, startFaultyProxy } from "./faulty-proxy.ts";

const batchSchema = z.looseObject({ RequestItems: z.record(z.string(), z.unknown()) });

const client = connect();
const tableName = createTable(client, "faults");

/** `store` reaches DynamoDB through faults, `honest` the same table without. */
async function openStores(judge: Judge) {
  const name = await tableName;
  const tableNameOf = () => name;
  const faulty = connect(await startFaultyProxy(judge));
  return {
    store: createDynamoStore({ client: faulty, tableNameOf }),
    honest: createDynamoStore({ client, tableNameOf }),
  };
}

async function openLedgers(judge: Judge) {
  const name = await createTable(client, "ledger");
  const faulty = connect(await startFaultyProxy(judge));
  return {
    ledger: createDynamoLedgerStore({ client: faulty, tableName: name }),
    honest: createDynamoLedgerStore({ client, tableName: name }),
  };
}

function loseFirstAnswer(operation: string): Judge {
  return (asked, earlier) => (asked === operation && earlier === 0 ? "lose-answer" : "pass");
}

function cancel(...reasons: readonly string[]) {
  return refuse("TransactionCanceledException", { CancellationReasons: reasons.map((Code) => ({ Code })) });
}

function twoPuts(): readonly WriteAction[] {
  return [1, 2].map((n) => ({ action: "put", key: freshKey(), body: { n }, expect: "absent" }));
}

describe("a DynamoDB whose answer is lost", () => {
  test("has written a put once, and the store says written", async () => {
    const { store, honest } = await openStores(loseFirstAnswer("PutItem"));
    const key = freshKey();
    const revision = await put(store, key, { n: 1 }, "absent");
    expect(await read(honest, key)).toEqual({ key, body: { n: 1 }, revision });
  });

  test("leaves open who wrote when the item is not this writer's, and the store says so", async () => {
    const key = freshKey();
    const { store, honest } = await openStores(loseFirstAnswer("PutItem"));
    const first = await put(honest, key, { n: 1 }, "absent");
    const repeated = store.write([{ action: "put", key, body: { n: 2 }, expect: "absent" }]);
    await expect(repeated).rejects.toBeInstanceOf(StoreUnavailable);
    expect((await read(honest, key))?.revision).toBe(first);
  });

  test("each time leaves the outcome open, whatever was written", async () => {
    const { store, honest } = await openStores(() => "lose-answer");
    const key = freshKey();
    await expect(put(store, key, { n: 1 }, "absent")).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(read(store, key)).rejects.toBeInstanceOf(StoreUnavailable);
    expect((await read(honest, key))?.body).toEqual({ n: 1 });
  });

  test("leaves open who deleted, and the store says so", async () => {
    const { store, honest } = await openStores(loseFirstAnswer("DeleteItem"));
    const key = freshKey();
    const revision = await put(honest, key, {}, "absent");
    const deleted = store.write([{ action: "delete", key, expect: revision }]);
    await expect(deleted).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await read(honest, key)).toBeUndefined();
  });

  test("has written a transaction once, and the store says written", async () => {
    const { store, honest } = await openStores(loseFirstAnswer("TransactWriteItems"));
    const actions = twoPuts();
    expect((await store.write(actions)).outcome).toBe("written");
    const items = await honest.get(actions.map(({ key }) => key));
    expect(items.map((item) => item?.body)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("has appended a block once, and the ledger says appended", async () => {
    const { ledger, honest } = await openLedgers(loseFirstAnswer("ExecuteTransaction"));
    const block = blockAfter(await ledger.last(), [makeEntry({ requirement: "req_1" })]);
    expect(await ledger.append(block)).toBe("appended");
    expect(await honest.blocks(0, 10)).toEqual([block]);
  });
});

describe("a DynamoDB with others at the same items", () => {
  test("is asked again until a transaction goes through", async () => {
    const { store } = await openStores((operation, earlier) =>
      operation === "TransactWriteItems" && earlier < 2 ? cancel("None", "TransactionConflict") : "pass",
    );
    expect((await store.write(twoPuts())).outcome).toBe("written");
  });

  test("is asked again until a single put goes through", async () => {
    const { store } = await openStores((operation, earlier) =>
      operation === "PutItem" && earlier < 2 ? refuse("TransactionConflictException") : "pass",
    );
    expect((await store.write(twoPuts().slice(1))).outcome).toBe("written");
  });

  test("is given up after six times with nothing written", async () => {
    const { store, honest } = await openStores((operation) =>
      operation === "TransactWriteItems" ? cancel("TransactionConflict", "None") : "pass",
    );
    const actions = twoPuts();
    await expect(store.write(actions)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await honest.get(actions.map(({ key }) => key))).toEqual([undefined, undefined]);
  });

  test("that names a failed condition beside a conflict has answered", async () => {
    const { store } = await openStores(() => cancel("TransactionConflict", "ConditionalCheckFailed"));
    expect(await store.write(twoPuts())).toEqual({ outcome: "conflict", failed: [1] });
  });

  test("lets a cancelled append try again while its place is free", async () => {
    const { ledger } = await openLedgers((operation, earlier) =>
      operation === "ExecuteTransaction" && earlier < 2 ? cancel("TransactionConflict", "None") : "pass",
    );
    expect(await ledger.append(blockAfter(await ledger.last(), [makeEntry()]))).toBe("appended");
  });
});

describe("a DynamoDB that refuses", () => {
  test("for its throughput leaves the outcome unknown", async () => {
    const { store } = await openStores(() => refuse("ProvisionedThroughputExceededException"));
    await expect(store.write(twoPuts())).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.get([freshKey()])).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test("with a fault that its model does not know leaves the outcome unknown", async () => {
    const { store } = await openStores(() => ({ status: 503, answer: {} }));
    await expect(store.write(twoPuts())).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.get([freshKey()])).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test("for the role names the grant, and for the request the defect", async () => {
    const { store } = await openStores((operation) =>
      refuse(operation === "PutItem" ? "AccessDeniedException" : "ValidationException"),
    );
    await expect(store.write(twoPuts().slice(1))).rejects.toBeInstanceOf(TableNotGranted);
    await expect(store.get([freshKey()])).rejects.toBeInstanceOf(InvariantBroken);
  });

  test("some keys of a batch is asked for them again", async () => {
    const { store, honest } = await openStores((operation, earlier, body) => {
      if (operation !== "BatchGetItem" || earlier > 1) return "pass";
      const { RequestItems } = batchSchema.parse(JSON.parse(body));
      return { status: 200, answer: { Responses: {}, UnprocessedKeys: RequestItems } };
    });
    const actions = twoPuts();
    await honest.write(actions);
    const items = await store.get(actions.map(({ key }) => key));
    expect(items.map((item) => item?.body)).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
