import { Buffer } from "node:buffer";
import { describe, expect, onTestFinished, test } from "vitest";
import { encryptValues } from "../../../shared/adapters/encrypt-values.ts";
import { openDatabase } from "../../../shared/adapters/sqlite/database.ts";
import { createSqliteStore } from "../../../shared/adapters/sqlite/store.ts";
import { createVaultedStore } from "../../../shared/adapters/vaulted-store.ts";
import { InvariantBroken, MalformedRecord } from "../../../shared/domain/errors.ts";
import { epochMillisSchema, runIdSchema } from "../../../shared/domain/ids.ts";
import type { ItemBody, ItemKey, Store } from "../../../shared/ports/store.ts";
import { runKey, stepKey, vaultKey } from "../../../shared/records/keys.ts";
import {
  createRunKeyWrite,
  eraseRunKeyWrite,
  loadRunKey,
  type RunKey,
} from "../../../shared/records/vault-records.ts";
import { describeStoreContract } from "../../contract/store-contract.ts";

const run = runIdSchema.parse("run_01jd9z6q4t5x8m2n3p7r9s0v1w");
const other = runIdSchema.parse("run_01jd9z6q4t5x8m2n3p7r9s0v1x");
const kept: RunKey = { v: 1, status: "kept", key: "ab".repeat(32) };

function openStores() {
  const database = openDatabase(":memory:");
  onTestFinished(() => database.close());
  const stored = createSqliteStore(database, { streams: [] });
  const open = (): Store => createVaultedStore({ store: stored, encryption: encryptValues, access: "open" });
  const blind = createVaultedStore({ store: stored, encryption: encryptValues, access: "none" });
  return { stored, open, store: open(), blind };
}

describeStoreContract("the vaulted store", async () => openStores().store);

async function put(store: Store, key: ItemKey, body: ItemBody): Promise<void> {
  const written = await store.write([{ action: "put", key, body, expect: "anything" }]);
  expect(written.outcome).toBe("written");
}

async function bodyOf(store: Store, key: ItemKey): Promise<ItemBody | undefined> {
  return (await store.get([key]))[0]?.body;
}

async function erase(store: Store): Promise<void> {
  const [item] = await store.get([vaultKey("default", run)]);
  if (item === undefined) throw new Error("There is no key.");
  await store.write([eraseRunKeyWrite("default", run, epochMillisSchema.parse(7), item.revision)]);
}

const step = stepKey("default", run, 1);
const stepBody = {
  kind: "model",
  content: "A word.",
  calls: [
    { id: "c1", modelId: "m1", name: "refund", arguments: '{"order":"1042"}' },
    { id: "c2", modelId: "m2", name: "refund", arguments: "{}" },
  ],
};
const stepErased = {
  kind: "model",
  content: "(erased)",
  calls: [
    { id: "c1", modelId: "(erased)", name: "(erased)", arguments: "{}" },
    { id: "c2", modelId: "(erased)", name: "(erased)", arguments: "{}" },
  ],
};

/** A store with the run's key and one step of it. */
async function openWithStep() {
  const stores = openStores();
  await put(stores.store, vaultKey("default", run), kept);
  await put(stores.store, step, stepBody);
  return stores;
}

describe("a row with personal values", () => {
  test("is stored as an erased one reads, with its values sealed beside it", async () => {
    const { stored } = await openWithStep();
    const { sealed, ...body } = (await bodyOf(stored, step)) ?? {};
    expect(body).toEqual(stepErased);
    expect(Buffer.from(String(sealed), "base64").toString("base64")).toBe(sealed);
    expect(Buffer.from(String(sealed), "base64").toString("latin1")).not.toContain("1042");
  });

  test("reads as it was written, by key and in a range, also for another process", async () => {
    const { open } = await openWithStep();
    const store = open();
    expect(await bodyOf(store, step)).toEqual(stepBody);
    const { table, partition } = step;
    const page = await store.query({ table, partition, order: "ascending", limit: 10 });
    expect(page.items.map(({ body }) => body)).toEqual([stepBody]);
  });

  test("is written under the key that comes in the same transaction", async () => {
    const { stored, store } = openStores();
    const body = {
      input: "Refund it.",
      metadata: { ticket: "7" },
      ending: { status: "completed", output: "Done." },
    };
    await store.write([
      { action: "put", key: runKey("default", run), body, expect: "absent" },
      createRunKeyWrite("default", run, (length) => new Uint8Array(length).fill(7)),
    ]);
    expect(await bodyOf(stored, runKey("default", run))).toMatchObject({
      input: "(erased)",
      metadata: {},
      ending: { status: "completed", output: "(erased)" },
    });
    expect(await bodyOf(store, runKey("default", run))).toEqual(body);
  });

  test("is sealed anew each time, so that equal values look different", async () => {
    const { stored, store } = await openWithStep();
    const first = (await bodyOf(stored, step))?.["sealed"];
    await put(store, step, stepBody);
    expect((await bodyOf(stored, step))?.["sealed"]).not.toBe(first);
  });

  test("without any such value in it holds nothing sealed", async () => {
    const { stored, store } = await openWithStep();
    await put(store, step, { kind: "results", results: [], content: null });
    expect(await bodyOf(stored, step)).toEqual({ kind: "results", results: [], content: null });
  });

  test("may not bring a field of the vault's own", async () => {
    const { store } = await openWithStep();
    await expect(put(store, step, { sealed: "x" })).rejects.toThrow(InvariantBroken);
  });

  test("of a run from before there were keys stays in clear and is read", async () => {
    const { stored, store } = openStores();
    await put(store, step, stepBody);
    expect(await bodyOf(stored, step)).toEqual(stepBody);
    expect(await bodyOf(store, step)).toEqual(stepBody);
  });

  test("is read by a hundred keys at once, each of a run of its own", async () => {
    const { store } = openStores();
    const runs = Array.from({ length: 100 }, (_, place) =>
      runIdSchema.parse(`run_01jd9z6q4t5x8m2n3p7r9s0v${String(place).padStart(2, "0")}`),
    );
    for (const id of runs) {
      await store.write([
        createRunKeyWrite("default", id, (length) => new Uint8Array(length).fill(1)),
        { action: "put", key: runKey("default", id), body: { input: id }, expect: "absent" },
      ]);
    }
    const items = await store.get(runs.map((id) => runKey("default", id)));
    expect(items.map((item) => item?.body)).toEqual(runs.map((id) => ({ input: id })));
  });
});

describe("an erased key", () => {
  test("leaves the row as an erased one reads, at once and for every process", async () => {
    const { store, open } = await openWithStep();
    await erase(open());
    expect(await bodyOf(store, step)).toEqual(stepErased);
    expect(await bodyOf(open(), step)).toEqual(stepErased);
    expect(await loadRunKey(store, "default", run)).toEqual({ v: 1, status: "erased", at: 7 });
  });

  test("keeps nothing of what is written later", async () => {
    const { stored, open } = await openWithStep();
    await erase(open());
    await put(open(), step, stepBody);
    expect(await bodyOf(stored, step)).toEqual(stepErased);
  });

  test("makes what a process writes with the key that it read before unreadable too", async () => {
    const { store, open } = await openWithStep();
    await erase(open());
    await put(store, step, stepBody);
    expect(await bodyOf(open(), step)).toEqual(stepErased);
  });

  test("hides rows that were stored in clear", async () => {
    const { stored, store } = await openWithStep();
    await put(stored, step, stepBody);
    await erase(store);
    expect(await bodyOf(store, step)).toEqual(stepErased);
  });
});

describe("what does not open is not acted on", () => {
  const seal = (values: object, key: ItemKey, hex = "ab".repeat(32)) =>
    encryptValues.seal(
      Buffer.from(hex, "hex"),
      JSON.stringify(values),
      JSON.stringify([key.table, key.partition, key.sort]),
    );
  const place = { content: "(erased)" };

  test.each([
    ["values sealed under another key", { ...place, sealed: seal({ content: "x" }, step, "cd".repeat(32)) }],
    ["values of another row", { ...place, sealed: seal({ content: "x" }, stepKey("default", run, 2)) }],
    ["values of another run", { ...place, sealed: seal({ content: "x" }, stepKey("default", other, 1)) }],
    ["values for places that are not there", { ...place, sealed: seal({ effect: "x" }, step) }],
    ["a value in clear beside sealed ones", { content: "y", sealed: seal({ content: "x" }, step) }],
    ["what is not base64", { ...place, sealed: `${seal({ content: "x" }, step)}\n` }],
    ["what is too short", { ...place, sealed: "AAAA" }],
    ["what is no text", { ...place, sealed: 7 }],
  ])("%s", async (_, body) => {
    const { stored, store } = await openWithStep();
    await put(stored, step, body);
    await expect(store.get([step])).rejects.toThrow(MalformedRecord);
  });

  test("every single byte of it changed", async () => {
    const { stored, store } = await openWithStep();
    const body = (await bodyOf(stored, step)) ?? {};
    const bytes = Buffer.from(String(body["sealed"]), "base64");
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await put(stored, step, { ...body, sealed: changed.toString("base64") });
      await expect(store.get([step])).rejects.toThrow(MalformedRecord);
    }
  });

  test("a sealed row whose run has no key", async () => {
    const { stored, store } = openStores();
    await put(stored, step, { ...place, sealed: seal({ content: "x" }, step) });
    await expect(store.get([step])).rejects.toThrow(
      "The personal values of work/run#default#run_01jd9z6q4t5x8m2n3p7r9s0v1w/step#000001 do not open with the key of their run",
    );
  });
});

describe("a function that opens nothing", () => {
  test("reads every row as an erased one reads", async () => {
    const { blind } = await openWithStep();
    expect(await bodyOf(blind, step)).toEqual(stepErased);
    const { table, partition } = step;
    const page = await blind.query({ table, partition, order: "ascending", limit: 10 });
    expect(page.items.map(({ body }) => body)).toEqual([stepErased]);
  });

  test("cannot write a row that has personal values", async () => {
    const { blind } = await openWithStep();
    await expect(put(blind, step, stepBody)).rejects.toThrow(InvariantBroken);
  });
});
