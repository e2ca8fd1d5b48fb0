import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { ItemKey, Store, TableName } from "../../shared/ports/store.ts";
import { blockAfter, makeEntry } from "./block-builders.ts";

/** What a stream is wired to, as in `shared/wiring.ts`. */
export interface ContractStream {
  readonly source: TableName | "ledger";
  readonly partitionPrefix: string;
  readonly carries: "keys" | "items";
  readonly function: string;
  readonly batchSize: number;
  readonly attempts: number;
}

export interface StreamHarness {
  readonly store: Store;
  readonly ledger: LedgerStore;
  /** Resolves when nothing is pending but dead letters; the pauses between tries take no time. */
  readonly idle: () => Promise<void>;
  readonly deadLetters: () => Promise<readonly StreamRecord[]>;
}

type Consume = (functionName: string, records: readonly StreamRecord[]) => Promise<StreamOutcome>;

/** Wires the streams to the function on an empty store and begins to deliver. */
export type MakeStreams = (streams: readonly ContractStream[], consume: Consume) => Promise<StreamHarness>;

const outbox: ContractStream = {
  source: "work",
  partitionPrefix: "outbox#",
  carries: "items",
  function: "append-ledger",
  batchSize: 100,
  attempts: 4,
};

const everythingDone: StreamOutcome = { failed: [] };

/** What must be true of streams however often, and in whatever batches, records come. */
export function describeStreamContract(name: string, makeStreams: MakeStreams): void {
  describe(`${name} as streams of changes`, () => {
    describeFeeding(makeStreams);
    describeFailing(makeStreams);
  });
}

function describeFeeding(makeStreams: MakeStreams): void {
  test("a put into a matching partition is handed over with its key and body", async () => {
    const log = new Deliveries();
    const { store, idle } = await makeStreams([outbox], log.consume);
    const key = keyOf("a");
    await put(store, key, { n: 1 });
    await idle();
    expect(log.distinct()).toEqual([{ function: "append-ledger", key, body: { n: 1 } }]);
  });

  test("a stream of keys hands over each change without a body", async () => {
    const log = new Deliveries();
    const { store, idle } = await makeStreams([{ ...outbox, carries: "keys" }], log.consume);
    const key = keyOf("a");
    await put(store, key, { n: 1 });
    await put(store, keyOf("b"), { n: 2 });
    await put(store, key, { n: 3 });
    await idle();
    const ofA = log.all.filter((record) => record.key.sort === "a");
    expect(new Set(ofA.map(({ sequence }) => sequence)).size).toBe(2);
    expect(log.all.map((record) => record.key.sort)).toContain("b");
    expect(log.all.filter((record) => "body" in record)).toEqual([]);
  });

  test("puts of other partitions and tables, deletes, checks and conflicts are not", async () => {
    const log = new Deliveries();
    const { store, idle } = await makeStreams([outbox], log.consume);
    const key = keyOf("a");
    await put(store, key, { n: 1 });
    await put(store, { ...key, partition: `run#${randomUUID()}` }, { n: 2 });
    await put(store, { ...key, table: "rules" }, { n: 3 });
    await store.write([{ action: "put", key, body: { n: 4 }, expect: "absent" }]);
    await store.write([
      { action: "put", key: keyOf("b"), body: { n: 5 }, expect: "absent" },
      { action: "put", key, body: { n: 5 }, expect: "absent" },
    ]);
    await store.write([{ action: "check", key: keyOf("c"), expect: "absent" }]);
    await store.write([{ action: "delete", key, expect: "anything" }]);
    await idle();
    expect(log.distinct().map(({ body }) => body)).toEqual([{ n: 1 }]);
  });

  test("every put of a transaction is handed over", async () => {
    const log = new Deliveries();
    const { store, idle } = await makeStreams([outbox], log.consume);
    await store.write(
      [1, 2, 3].map((n) => ({ action: "put", key: keyOf(`s${n}`), body: { n }, expect: "absent" })),
    );
    await idle();
    expect(log.numbers().toSorted(ascending)).toEqual([1, 2, 3]);
  });

  test("changes of one item come in the order of their writes, each with the body of its time", async () => {
    const log = new Deliveries();
    const { store, idle } = await makeStreams([outbox], log.consume);
    const key = keyOf("a");
    for (let n = 1; n <= 10; n += 1) await put(store, key, { n });
    await idle();
    expect(log.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("more records than a batch holds all come, no batch larger than its size", async () => {
    const log = new Deliveries();
    const { store, idle } = await makeStreams([{ ...outbox, batchSize: 3 }], log.consume);
    await store.write(
      Array.from({ length: 10 }, (_, n) => ({
        action: "put",
        key: keyOf(`s${n}`),
        body: { n },
        expect: "absent",
      })),
    );
    await idle();
    expect(log.numbers().toSorted(ascending)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Math.max(...log.batchSizes)).toBeLessThanOrEqual(3);
  });

  test("two streams of one table hand every record to both functions", async () => {
    const log = new Deliveries();
    const second = { ...outbox, function: "write-traces" };
    const { store, idle } = await makeStreams([outbox, second], log.consume);
    await put(store, keyOf("a"), { n: 1 });
    await idle();
    const functions = log.distinct().map((delivery) => delivery.function);
    expect(functions.toSorted()).toEqual(["append-ledger", "write-traces"]);
  });

  test("what the function writes is handed over in turn", async () => {
    const log = new Deliveries();
    const decisions = { ...outbox, source: "decisions", function: "resume-run" } as const;
    const streams = await makeStreams([outbox, decisions], async (functionName, records) => {
      const outcome = await log.consume(functionName, records);
      for (const { key } of functionName === "append-ledger" ? records : []) {
        await put(streams.store, { ...key, table: "decisions" }, { n: 2 });
      }
      return outcome;
    });
    await put(streams.store, keyOf("a"), { n: 1 });
    await streams.idle();
    const seen = log.distinct().map(({ function: name, body }) => [name, body?.["n"]]);
    expect(seen).toEqual([
      ["append-ledger", 1],
      ["resume-run", 2],
    ]);
  });

  test("an appended block of the ledger is handed over whole, and a conflict is not", async () => {
    const log = new Deliveries();
    const blocks = {
      ...outbox,
      source: "ledger",
      partitionPrefix: "block#",
      function: "resume-run",
    } as const;
    const { ledger, idle } = await makeStreams([blocks], log.consume);
    const block = blockAfter(undefined, [makeEntry(), makeEntry()]);
    await ledger.append(block);
    await ledger.append(blockAfter(undefined, [makeEntry()]));
    await idle();
    const seen = log.distinct().map(({ key, body }) => [key.table, key.partition, body]);
    expect(seen).toEqual([["ledger", "block#0", block]]);
  });
}

function describeFailing(makeStreams: MakeStreams): void {
  test("a record that failed comes again until it is done, and those beside it are done too", async () => {
    const log = new Deliveries();
    let failures = 0;
    const { store, idle, deadLetters } = await makeStreams([outbox], async (functionName, records) => {
      await log.consume(functionName, records);
      const failed = records.filter(({ body }) => body?.["n"] === 2 && failures < 2);
      failures += failed.length;
      return { failed: failed.map(({ sequence }) => sequence) };
    });
    await putThree(store);
    await idle();
    expect(log.numbers().toSorted(ascending)).toEqual([1, 2, 3]);
    expect(log.all.filter(({ body }) => body?.["n"] === 2)).toHaveLength(3);
    expect(await deadLetters()).toEqual([]);
  });

  test("a later change of an item is done after an earlier one that failed", async () => {
    const done: unknown[] = [];
    let failures = 0;
    const { store, idle } = await makeStreams([outbox], async (_, records) => {
      const failing = records.filter(({ body }) => body?.["n"] === 1 && failures < 2);
      failures += failing.length;
      done.push(...records.filter((record) => !failing.includes(record)).map(({ body }) => body?.["n"]));
      return { failed: failing.map(({ sequence }) => sequence) };
    });
    const key = keyOf("a");
    await put(store, key, { n: 1 });
    await put(store, key, { n: 2 });
    await idle();
    // Where a stream repeats everything from the failed record on, the later one may also have come before.
    expect(done.lastIndexOf(2)).toBeGreaterThan(done.indexOf(1));
    expect(done).toContain(1);
  });

  test("a record that fails as often as it is tried lies with the dead letters and holds up no other", async () => {
    const log = new Deliveries();
    const { store, idle, deadLetters } = await makeStreams([outbox], async (functionName, records) => {
      await log.consume(functionName, records);
      const failed = records.filter(({ body }) => body?.["n"] === 2);
      return { failed: failed.map(({ sequence }) => sequence) };
    });
    const poison = await putThree(store);
    await put(store, poison, { n: 4 });
    await idle();
    expect(log.numbers().toSorted(ascending)).toEqual([1, 2, 3, 4]);
    expect((await deadLetters()).map(({ key, body }) => [key, body])).toEqual([[poison, { n: 2 }]]);
  });

  test("a record that makes the function throw does not fail those beside it", async () => {
    const done = new Set<number>();
    const { store, idle, deadLetters } = await makeStreams([outbox], async (_, records) => {
      if (records.some(({ body }) => body?.["n"] === 2)) throw new Error("A defect of the function.");
      for (const { body } of records) done.add(Number(body?.["n"]));
      return everythingDone;
    });
    await putThree(store);
    await idle();
    expect([...done].toSorted(ascending)).toEqual([1, 3]);
    expect((await deadLetters()).map(({ body }) => body?.["n"])).toEqual([2]);
  });

  test("a function that throws for a while loses nothing", async () => {
    const log = new Deliveries();
    let throws = 2;
    const { store, idle, deadLetters } = await makeStreams([outbox], async (functionName, records) => {
      throws -= 1;
      if (throws >= 0) throw new Error("Not now.");
      return log.consume(functionName, records);
    });
    await put(store, keyOf("a"), { n: 1 });
    await idle();
    expect(log.numbers()).toEqual([1]);
    expect(await deadLetters()).toEqual([]);
  });
}

const ascending = (a: number, b: number) => a - b;

/** What a function was handed. */
class Deliveries {
  readonly all: (StreamRecord & { readonly function: string })[] = [];
  readonly batchSizes: number[] = [];

  readonly consume: Consume = async (functionName, records) => {
    this.batchSizes.push(records.length);
    this.all.push(...records.map((record) => ({ ...record, function: functionName })));
    return everythingDone;
  };

  /** Each change once, in the order of its first delivery. */
  distinct() {
    const seen = new Set<string>();
    return this.all
      .filter(({ sequence, function: functionName }) => {
        const name = `${functionName} ${sequence}`;
        return !seen.has(name) && seen.add(name);
      })
      .map(({ key, body, function: functionName }) => ({ function: functionName, key, body }));
  }

  numbers(): readonly number[] {
    return this.distinct().map(({ body }) => Number(body?.["n"]));
  }
}

function keyOf(sort: string): ItemKey {
  return { table: "work", partition: "outbox#0", sort };
}

async function put(store: Store, key: StreamRecord["key"], body: { n: number }): Promise<void> {
  const { table, partition, sort } = key;
  if (table === "ledger") throw new Error("The ledger is no table of the store.");
  await store.write([{ action: "put", key: { table, partition, sort }, body, expect: "anything" }]);
}

/** Puts 1, 2 and 3, and answers the key of 2. */
async function putThree(store: Store): Promise<ItemKey> {
  await store.write(
    [1, 2, 3].map((n) => ({ action: "put", key: keyOf(`s${n}`), body: { n }, expect: "absent" })),
  );
  return keyOf("s2");
}
