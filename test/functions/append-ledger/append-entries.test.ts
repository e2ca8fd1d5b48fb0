import { describe, expect, test } from "vitest";
import { EntriesNotSealed, StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { StreamRecord } from "../../../shared/ports/functions.ts";
import type { ItemKey, TableName } from "../../../shared/ports/store.ts";
import { type LedgerEntry, parseLedgerEntry } from "../../../shared/wire/ledger-entry.ts";
import { expectWritten } from "../../builders/build-live-run.ts";
import { buildEntry } from "../../builders/build-entry.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";
import { checkLedger } from "../../builders/check-ledger.ts";

/** A row of the outbox, and what else somebody may have put under a key. */
interface Row {
  readonly key: ItemKey;
  readonly body: Readonly<Record<string, unknown>>;
}

function buildRow(
  id: string,
  over: Partial<LedgerEntry> & { table?: TableName; partition?: string } = {},
): Row {
  const { table = "decisions", partition = "outbox#default#0", ...entry } = over;
  const body = buildEntry({ id, at: 1, actor: { kind: "person", subject: "fay" }, ...entry });
  return { key: { table, partition, sort: id }, body };
}

async function store({ storage }: System, rows: readonly Row[]): Promise<void> {
  for (const { key, body } of rows)
    await expectWritten(storage.store, [{ action: "put", key, body, expect: "anything" }]);
}

const recordOf = ({ key }: Row): StreamRecord => ({ sequence: `sequence of ${key.sort}`, key });

/** Stores the rows, and hands their keys over as their stream does. */
async function deliver(system: System, ...rows: readonly Row[]) {
  await store(system, rows);
  return system.deliver("append-ledger", rows.map(recordOf));
}

/** Stores the rows, and names them as the reconciler does. */
async function sealAgain(system: System, ...rows: readonly Row[]) {
  await store(system, rows);
  return system.invoke("append-ledger", { sealAgain: rows.map(({ key }) => key) });
}

async function readLedger({ storage }: System): Promise<readonly (readonly string[])[]> {
  const blocks = await storage.ledger.blocks(0, 100);
  expect(await checkLedger(storage)).toMatchObject({ ok: true });
  return blocks.map(({ entries }) => entries.map((text) => parseLedgerEntry(text)?.id ?? text));
}

/** Who is said in the ledger to have done it. */
async function readActor({ storage: { ledger } }: System, id: string): Promise<string | undefined> {
  return (await ledger.find(id))?.entry.actor.subject;
}

const executed = { table: "executions", kind: "executed" } as const;

const wrong: readonly { what: string; row: Row; code: string }[] = [
  { what: "a vote from work", row: buildRow("x", { table: "work" }), code: "wrong-source" },
  { what: "a result from decisions", row: buildRow("x", { kind: "executed" }), code: "wrong-source" },
  { what: "an expiry from decisions", row: buildRow("x", { kind: "expired" }), code: "wrong-source" },
  { what: "a vote outside the outbox", row: buildRow("x", { partition: "req#1" }), code: "wrong-source" },
  { what: "an entry without an actor", row: { ...buildRow("x"), body: { id: "x" } }, code: "malformed" },
  {
    what: "an entry with a field too many",
    row: { ...buildRow("x"), body: { ...buildRow("x").body, comment: "hello" } },
    code: "malformed",
  },
];

describe("append-ledger", () => {
  test("a batch becomes one block, in its order, after the one before", async () => {
    const system = buildSystem();
    expect(await deliver(system, buildRow("b"), buildRow("a"))).toEqual({ failed: [] });
    expect(await deliver(system, buildRow("c"))).toEqual({ failed: [] });
    expect(await readLedger(system)).toEqual([["b", "a"], ["c"]]);
  });

  test("a batch is read in one request", async () => {
    const reads: number[] = [];
    const system = buildSystem({
      wrap: (ports) => ({
        ...ports,
        store: {
          query: (range) => ports.store.query(range),
          write: (actions) => ports.store.write(actions),
          get: (keys) => {
            reads.push(keys.length);
            return ports.store.get(keys);
          },
        },
      }),
    });
    await deliver(system, ...Array.from({ length: 45 }, (_, place) => buildRow(`entry-${place}`)));
    expect(reads).toEqual([45]);
  });

  test("a record that comes twice, in one batch or two, is sealed once", async () => {
    const system = buildSystem();
    await deliver(system, buildRow("a"), buildRow("a"));
    expect(await deliver(system, buildRow("a"), buildRow("b"))).toEqual({ failed: [] });
    expect(await deliver(system, buildRow("a"), buildRow("b"))).toEqual({ failed: [] });
    expect(await readLedger(system)).toEqual([["a"], ["b"]]);
  });

  test("a batch retried after its answer was lost finds every entry in the place it has", async () => {
    const system = buildSystem({ wrap: breakOnce("ledger.append", "after") });
    await expect(deliver(system, buildRow("a"))).rejects.toThrow(StoreUnavailable);
    const first = await system.storage.ledger.find("a");
    expect(await deliver(system, buildRow("a"))).toEqual({ failed: [] });
    expect(await system.storage.ledger.find("a")).toEqual(first);
    expect(await readLedger(system)).toEqual([["a"]]);
  });

  test.each(["store.get", "ledger.append"])(
    "a batch retried after %s failed is sealed then",
    async (call) => {
      const system = buildSystem({ wrap: breakOnce(call, "before") });
      await expect(deliver(system, buildRow("a"))).rejects.toThrow(StoreUnavailable);
      expect(await readLedger(system)).toEqual([]);
      await deliver(system, buildRow("a"));
      expect(await readLedger(system)).toEqual([["a"]]);
    },
  );

  test("ten batches at once follow each other without a fork", async () => {
    const system = buildSystem();
    const ids = Array.from({ length: 10 }, (_, place) => `entry-${place}`);
    const outcomes = await Promise.all(ids.map((id) => deliver(system, buildRow(id))));
    expect(outcomes.flatMap(({ failed }) => failed)).toEqual([]);
    expect((await readLedger(system)).flat().toSorted()).toEqual(ids);
  });

  test.each(wrong)("$what is refused with an alarm, and its neighbours are sealed", async ({ row, code }) => {
    const system = buildSystem();
    expect(await deliver(system, buildRow("a"), row, buildRow("b"))).toEqual({ failed: ["sequence of x"] });
    expect(await readLedger(system)).toEqual([["a", "b"]]);
    expect(system.log).toEqual([{ level: "alarm", event: "entry-refused", code }]);
  });

  test.each(["agent-shop", "seal", "vault", "tokens", "ledger"] as const)(
    "a key of %s is refused unread, and its neighbours are sealed",
    async (table) => {
      const system = buildSystem();
      const { key } = buildRow("x");
      await store(system, [buildRow("a"), buildRow("x")]);
      const foreign = { sequence: "sequence of x", key: { ...key, table } };
      expect(await system.deliver("append-ledger", [foreign, recordOf(buildRow("a"))])).toEqual({
        failed: ["sequence of x"],
      });
      expect(await readLedger(system)).toEqual([["a"]]);
      expect(system.log).toEqual([{ level: "alarm", event: "entry-refused", code: "wrong-source" }]);
    },
  );

  test("an entry whose id stands with other bytes is refused with an alarm, and what stands stays", async () => {
    const system = buildSystem();
    await deliver(system, buildRow("a"));
    const other = { ...buildRow("a", { at: 2 }), key: buildRow("again").key };
    expect(await deliver(system, other, buildRow("b"))).toEqual({ failed: ["sequence of again"] });
    expect(await readLedger(system)).toEqual([["a"], ["b"]]);
    expect((await system.storage.ledger.find("a"))?.entry.at).toBe(1);
    expect(system.log).toEqual([{ level: "alarm", event: "entry-conflict", count: 1 }]);
  });

  test("two rows of a batch that say different things under one id: the first stands", async () => {
    const system = buildSystem();
    const other = { ...buildRow("a", { at: 2 }), key: buildRow("again").key };
    expect(await deliver(system, buildRow("a"), other)).toEqual({ failed: ["sequence of again"] });
    expect((await system.storage.ledger.find("a"))?.entry.at).toBe(1);
    expect(system.log).toEqual([{ level: "alarm", event: "entry-conflict", count: 1 }]);
  });

  test("the same entry under two keys stands once, and neither comes again", async () => {
    const system = buildSystem();
    const same = { ...buildRow("a"), key: buildRow("again").key };
    expect(await deliver(system, buildRow("a"), same)).toEqual({ failed: [] });
    expect(await readLedger(system)).toEqual([["a"]]);
  });

  test("an entry of more than 16,384 bytes is refused with an alarm, and its neighbours are appended", async () => {
    const system = buildSystem();
    const text = "\u0001".repeat(300);
    const large = { run: text, call: text, requirement: text, tool: text, outcome: text, code: text };
    const row = buildRow("x", {
      ...executed,
      ...large,
      tenant: text,
      agent: text,
      actor: { kind: "person", subject: text },
    });
    const id = `x${"\u0001".repeat(299)}`;
    expect(await deliver(system, buildRow("a"), { ...row, body: { ...row.body, id } })).toEqual({
      failed: ["sequence of x"],
    });
    expect(await readLedger(system)).toEqual([["a"]]);
    expect(system.log).toMatchObject([{ level: "alarm", event: "entry-too-large" }]);
  });

  test("a batch that is too large for one block becomes several, in its order", async () => {
    const system = buildSystem();
    const text = '"'.repeat(300);
    const large = { run: text, call: text, requirement: text, tool: text, outcome: text, code: text };
    const ids = Array.from({ length: 45 }, (_, place) => `entry-${String(place).padStart(2, "0")}`);
    const rows = ids.map((id) => buildRow(id, { ...executed, ...large, tenant: text, agent: text }));
    expect(await deliver(system, ...rows)).toEqual({ failed: [] });
    const blocks = await readLedger(system);
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.flat()).toEqual(ids);
  });

  test("nothing is appended to a ledger whose newest block does not fit, and an alarm says so", async () => {
    let isAltered = false;
    const system = buildSystem({
      wrap: (ports) => ({
        ...ports,
        ledger: {
          last: async () => {
            const last = await ports.ledger.last();
            return isAltered && last !== undefined ? { ...last, root: "ab".repeat(32) } : last;
          },
          append: (block) => ports.ledger.append(block),
          find: (id) => ports.ledger.find(id),
          entriesOf: (id) => ports.ledger.entriesOf(id),
          blockOf: (index) => ports.ledger.blockOf(index),
          blocks: (from, limit) => ports.ledger.blocks(from, limit),
        },
      }),
    });
    await deliver(system, buildRow("a"));
    isAltered = true;
    expect(await deliver(system, buildRow("b"))).toEqual({ failed: ["sequence of b"] });
    expect(await readLedger(system)).toEqual([["a"]]);
    expect(system.log).toEqual([
      { level: "alarm", event: "ledger-altered", code: "tampered" },
      { level: "alarm", event: "append-failed", count: 1 },
    ]);
  });

  test("a batch of nothing but refused rows makes no block", async () => {
    const system = buildSystem();
    await deliver(system, buildRow("x", { table: "work" }));
    expect(await readLedger(system)).toEqual([]);
  });

  test("a row that is gone is passed over with an alarm and does not come again", async () => {
    const system = buildSystem();
    await store(system, [buildRow("a")]);
    const outcome = await system.deliver("append-ledger", [buildRow("gone"), buildRow("a")].map(recordOf));
    expect(outcome).toEqual({ failed: [] });
    expect(await readLedger(system)).toEqual([["a"]]);
    expect(system.log).toEqual([{ level: "alarm", event: "outbox-row-missing" }]);
  });

  test("a forged body beside a true key seals what is stored", async () => {
    const system = buildSystem();
    await store(system, [buildRow("a")]);
    const body = { ...buildRow("a").body, actor: { kind: "person", subject: "mallory" } };
    const outcome = await system.deliver("append-ledger", [{ ...recordOf(buildRow("a")), body }]);
    expect(outcome).toEqual({ failed: [] });
    expect(await readActor(system, "a")).toBe("fay");
  });

  test("a forged body beside the key of no row seals nothing", async () => {
    const system = buildSystem();
    const { body } = buildRow("a");
    await system.deliver("append-ledger", [{ ...recordOf(buildRow("a")), body }]);
    expect(await readLedger(system)).toEqual([]);
  });
});

describe("append-ledger, asked by the reconciler", () => {
  test("seals what is stored under the keys, in one block, once", async () => {
    const system = buildSystem();
    const result = buildRow("b", { table: "executions", kind: "executed" });
    expect(await sealAgain(system, buildRow("a"), result, buildRow("a"))).toEqual({});
    expect(await sealAgain(system, buildRow("a"), result)).toEqual({});
    expect(await readLedger(system)).toEqual([["a", "b"]]);
    expect(await readActor(system, "a")).toBe("fay");
  });

  test.each(wrong)(
    "$what is not sealed, and the request fails so as to come again",
    async ({ row, code }) => {
      const system = buildSystem();
      const attempt = sealAgain(system, buildRow("a"), row);
      await expect(attempt).rejects.toThrow(EntriesNotSealed);
      await expect(attempt).rejects.toThrow("1 of 2 outbox rows were not sealed");
      expect(await readLedger(system)).toEqual([["a"]]);
      expect(system.log).toEqual([{ level: "alarm", event: "entry-refused", code }]);
    },
  );

  test("the key of a row that never was seals nothing", async () => {
    const system = buildSystem();
    const keys = [buildRow("a").key, { ...buildRow("b").key, partition: "outbox#other#0" }];
    expect(await system.invoke("append-ledger", { sealAgain: keys })).toEqual({});
    expect(await readLedger(system)).toEqual([]);
    expect(system.log.map(({ event }) => event)).toEqual(["outbox-row-missing", "outbox-row-missing"]);
  });

  test("a vote in decisions is not sealed under the same key of another table", async () => {
    const system = buildSystem();
    await store(system, [buildRow("a")]);
    await system.invoke("append-ledger", { sealAgain: [{ ...buildRow("a").key, table: "executions" }] });
    expect(await readLedger(system)).toEqual([]);
  });

  const { key, body } = buildRow("a");
  test.each([
    { what: "with a body beside the key", event: { sealAgain: [{ ...key, body }] } },
    { what: "with records of its own", event: { sealAgain: [key], Records: [{ key, body }] } },
    { what: "of a table that feeds no ledger", event: { sealAgain: [{ ...key, table: "tokens" }] } },
    { what: "of an agent's table", event: { sealAgain: [{ ...key, table: "agent-shop" }] } },
    { what: "of 46 rows", event: { sealAgain: Array.from({ length: 46 }, () => key) } },
    { what: "of no row", event: { sealAgain: [] } },
    { what: "that is a release", event: { releaseAgain: { tenant: "default", requirement: "x" } } },
  ])("a request $what is refused whole", async ({ event }) => {
    const system = buildSystem();
    await store(system, [buildRow("a")]);
    await expect(system.invoke("append-ledger", event)).rejects.toThrow("Invalid input");
    expect(await readLedger(system)).toEqual([]);
  });

  test("fails so as to come again while others take every place first", async () => {
    const system = buildSystem({
      wrap: (ports) => ({
        ...ports,
        ledger: {
          last: () => ports.ledger.last(),
          find: (entry) => ports.ledger.find(entry),
          entriesOf: (requirement) => ports.ledger.entriesOf(requirement),
          blockOf: (index) => ports.ledger.blockOf(index),
          blocks: (from, limit) => ports.ledger.blocks(from, limit),
          append: async () => "conflict",
        },
      }),
    });
    await expect(sealAgain(system, buildRow("a"))).rejects.toThrow(EntriesNotSealed);
    expect(system.log).toEqual([{ level: "alarm", event: "append-failed", count: 1 }]);
  });
});
