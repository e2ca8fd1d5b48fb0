import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase, type Database } from "../../../../shared/adapters/sqlite/database.ts";
import { createSqliteLedgerStore } from "../../../../shared/adapters/sqlite/ledger-store.ts";
import { createSqliteStore } from "../../../../shared/adapters/sqlite/store.ts";
import {
  createStreamDispatcher,
  type Deliver,
  type DispatcherClock,
  type Stream,
} from "../../../../shared/adapters/sqlite/streams.ts";
import type { LogLine } from "../../../../shared/ports/functions.ts";
import type { Store } from "../../../../shared/ports/store.ts";
import { describeStreamContract } from "../../../contract/stream-contract.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";

const outbox: Stream = {
  source: "work",
  partitionPrefix: "outbox#",
  carries: "items",
  function: "append-ledger",
  batchSize: 100,
  attempts: 3,
};

/** A clock that stands until it is moved; it notes for how long timers were set. */
function makeClock() {
  let now = 1_000_000;
  const timers = new Set<{ dueAt: number; run: () => void }>();
  const delays: number[] = [];
  const clock: DispatcherClock = {
    now: () => now,
    setTimer(dueAt, run) {
      const timer = { dueAt, run };
      timers.add(timer);
      delays.push(dueAt - now);
      return { cancel: () => timers.delete(timer) };
    },
  };
  function advance(milliseconds: number): void {
    now += milliseconds;
    for (const timer of timers) {
      if (timer.dueAt > now) continue;
      timers.delete(timer);
      timer.run();
    }
  }
  return { clock, advance, delays, timers };
}

/** A clock on which every timer is due at once, because it jumps there. */
function makeJumpingClock(): DispatcherClock {
  let now = 1_000_000;
  return {
    now: () => now,
    setTimer(dueAt, run) {
      const handle = setImmediate(() => {
        now = Math.max(now, dueAt);
        run();
      });
      return { cancel: () => clearImmediate(handle) };
    },
  };
}

describeStreamContract("SQLite", async (streams, consume) => {
  const database = openDatabase(":memory:");
  const dispatcher = createStreamDispatcher({
    database,
    streams,
    deliver: consume,
    clock: makeJumpingClock(),
    log: () => {},
  });
  dispatcher.start();
  onTestFinished(async () => {
    await dispatcher.close();
    database.close();
  });
  return {
    store: createSqliteStore(database, { streams }),
    ledger: createSqliteLedgerStore(database, { streams }),
    idle: async () => dispatcher.idle(),
    deadLetters: async () => dispatcher.deadLetters().map(({ record }) => record),
  };
});

function startStreams(deliver: Deliver, streams: readonly Stream[] = [outbox], database = open()) {
  const time = makeClock();
  const lines: LogLine[] = [];
  const dispatcher = createStreamDispatcher({
    database,
    streams,
    deliver,
    clock: time.clock,
    log: (line) => lines.push(line),
  });
  dispatcher.start();
  onTestFinished(async () => dispatcher.close());
  return { ...time, database, dispatcher, lines, store: createSqliteStore(database, { streams }) };
}

function open(path = ":memory:"): Database {
  const database = openDatabase(path);
  onTestFinished(() => database.close());
  return database;
}

async function put(store: Store, sort: string, n: number): Promise<void> {
  const key = { table: "work", partition: "outbox#0", sort } as const;
  await store.write([{ action: "put", key, body: { n }, expect: "anything" }]);
}

/** Notes the numbers of every batch; `fails` says which of them fail. */
function noteBatches(fails: (n: number) => boolean = () => false) {
  const batches: number[][] = [];
  const deliver: Deliver = async (_, records) => {
    batches.push(records.map(({ body }) => Number(body?.["n"])));
    return {
      failed: records.filter(({ body }) => fails(Number(body?.["n"]))).map(({ sequence }) => sequence),
    };
  };
  return { batches, deliver };
}

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("the SQLite streams", () => {
  test("deliver a record before its writer goes on", async () => {
    const { batches, deliver } = noteBatches();
    const { store } = startStreams(deliver);
    await put(store, "a", 1);
    expect(batches).toEqual([[1]]);
  });

  test("hand out one batch at a time, and the next when that one is done", async () => {
    const gates: PromiseWithResolvers<void>[] = [];
    const { batches, deliver } = noteBatches();
    const { store, dispatcher } = startStreams(async (functionName, records) => {
      const outcome = deliver(functionName, records);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return outcome;
    });
    await put(store, "a", 1);
    await put(store, "b", 2);
    await put(store, "c", 3);
    await settle();
    expect(batches).toEqual([[1]]);
    gates[0]?.resolve();
    await settle();
    expect(batches).toEqual([[1], [2, 3]]);
    gates[1]?.resolve();
    await dispatcher.idle();
  });

  test("repeat what failed after 100 ms, then after twice as long each time up to 30 s, and nothing else", async () => {
    const { batches, deliver } = noteBatches((n) => n === 2);
    const { store, advance, delays, dispatcher, lines } = startStreams(deliver, [
      { ...outbox, attempts: 12 },
    ]);
    await put(store, "b", 2);
    await put(store, "a", 1);
    await settle();
    for (const delay of [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]) {
      expect(delays.at(-1)).toBe(delay);
      const before = batches.length;
      advance(delay - 1);
      await settle();
      expect(batches).toHaveLength(before);
      advance(1);
      await settle();
      expect(batches).toHaveLength(before + 1);
    }
    await dispatcher.idle();
    expect(batches).toEqual([[2], [1], ...Array.from({ length: 11 }, () => [2])]);
    expect(dispatcher.deadLetters()).toMatchObject([{ function: "append-ledger", attempts: 12 }]);
    expect(lines.at(-1)).toEqual({
      level: "alarm",
      event: "stream-records-dead",
      code: "append-ledger:failed",
      count: 1,
    });
  });

  test("hold a later change of an item back while an earlier one waits, and let other items pass", async () => {
    let isFailing = true;
    const { batches, deliver } = noteBatches((n) => n === 1 && isFailing);
    const { store, advance, dispatcher } = startStreams(deliver);
    await put(store, "a", 1);
    await put(store, "a", 2);
    await put(store, "b", 3);
    await settle();
    expect(batches).toEqual([[1], [3]]);
    isFailing = false;
    advance(100);
    await dispatcher.idle();
    expect(batches).toEqual([[1], [3], [1], [2]]);
  });

  test("let a later change of an item go when the earlier one is dead", async () => {
    const { batches, deliver } = noteBatches((n) => n === 1);
    const { store, advance, dispatcher } = startStreams(deliver, [{ ...outbox, attempts: 2 }]);
    await put(store, "a", 1);
    await put(store, "a", 2);
    await settle();
    advance(100);
    await dispatcher.idle();
    expect(batches).toEqual([[1], [1], [2]]);
  });

  test("deliver after a restart what was pending, count the tries from before, and keep the dead letters", async () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    const before = openDatabase(path);
    const failing = noteBatches((n) => n !== 3);
    const first = startStreams(failing.deliver, [outbox], before);
    await put(first.store, "a", 1);
    await put(first.store, "b", 2);
    await put(first.store, "c", 3);
    await settle();
    first.advance(100);
    await settle();
    await first.dispatcher.close();
    before.close();
    expect(failing.batches.at(-1)).toEqual([1, 2]);

    const after = noteBatches((n) => n === 1);
    const second = startStreams(after.deliver, [outbox], open(path));
    await second.dispatcher.idle();
    expect(after.batches).toEqual([[1, 2]]);
    const dead = second.dispatcher.deadLetters();
    expect(dead.map(({ record, attempts }) => [record.body, attempts])).toEqual([[{ n: 1 }, 3]]);
  });

  test("keep no body of a stream that carries keys, in the queue or with the dead letters", async () => {
    const keysOnly = { ...outbox, carries: "keys", attempts: 1 } as const;
    const { store, database, dispatcher } = startStreams(
      async (_, records) => ({ failed: records.map(({ sequence }) => sequence) }),
      [keysOnly],
    );
    await put(store, "a", 1);
    expect(database.prepare("SELECT sk, body FROM stream_record").all()).toEqual([{ sk: "a", body: "" }]);
    await dispatcher.idle();
    expect(database.prepare("SELECT sk, body FROM dead_letter").all()).toEqual([{ sk: "a", body: "" }]);
    const [dead] = dispatcher.deadLetters();
    expect(dead?.record.key).toEqual({ table: "work", partition: "outbox#0", sort: "a" });
    expect(dead?.record).not.toHaveProperty("body");
  });

  test("hand over without its body what was queued before the stream came to carry keys", async () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    const before = openDatabase(path);
    await put(createSqliteStore(before, { streams: [outbox] }), "a", 1);
    before.close();

    const records: unknown[] = [];
    const { dispatcher, store } = startStreams(
      async (_, delivered) => {
        records.push(...delivered.map(({ key, ...rest }) => [key.sort, "body" in rest]));
        return { failed: [] };
      },
      [{ ...outbox, carries: "keys" }],
      open(path),
    );
    await put(store, "b", 2);
    await dispatcher.idle();
    expect(records).toEqual([
      ["a", false],
      ["b", false],
    ]);
  });

  test("deliver nothing before they are started, nor after they are closed", async () => {
    const { batches, deliver } = noteBatches();
    const database = open();
    const store = createSqliteStore(database, { streams: [outbox] });
    await put(store, "a", 1);
    const { dispatcher } = startStreams(deliver, [outbox], database);
    await dispatcher.idle();
    expect(batches).toEqual([[1]]);
    await dispatcher.close();
    await put(store, "b", 2);
    await settle();
    expect(batches).toEqual([[1]]);
  });

  test("close when the batch in flight is done, with its outcome kept and no timer left", async () => {
    const gate = Promise.withResolvers<void>();
    const database = open();
    const { store, dispatcher, timers } = startStreams(
      async (_, records) => {
        await gate.promise;
        return { failed: records.filter(({ body }) => body?.["n"] === 2).map(({ sequence }) => sequence) };
      },
      [outbox],
      database,
    );
    await store.write(
      [1, 2].map((n) => ({
        action: "put",
        key: { table: "work", partition: "outbox#0", sort: `s${n}` },
        body: { n },
        expect: "absent",
      })),
    );
    const closing = dispatcher.close();
    gate.resolve();
    await closing;
    expect(timers.size).toBe(0);
    expect(database.prepare("SELECT sk, attempts FROM stream_record").all()).toEqual([
      { sk: "s2", attempts: 1 },
    ]);
  });

  test("idle is refused when the streams are closed before, and no timer is left", async () => {
    const { store, dispatcher, timers } = startStreams(noteBatches(() => true).deliver);
    await put(store, "a", 1);
    const idle = dispatcher.idle();
    await Promise.all([
      expect(idle).rejects.toThrow("The stream dispatcher was closed."),
      settle().then(async () => {
        expect(timers.size).toBe(1);
        await dispatcher.close();
      }),
    ]);
    expect(timers.size).toBe(0);
  });

  test("hand out a batch again when its outcome cannot be written down", async () => {
    const { batches, deliver } = noteBatches();
    const { store, database, advance, dispatcher, lines } = startStreams(async (functionName, records) => {
      if (batches.length === 0) database.prepare("PRAGMA query_only = ON").get();
      return deliver(functionName, records);
    });
    await put(store, "a", 1);
    await settle();
    expect(lines).toMatchObject([{ level: "alarm", code: "append-ledger:store_unavailable", count: 1 }]);
    database.prepare("PRAGMA query_only = OFF").get();
    advance(100);
    await dispatcher.idle();
    expect(batches).toEqual([[1], [1]]);
  });

  test("log neither bodies nor what a function threw", async () => {
    const { store, lines } = startStreams(async () => {
      throw new Error("token secret-canary");
    });
    await store.write([
      {
        action: "put",
        key: { table: "work", partition: "outbox#0", sort: "a" },
        body: { text: "body-canary" },
        expect: "absent",
      },
    ]);
    await settle();
    expect(lines.map(({ event, code }) => [event, code])).toEqual([
      ["stream-delivery-threw", "append-ledger:unexpected"],
      ["stream-records-failed", "append-ledger:failed"],
    ]);
    expect(JSON.stringify(lines)).not.toContain("canary");
  });
});
