import { describe, expect, test } from "vitest";
import { makeToolContext } from "../tool-context.ts";
import { seededSupportTables, toolNamed, valueOf } from "./seeded-tables.ts";

const issueRefund = toolNamed("issue_refund");
const refund = (amount: string, over: { readonly [field: string]: string } = {}) => ({
  orderId: "1042",
  amount,
  currency: "EUR",
  reason: "the parcel was lost",
  ...over,
});

describe("issue_refund", () => {
  test("puts the refund into the order, with its time and the requirement that people approved", async () => {
    const tables = await seededSupportTables();
    const result = await issueRefund.run(refund("250.00"), makeToolContext(tables));
    expect(result).toEqual({
      orderId: "1042",
      customerId: "cus_17",
      amount: "250.00",
      currency: "EUR",
      at: "2026-11-22T12:00:00.000Z",
      requirement: "req_1",
    });
    expect(valueOf(tables, "orders", "1042")).toEqual({
      id: "1042",
      customerId: "cus_17",
      total: "1250.00",
      currency: "EUR",
      notes: [],
      refunds: [{ amount: "250.00", at: "2026-11-22T12:00:00.000Z", requirement: "req_1" }],
    });
  });

  test("a second attempt of one call is answered with the first one's result", async () => {
    const tables = await seededSupportTables();
    const first = await issueRefund.run(refund("250.00"), makeToolContext(tables));
    const later = { now: () => Date.UTC(2026, 10, 22, 13) };
    expect(await issueRefund.run(refund("250.00"), makeToolContext(tables, later))).toEqual(first);
    expect(valueOf(tables, "orders", "1042")).toMatchObject({
      refunds: [{ amount: "250.00", at: "2026-11-22T12:00:00.000Z", requirement: "req_1" }],
    });
  });

  test("two attempts of one call at once make one refund", async () => {
    const tables = await seededSupportTables();
    const attempt = () => issueRefund.run(refund("900.00"), makeToolContext(tables));
    const [first, second] = await Promise.all([attempt(), attempt()]);
    expect(second).toEqual(first);
    expect(valueOf(tables, "orders", "1042")).toMatchObject({ refunds: [{ amount: "900.00" }] });
  });

  test("an attempt that reads the order before an earlier one wrote it still makes no second refund", async () => {
    const tables = await seededSupportTables();
    tables.afterNextRead(() => issueRefund.run(refund("900.00"), makeToolContext(tables)));
    await issueRefund.run(refund("900.00"), makeToolContext(tables));
    expect(valueOf(tables, "orders", "1042")).toMatchObject({ refunds: [{ amount: "900.00" }] });
  });

  test("an attempt that finds the order refunded by an earlier one takes that for its own, not for too much", async () => {
    const tables = await seededSupportTables();
    const first = await issueRefund.run(refund("999.99"), makeToolContext(tables));
    expect(await issueRefund.run(refund("999.99"), makeToolContext(tables))).toEqual(first);
  });

  test("an order that changed since it was read is read again, and nothing is lost", async () => {
    const tables = await seededSupportTables();
    const note = { orderId: "1042", note: "customer was told" };
    tables.afterNextRead(() =>
      toolNamed("add_order_note").run(note, makeToolContext(tables, { idempotencyKey: "key-2" })),
    );
    const before = tables.writes();
    await issueRefund.run(refund("250.00"), makeToolContext(tables));
    expect(tables.writes() - before).toBe(3);
    expect(valueOf(tables, "orders", "1042")).toMatchObject({
      notes: ["customer was told"],
      refunds: [{ amount: "250.00" }],
    });
  });

  test("refunds of several calls add up to the whole total and no further", async () => {
    const tables = await seededSupportTables();
    const run = (key: string, amount: string) =>
      issueRefund.run(refund(amount), makeToolContext(tables, { idempotencyKey: key }));
    await run("key-1", "900.00");
    await expect(run("key-2", "350.01")).rejects.toThrow(
      "Order 1042 has a total of EUR 1250.00, of which 900.00 is refunded already: 350.01 is more than what is left.",
    );
    await run("key-3", "350.00");
    await expect(run("key-4", "0.01")).rejects.toThrow("of which 1250.00 is refunded already");
    expect(valueOf(tables, "orders", "1042")).toMatchObject({
      refunds: [{ amount: "900.00" }, { amount: "350.00" }],
    });
  });

  test("of 50 calls at once for 100.00 just twelve fit into 1250.00", async () => {
    const tables = await seededSupportTables();
    const calls = Array.from({ length: 50 }, (_, n) =>
      issueRefund.run(refund("100.00"), makeToolContext(tables, { idempotencyKey: `key-${n}` })),
    );
    const settled = await Promise.allSettled(calls);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(12);
    expect(tables.values("refunds")).toHaveLength(12);
  });

  test.each([
    ["an unknown order", { orderId: "9999" }, "There is no order 9999: ask for the right number."],
    [
      "another currency than the order's",
      { currency: "USD" },
      "Order 1042 was paid in EUR, not USD: name the sum in EUR.",
    ],
  ])("%s is refused and nothing is written", async (_what, over, message) => {
    const tables = await seededSupportTables();
    const before = tables.writes();
    await expect(issueRefund.run(refund("250.00", over), makeToolContext(tables))).rejects.toThrow(message);
    expect(tables.writes()).toBe(before);
  });

  test("an order holds 100 refunds at most", async () => {
    const tables = await seededSupportTables();
    const run = (n: number) =>
      issueRefund.run(refund("0.01"), makeToolContext(tables, { idempotencyKey: `key-${n}` }));
    for (let n = 0; n < 100; n += 1) await run(n);
    await expect(run(100)).rejects.toThrow(
      "Order 1042 has 100 refunds already, which is the most it can hold.",
    );
  });

  test("a call that was given up writes nothing", async () => {
    const tables = await seededSupportTables();
    const context = makeToolContext(tables, { signal: AbortSignal.abort(new Error("The lease is over.")) });
    await expect(issueRefund.run(refund("250.00"), context)).rejects.toThrow("The lease is over.");
    expect(tables.values("refunds")).toEqual([]);
  });

  test("an order row that is not as its schema says stops the refund", async () => {
    const tables = await seededSupportTables();
    const row = await tables.read("orders", "1042");
    await tables.write([
      { partition: "orders", sort: "1042", value: { id: "1042", total: 1250 }, expect: row?.version ?? "" },
    ]);
    await expect(issueRefund.run(refund("250.00"), makeToolContext(tables))).rejects.toThrow(
      'The row "1042" of orders is not as its schema says; nothing was done: mend the row.',
    );
  });
});
