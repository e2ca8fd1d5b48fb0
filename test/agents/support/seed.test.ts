import { describe, expect, test } from "vitest";
import { seedSupport } from "../../../agents/support/seed.ts";
import { customerSchema, orderSchema } from "../../../agents/support/tables.ts";
import { makeToolContext } from "../tool-context.ts";
import { emptySupportTables, seededSupportTables, toolNamed, valueOf } from "./seeded-tables.ts";

describe("the demo's tables", () => {
  test("hold the orders 1001 to 1100, each of a customer who is there", async () => {
    const tables = await seededSupportTables();
    const orders = tables.values("orders").map((value) => orderSchema.parse(value));
    const customers = new Set(tables.values("customers").map((value) => customerSchema.parse(value).id));
    expect(orders).toHaveLength(100);
    expect([orders[0]?.id, orders[99]?.id]).toEqual(["1001", "1100"]);
    expect(orders.filter((order) => !customers.has(order.customerId))).toEqual([]);
    expect(orders.filter((order) => order.notes.length + order.refunds.length > 0)).toEqual([]);
  });

  test("hold order 1042 and its customer as the documentation has them", async () => {
    const tables = await seededSupportTables();
    expect(valueOf(tables, "orders", "1042")).toEqual({
      id: "1042",
      customerId: "cus_17",
      total: "1250.00",
      currency: "EUR",
      notes: [],
      refunds: [],
    });
    expect(valueOf(tables, "customers", "cus_17")).toEqual({
      id: "cus_17",
      name: "Bruno Marino",
      email: "bruno.marino@example.com",
      address: "30 Station Road, Turku",
    });
  });

  test("have totals from 20.00 to 1500.00, mostly in euros", async () => {
    const tables = await seededSupportTables();
    const orders = tables.values("orders").map((value) => orderSchema.parse(value));
    const totals = orders.map((order) => Number(order.total));
    expect(Math.min(...totals)).toBe(20);
    expect(Math.max(...totals)).toBeLessThanOrEqual(1_500);
    const groups = Object.groupBy(orders, (order) => order.currency);
    const counts = Object.entries(groups).map(([currency, group]) => [currency, group.length]);
    expect(Object.fromEntries(counts)).toEqual({ EUR: 80, GBP: 10, USD: 10 });
  });

  test("name 40 people who differ, at addresses reserved for examples", async () => {
    const tables = await seededSupportTables();
    const customers = tables.values("customers").map((value) => customerSchema.parse(value));
    expect(new Set(customers.map((customer) => customer.name)).size).toBe(40);
    expect(customers.filter((customer) => !/^[a-z]+\.[a-z]+@example\.com$/.test(customer.email))).toEqual([]);
  });

  test("are the same wherever they are seeded, also by two at once", async () => {
    const tables = emptySupportTables();
    await Promise.all([seedSupport(tables), seedSupport(tables)]);
    const others = await seededSupportTables();
    for (const partition of ["orders", "customers"]) {
      expect(tables.values(partition)).toEqual(others.values(partition));
    }
  });

  test("keep what happened when they are seeded again", async () => {
    const tables = await seededSupportTables();
    const note = { orderId: "1042", note: "customer was told" };
    await toolNamed("add_order_note").run(note, makeToolContext(tables));
    await toolNamed("delete_customer_data").run(
      { customerId: "cus_17", reason: "they asked for it" },
      makeToolContext(tables),
    );
    await seedSupport(tables);
    expect(valueOf(tables, "orders", "1042")).toMatchObject({ notes: ["customer was told"] });
    expect(valueOf(tables, "customers", "cus_17")).toEqual({
      id: "cus_17",
      name: "",
      email: "",
      address: "",
    });
    expect([tables.values("orders").length, tables.values("customers").length]).toEqual([100, 40]);
  });
});
