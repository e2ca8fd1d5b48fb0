import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import { verifyChain } from "../../../shared/ledger/hash-chain.ts";
import type { StreamRecord } from "../../../shared/ports/functions.ts";
import type { TableName } from "../../../shared/ports/store.ts";
import { type LedgerEntry, ledgerEntrySchema } from "../../../shared/wire/ledger-entry.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";
import { sha256 } from "../../builders/sha256.ts";

function buildRow(
  id: string,
  over: Partial<LedgerEntry> & { table?: TableName; partition?: string } = {},
): StreamRecord {
  const { table = "decisions", partition = "outbox#default#0", ...entry } = over;
  const body = { v: 1, id, kind: "decided", tenant: "default", at: 1, run: "run_1", agent: "shop" };
  const actor = { kind: "person", subject: "fay" };
  return {
    sequence: `sequence of ${id}`,
    key: { table, partition, sort: id },
    body: { ...body, actor, ...entry },
  };
}

async function readLedger({ storage: { ledger } }: System): Promise<readonly (readonly string[])[]> {
  const blocks = await ledger.blocks(0, 100);
  expect(verifyChain(blocks, sha256)).toEqual({ ok: true });
  return blocks.map(({ entries }) => entries.map((entry) => ledgerEntrySchema.parse(entry).id));
}

describe("append-ledger", () => {
  test("a batch becomes one block, in its order, after the one before", async () => {
    const system = buildSystem();
    expect(await system.deliver("append-ledger", [buildRow("b"), buildRow("a")])).toEqual({ failed: [] });
    expect(await system.deliver("append-ledger", [buildRow("c")])).toEqual({ failed: [] });
    expect(await readLedger(system)).toEqual([["b", "a"], ["c"]]);
  });

  test("a record that comes twice, in one batch or two, is sealed once", async () => {
    const system = buildSystem();
    await system.deliver("append-ledger", [buildRow("a"), buildRow("a")]);
    expect(await system.deliver("append-ledger", [buildRow("a"), buildRow("b")])).toEqual({ failed: [] });
    expect(await system.deliver("append-ledger", [buildRow("a"), buildRow("b")])).toEqual({ failed: [] });
    expect(await readLedger(system)).toEqual([["a"], ["b"]]);
  });

  test("a batch retried after its answer was lost finds every entry in the place it has", async () => {
    const system = buildSystem({ wrap: breakOnce("ledger.append", "after") });
    await expect(system.deliver("append-ledger", [buildRow("a")])).rejects.toThrow(StoreUnavailable);
    const first = await system.storage.ledger.find("a");
    expect(await system.deliver("append-ledger", [buildRow("a")])).toEqual({ failed: [] });
    expect(await system.storage.ledger.find("a")).toEqual(first);
    expect(await readLedger(system)).toEqual([["a"]]);
  });

  test("a batch retried after its append failed is sealed then", async () => {
    const system = buildSystem({ wrap: breakOnce("ledger.append", "before") });
    await expect(system.deliver("append-ledger", [buildRow("a")])).rejects.toThrow(StoreUnavailable);
    expect(await readLedger(system)).toEqual([]);
    await system.deliver("append-ledger", [buildRow("a")]);
    expect(await readLedger(system)).toEqual([["a"]]);
  });

  test("ten batches at once follow each other without a fork", async () => {
    const system = buildSystem();
    const ids = Array.from({ length: 10 }, (_, place) => `entry-${place}`);
    const outcomes = await Promise.all(ids.map((id) => system.deliver("append-ledger", [buildRow(id)])));
    expect(outcomes.flatMap(({ failed }) => failed)).toEqual([]);
    expect((await readLedger(system)).flat().toSorted()).toEqual(ids);
  });

  const wrong: readonly { what: string; row: StreamRecord; code: string }[] = [
    { what: "a vote from work", row: buildRow("x", { table: "work" }), code: "wrong-source" },
    { what: "a result from decisions", row: buildRow("x", { kind: "executed" }), code: "wrong-source" },
    { what: "an expiry from decisions", row: buildRow("x", { kind: "expired" }), code: "wrong-source" },
    {
      what: "a vote from an agent's table",
      row: buildRow("x", { table: "agent-shop" }),
      code: "wrong-source",
    },
    {
      what: "a vote outside the outbox",
      row: buildRow("x", { partition: "req#default#1" }),
      code: "wrong-source",
    },
    { what: "an entry without an actor", row: { ...buildRow("x"), body: { id: "x" } }, code: "malformed" },
    {
      what: "an entry with a field too many",
      row: { ...buildRow("x"), body: { ...buildRow("x").body, comment: "hello" } },
      code: "malformed",
    },
  ];
  test.each(wrong)("$what is refused with an alarm, and its neighbours are sealed", async ({ row, code }) => {
    const system = buildSystem();
    const outcome = await system.deliver("append-ledger", [buildRow("a"), row, buildRow("b")]);
    expect(outcome).toEqual({ failed: ["sequence of x"] });
    expect(await readLedger(system)).toEqual([["a", "b"]]);
    expect(system.log).toEqual([{ level: "alarm", event: "entry-refused", code }]);
  });

  test("a batch of nothing but refused rows makes no block", async () => {
    const system = buildSystem();
    await system.deliver("append-ledger", [buildRow("x", { table: "work" })]);
    expect(await readLedger(system)).toEqual([]);
  });
});
