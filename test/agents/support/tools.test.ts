import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";
import { makeToolContext } from "../tool-context.ts";
import { emptySupportTables, seededSupportTables, toolNamed, valueOf } from "./seeded-tables.ts";

const noon = "2026-11-22T12:00:00.000Z";
const run = (name: string, input: JsonValue, context: ReturnType<typeof makeToolContext>) =>
  toolNamed(name).run(input, context);

describe("lookup_order", () => {
  test("returns the order as it is stored", async () => {
    const tables = await seededSupportTables();
    expect(await run("lookup_order", { orderId: "1042" }, makeToolContext(tables))).toEqual(
      valueOf(tables, "orders", "1042"),
    );
  });

  test("says so when there is none", async () => {
    const tables = await seededSupportTables();
    await expect(run("lookup_order", { orderId: "1101" }, makeToolContext(tables))).rejects.toThrow(
      "There is no order 1101: ask for the right number.",
    );
  });
});

describe("search_articles", () => {
  const idsFor = async (query: string) => {
    const result = await run("search_articles", { query }, makeToolContext(emptySupportTables()));
    return JSON.stringify(result).match(/(?<="id":")[a-z-]+/g) ?? [];
  };

  test.each([
    ["lost parcels", "late-parcels"],
    ["How do I get a REFUND?", "refunds"],
    ["damage", "damaged-goods"],
    ["delete my personal data", "personal-data"],
  ])("%j finds %s first", async (query, id) => {
    expect((await idsFor(query))[0]).toBe(id);
  });

  test("returns three articles at most, and none for words that are nowhere", async () => {
    expect(await idsFor("refund return address parcel data damage")).toHaveLength(3);
    expect(await idsFor("zeppelin")).toEqual([]);
  });
});

describe("tools that write have one effect for one idempotency key", () => {
  test("add_order_note", async () => {
    const tables = await seededSupportTables();
    const input = { orderId: "1042", note: "customer was told" };
    const { requirement: _, ...context } = makeToolContext(tables);
    const first = await run("add_order_note", input, context);
    expect(first).toEqual({
      orderId: "1042",
      customerId: "cus_17",
      note: "customer was told",
      at: noon,
      requirement: null,
    });
    expect(await run("add_order_note", input, context)).toEqual(first);
    expect(valueOf(tables, "orders", "1042")).toMatchObject({ notes: ["customer was told"] });
  });

  test("send_email", async () => {
    const tables = await seededSupportTables();
    const input = { to: "ann@example.com", subject: "Your parcel", body: "It is on its way" };
    await run("send_email", input, makeToolContext(tables));
    await run("send_email", input, makeToolContext(tables));
    expect(tables.values("outbox")).toEqual([{ ...input, at: noon, requirement: "req_1" }]);
  });

  test("update_address, which a late second attempt does not set back", async () => {
    const tables = await seededSupportTables();
    const change = (key: string, address: string) =>
      run(
        "update_address",
        { customerId: "cus_17", address },
        makeToolContext(tables, { idempotencyKey: key }),
      );
    await change("key-1", "1 Main Street, Dublin");
    await change("key-2", "2 Main Street, Dublin");
    await change("key-1", "1 Main Street, Dublin");
    expect(valueOf(tables, "customers", "cus_17")).toMatchObject({
      name: "Bruno Marino",
      address: "2 Main Street, Dublin",
    });
  });

  test("delete_customer_data", async () => {
    const tables = await seededSupportTables();
    const input = { customerId: "cus_17", reason: "they asked for it" };
    const first = await run("delete_customer_data", input, makeToolContext(tables));
    expect(await run("delete_customer_data", input, makeToolContext(tables))).toEqual(first);
    expect(valueOf(tables, "customers", "cus_17")).toEqual({
      id: "cus_17",
      name: "",
      email: "",
      address: "",
    });
    expect(JSON.stringify(tables.values("deletions"))).not.toContain("Bruno");
  });

  test("two keys are two effects", async () => {
    const tables = await seededSupportTables();
    const input = { orderId: "1042", note: "customer was told" };
    await run("add_order_note", input, makeToolContext(tables, { idempotencyKey: "key-1" }));
    await run("add_order_note", input, makeToolContext(tables, { idempotencyKey: "key-2" }));
    expect(valueOf(tables, "orders", "1042")).toMatchObject({
      notes: ["customer was told", "customer was told"],
    });
  });
});

describe("restart_service is not idempotent", () => {
  test("each attempt of one call is one more restart", async () => {
    const tables = await seededSupportTables();
    await run("restart_service", { service: "checkout" }, makeToolContext(tables));
    await run("restart_service", { service: "checkout" }, makeToolContext(tables));
    const restart = { at: noon, requirement: "req_1" };
    expect(tables.values("restarts")).toEqual([{ service: "checkout", restarts: [restart, restart] }]);
  });

  test("restarts at once are all kept", async () => {
    const tables = await seededSupportTables();
    const restarts = ["req_1", "req_2", "req_3"].map((requirement) =>
      run("restart_service", { service: "checkout" }, makeToolContext(tables, { requirement })),
    );
    await Promise.all(restarts);
    const [stored] = tables.values("restarts");
    expect(stored?.["restarts"]).toHaveLength(3);
  });
});

describe("what is not there", () => {
  test.each([
    ["add_order_note", { orderId: "9999", note: "x" }, "There is no order 9999: ask for the right number."],
    [
      "update_address",
      { customerId: "cus_99", address: "x" },
      "There is no customer cus_99: ask for the right id.",
    ],
    [
      "delete_customer_data",
      { customerId: "cus_99", reason: "x" },
      "There is no customer cus_99: ask for the right id.",
    ],
  ])("%s refuses and writes nothing", async (name, input, message) => {
    const tables = await seededSupportTables();
    const before = tables.writes();
    await expect(run(name, input, makeToolContext(tables))).rejects.toThrow(message);
    expect(tables.writes()).toBe(before);
  });

  test("a deleted customer gets no new address", async () => {
    const tables = await seededSupportTables();
    await run("delete_customer_data", { customerId: "cus_17", reason: "x" }, makeToolContext(tables));
    await expect(
      run("update_address", { customerId: "cus_17", address: "x" }, makeToolContext(tables)),
    ).rejects.toThrow("The data of customer cus_17 was deleted.");
  });

  test("an order holds 100 notes at most", async () => {
    const tables = await seededSupportTables();
    const note = (n: number) =>
      run(
        "add_order_note",
        { orderId: "1042", note: "x" },
        makeToolContext(tables, { idempotencyKey: `key-${n}` }),
      );
    for (let n = 0; n < 100; n += 1) await note(n);
    await expect(note(100)).rejects.toThrow(
      "Order 1042 has 100 notes already, which is the most it can hold.",
    );
  });
});

test("a row that always changes ends the call instead of trying for ever", async () => {
  const tables = await seededSupportTables();
  const contended = { ...tables, write: async () => "conflict" as const };
  await expect(run("restart_service", { service: "checkout" }, makeToolContext(contended))).rejects.toThrow(
    "The rows changed 100 times under this call and nothing was written: try again later.",
  );
});

test.each([
  ["deploy_release", { service: "checkout", version: "2.4.1" }],
  ["get_user_input", { fields: [{ name: "date", type: "date", description: "the date" }] }],
  ["ask_user", { questions: [{ question: "Which?", options: ["a", "b"], multiSelect: false }] }],
])("%s runs nothing here, should it ever be reached", async (name, input) => {
  await expect(run(name, input, makeToolContext(emptySupportTables()))).rejects.toThrow("nothing runs here");
});
