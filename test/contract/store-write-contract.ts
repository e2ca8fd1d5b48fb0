import { describe, expect, test } from "vitest";
import type { ItemKey, Store } from "../../shared/ports/store.ts";
import { freshKey, put, read, someRevision } from "./store-builders.ts";

export function describeExpectations(makeStore: () => Promise<Store>): void {
  describe("expectations", () => {
    test("a put that expects absence writes a new item and answers its revision", async () => {
      const store = await makeStore();
      const key = freshKey();
      const revision = await put(store, key, { n: 1 }, "absent");
      expect(await read(store, key)).toEqual({ key, body: { n: 1 }, revision });
    });

    test("a put that expects absence does not touch an item that is there", async () => {
      const store = await makeStore();
      const key = freshKey();
      await put(store, key, { n: 1 }, "absent");
      const again = await store.write([{ action: "put", key, body: { n: 2 }, expect: "absent" }]);
      expect(again).toEqual({ outcome: "conflict", failed: [0] });
      expect((await read(store, key))?.body).toEqual({ n: 1 });
    });

    test("a put that expects the item's revision replaces it, and changes the revision", async () => {
      const store = await makeStore();
      const key = freshKey();
      const first = await put(store, key, { n: 1, old: true }, "absent");
      const second = await put(store, key, { n: 2 }, first);
      expect(second).not.toBe(first);
      expect(await read(store, key)).toEqual({ key, body: { n: 2 }, revision: second });
    });

    test("a put of the same body changes the revision too", async () => {
      const store = await makeStore();
      const key = freshKey();
      const first = await put(store, key, { n: 1 }, "absent");
      expect(await put(store, key, { n: 1 }, first)).not.toBe(first);
    });

    test("a put that expects an earlier revision is a conflict", async () => {
      const store = await makeStore();
      const key = freshKey();
      const first = await put(store, key, { n: 1 }, "absent");
      await put(store, key, { n: 2 }, first);
      const stale = await store.write([{ action: "put", key, body: { n: 3 }, expect: first }]);
      expect(stale).toEqual({ outcome: "conflict", failed: [0] });
    });

    test("a put or delete that expects a revision of a missing item is a conflict", async () => {
      const store = await makeStore();
      const revision = await put(store, freshKey(), {}, "absent");
      const key = freshKey();
      const missing = { outcome: "conflict", failed: [0] };
      expect(await store.write([{ action: "put", key, body: {}, expect: revision }])).toEqual(missing);
      expect(await store.write([{ action: "delete", key, expect: revision }])).toEqual(missing);
      expect(await read(store, key)).toBeUndefined();
    });

    test("a put that expects anything writes whether or not the item is there", async () => {
      const store = await makeStore();
      const key = freshKey();
      await put(store, key, { n: 1 }, "anything");
      await put(store, key, { n: 2 }, "anything");
      expect((await read(store, key))?.body).toEqual({ n: 2 });
    });

    test("a delete needs the revision of the item, or none when it expects anything", async () => {
      const store = await makeStore();
      const key = freshKey();
      const first = await put(store, key, { n: 1 }, "absent");
      const second = await put(store, key, { n: 2 }, first);
      expect(await store.write([{ action: "delete", key, expect: first }])).toEqual({
        outcome: "conflict",
        failed: [0],
      });
      const deleted = { outcome: "written", revisions: [undefined] };
      expect(await store.write([{ action: "delete", key, expect: second }])).toEqual(deleted);
      expect(await read(store, key)).toBeUndefined();
      expect(await store.write([{ action: "delete", key, expect: "anything" }])).toEqual(deleted);
    });

    test("a revision never holds again after the item was deleted and made anew", async () => {
      const store = await makeStore();
      const key = freshKey();
      const first = await put(store, key, { n: 1 }, "absent");
      await store.write([{ action: "delete", key, expect: first }]);
      const second = await put(store, key, { n: 1 }, "absent");
      expect(second).not.toBe(first);
      expect(await store.write([{ action: "put", key, body: { n: 2 }, expect: first }])).toEqual({
        outcome: "conflict",
        failed: [0],
      });
    });

    test("50 parallel read-and-swap increments lose nothing", async () => {
      const store = await makeStore();
      const key = freshKey();
      await put(store, key, { n: 0 }, "absent");
      await Promise.all(Array.from({ length: 50 }, () => increment(store, key)));
      expect((await read(store, key))?.body).toEqual({ n: 50 });
    });

    test("of 50 parallel puts that expect absence exactly one is written", async () => {
      const store = await makeStore();
      const key = freshKey();
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, async (_, n) =>
          store.write([{ action: "put", key, body: { n }, expect: "absent" }]),
        ),
      );
      const winners = outcomes.flatMap(({ outcome }, n) => (outcome === "written" ? [n] : []));
      expect(winners).toHaveLength(1);
      expect((await read(store, key))?.body).toEqual({ n: winners[0] });
    });
  });
}

export function describeTransactions(makeStore: () => Promise<Store>): void {
  describe("transactions", () => {
    test("write all their actions, over tables and partitions", async () => {
      const store = await makeStore();
      const [work, decisions, gone] = [freshKey("work"), freshKey("decisions"), freshKey("rules")];
      await put(store, gone, { n: 0 }, "absent");
      const outcome = await store.write([
        { action: "put", key: work, body: { n: 1 }, expect: "absent" },
        { action: "delete", key: gone, expect: "anything" },
        { action: "put", key: decisions, body: { n: 2 }, expect: "absent" },
      ]);
      const items = await store.get([work, gone, decisions]);
      expect(items.map((item) => item?.body)).toEqual([{ n: 1 }, undefined, { n: 2 }]);
      expect(outcome).toEqual({
        outcome: "written",
        revisions: [items[0]?.revision, undefined, items[2]?.revision],
      });
    });

    test("write nothing when one expectation fails, and name the positions that did", async () => {
      const store = await makeStore();
      const [fresh, taken, kept] = [freshKey(), freshKey(), freshKey()];
      await put(store, taken, { n: 1 }, "absent");
      await put(store, kept, { n: 1 }, "absent");
      const outcome = await store.write([
        { action: "put", key: fresh, body: { n: 2 }, expect: "absent" },
        { action: "put", key: taken, body: { n: 2 }, expect: "absent" },
        { action: "delete", key: kept, expect: "anything" },
        { action: "check", key: freshKey(), expect: await someRevision(store) },
      ]);
      expect(outcome).toEqual({ outcome: "conflict", failed: [1, 3] });
      const bodies = (await store.get([fresh, taken, kept])).map((item) => item?.body);
      expect(bodies).toEqual([undefined, { n: 1 }, { n: 1 }]);
    });

    test("with a check that holds leave the checked item as it was", async () => {
      const store = await makeStore();
      const [checked, absent, target] = [freshKey("rules"), freshKey("rules"), freshKey()];
      const revision = await put(store, checked, { n: 1 }, "absent");
      const outcome = await store.write([
        { action: "check", key: checked, expect: revision },
        { action: "check", key: absent, expect: "absent" },
        { action: "put", key: target, body: {}, expect: "absent" },
      ]);
      const written = (await read(store, target))?.revision;
      expect(outcome).toEqual({ outcome: "written", revisions: [undefined, undefined, written] });
      expect((await read(store, checked))?.revision).toBe(revision);
      expect(await read(store, absent)).toBeUndefined();
    });

    test("with a check that fails write nothing", async () => {
      const store = await makeStore();
      const [checked, written] = [freshKey("rules"), freshKey()];
      const first = await put(store, checked, { n: 1 }, "absent");
      await put(store, checked, { n: 2 }, first);
      for (const expectation of ["absent", first] as const) {
        const outcome = await store.write([
          { action: "put", key: written, body: {}, expect: "absent" },
          { action: "check", key: checked, expect: expectation },
        ]);
        expect(outcome).toEqual({ outcome: "conflict", failed: [1] });
      }
      expect(await read(store, written)).toBeUndefined();
    });

    test("repeated after they were written are a conflict", async () => {
      const store = await makeStore();
      const key = freshKey();
      const write = async () => store.write([{ action: "put", key, body: { n: 1 }, expect: "absent" }]);
      expect((await write()).outcome).toBe("written");
      expect((await write()).outcome).toBe("conflict");
    });

    test("of no actions write nothing and are no conflict", async () => {
      const store = await makeStore();
      expect(await store.write([])).toEqual({ outcome: "written", revisions: [] });
    });
  });
}

async function increment(store: Store, key: ItemKey): Promise<void> {
  for (;;) {
    const item = await read(store, key);
    if (item === undefined) throw new Error("The counter is gone.");
    const body = { n: Number(item.body["n"]) + 1 };
    const outcome = await store.write([{ action: "put", key, body, expect: item.revision }]);
    if (outcome.outcome === "written") return;
  }
}
