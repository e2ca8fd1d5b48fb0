import { describe, expect, test } from "vitest";
import type { ItemKey, Range, Store } from "../../shared/ports/store.ts";
import { freshKey, freshPartition, put, read } from "./store-builders.ts";

export function describeReads(makeStore: () => Promise<Store>): void {
  describe("get", () => {
    test("answers in the order asked, undefined for what is missing, and a key asked twice, twice", async () => {
      const store = await makeStore();
      const [first, second, missing] = [freshKey(), freshKey("executions"), freshKey()];
      await put(store, first, { n: 1 }, "absent");
      await put(store, second, { n: 2 }, "absent");
      const items = await store.get([second, missing, first, second]);
      expect(items.map((item) => item?.body)).toEqual([{ n: 2 }, undefined, { n: 1 }, { n: 2 }]);
      expect(items.map((item) => item?.key)).toEqual([second, undefined, first, second]);
    });

    test("tells tables, partitions and sort keys apart", async () => {
      const store = await makeStore();
      const key = freshKey("work");
      await put(store, key, {}, "absent");
      const others: ItemKey[] = [
        { ...key, table: "rules" },
        { ...key, partition: `${key.partition}x` },
        { ...key, sort: `${key.sort}x` },
        { ...key, sort: key.sort.toUpperCase() },
      ];
      expect(await store.get(others)).toEqual([undefined, undefined, undefined, undefined]);
    });

    test("of no keys answers nothing", async () => {
      const store = await makeStore();
      expect(await store.get([])).toEqual([]);
    });

    test("sees a write that has just returned", async () => {
      const store = await makeStore();
      const key = freshKey();
      let revision = await put(store, key, { n: 0 }, "absent");
      for (let n = 1; n <= 20; n += 1) {
        revision = await put(store, key, { n }, revision);
        expect((await read(store, key))?.body).toEqual({ n });
      }
    });

    test("gives every JSON body back unchanged", async () => {
      const store = await makeStore();
      const body = {
        "": "",
        text: 'quote " backslash \\ newline \n nul \u0000 é 😀 \u2028',
        numbers: [0, -1, 0.1, 1e-7, 1.5e300, 9007199254740991, -9007199254740991],
        nothing: null,
        yes: true,
        empty: { list: [], object: {} },
        nested: [[[{ deep: [null, false, "x"] }]]],
      };
      const key = freshKey();
      await put(store, key, body, "absent");
      expect((await read(store, key))?.body).toEqual(body);
    });

    test("still answers an item whose clean-up time has just passed", async () => {
      const store = await makeStore();
      const key = freshKey("traces");
      await store.write([{ action: "put", key, body: { n: 1 }, expect: "absent", cleanUpAt: 1 }]);
      expect((await read(store, key))?.body).toEqual({ n: 1 });
    });
  });
}

/** In the order of their UTF-8 bytes; by UTF-16 units the last two would change places. */
const SORTED = ["A", "B", "B#", "B#1", "Ba", "a", "ß", "é", "\u{fffd}", "😀"];

export function describePages(makeStore: () => Promise<Store>): void {
  async function fill(sorts: readonly string[]) {
    const store = await makeStore();
    const partition = freshPartition();
    for (const sort of sorts.toReversed())
      await put(store, { table: "work", partition, sort }, { sort }, "absent");
    const page = async (range: Partial<Range> = {}) => {
      const { items, more } = await store.query({
        table: "work",
        partition,
        order: "ascending",
        limit: 100,
        ...range,
      });
      return { sorts: items.map((item) => item.key.sort), more };
    };
    return { store, partition, page };
  }

  describe("query", () => {
    test("answers whole items of one partition and one table", async () => {
      const store = await makeStore();
      const key = freshKey("decisions");
      const revision = await put(store, key, { n: 1 }, "absent");
      await put(store, { ...key, partition: `${key.partition}#` }, { n: 2 }, "absent");
      await put(store, { ...key, table: "work" }, { n: 3 }, "absent");
      const page = await store.query({
        table: "decisions",
        partition: key.partition,
        order: "ascending",
        limit: 10,
      });
      expect(page).toEqual({ items: [{ key, body: { n: 1 }, revision }], more: false });
    });

    test("of an empty partition answers nothing", async () => {
      const { page } = await fill([]);
      expect(await page()).toEqual({ sorts: [], more: false });
    });

    test("orders sort keys by their UTF-8 bytes, both ways", async () => {
      const { page } = await fill(SORTED);
      expect(await page()).toEqual({ sorts: SORTED, more: false });
      expect(await page({ order: "descending" })).toEqual({ sorts: SORTED.toReversed(), more: false });
    });

    test("takes `from` inclusively and `before` exclusively, also as bounds that no item has", async () => {
      const { page } = await fill(["a", "b", "c", "d"]);
      expect((await page({ from: "b", before: "d" })).sorts).toEqual(["b", "c"]);
      expect((await page({ from: "b", before: "d", order: "descending" })).sorts).toEqual(["c", "b"]);
      expect((await page({ from: "aa", before: "cc" })).sorts).toEqual(["b", "c"]);
      expect((await page({ from: "c" })).sorts).toEqual(["c", "d"]);
      expect((await page({ before: "c" })).sorts).toEqual(["a", "b"]);
      expect((await page({ from: "c", before: "b" })).sorts).toEqual([]);
    });

    test("goes on after the last sort key of the page before, in either order", async () => {
      const { page } = await fill(["a", "b", "c", "d"]);
      expect((await page({ after: "b" })).sorts).toEqual(["c", "d"]);
      expect((await page({ after: "c", order: "descending" })).sorts).toEqual(["b", "a"]);
      expect((await page({ after: "b", from: "a", before: "d" })).sorts).toEqual(["c"]);
      expect((await page({ after: "b", from: "b", before: "d" })).sorts).toEqual(["c"]);
      const downwards = { from: "b", before: "d", after: "c", order: "descending" } as const;
      expect((await page(downwards)).sorts).toEqual(["b"]);
    });

    test("keeps to `from` and `before` when `after` lies outside of them", async () => {
      const { page } = await fill(["a", "b", "c", "d"]);
      expect((await page({ after: "a", from: "c" })).sorts).toEqual(["c", "d"]);
      expect((await page({ after: "d", before: "c", order: "descending" })).sorts).toEqual(["b", "a"]);
    });

    test("says `more` only if items follow within the range", async () => {
      const { page } = await fill(["a", "b", "c"]);
      expect(await page({ limit: 2 })).toEqual({ sorts: ["a", "b"], more: true });
      expect(await page({ limit: 3 })).toEqual({ sorts: ["a", "b", "c"], more: false });
      expect(await page({ limit: 2, before: "c" })).toEqual({ sorts: ["a", "b"], more: false });
      expect(await page({ limit: 2, from: "b", order: "descending" })).toEqual({
        sorts: ["c", "b"],
        more: false,
      });
    });

    test.each(["ascending", "descending"] as const)("pages through everything once, %s", async (order) => {
      const { page } = await fill(SORTED);
      const seen: string[] = [];
      for (let more = true; more;) {
        const after = seen.at(-1);
        const next = await page({ order, limit: 3, ...(after === undefined ? {} : { after }) });
        seen.push(...next.sorts);
        more = next.more;
      }
      expect(seen).toEqual(order === "ascending" ? SORTED : SORTED.toReversed());
    });

    test("answers 1,000 items at once, and a page of large ones whole", async () => {
      const store = await makeStore();
      const partition = freshPartition();
      const keys = Array.from({ length: 1_001 }, (_, n): ItemKey => {
        return { table: "traces", partition, sort: String(n).padStart(5, "0") };
      });
      for (let start = 0; start < keys.length; start += 100) {
        const chunk = keys.slice(start, start + 100);
        const outcome = await store.write(
          chunk.map((key) => ({ action: "put", key, body: { text: "x".repeat(2_000) }, expect: "absent" })),
        );
        expect(outcome.outcome).toBe("written");
      }
      const { items, more } = await store.query({
        table: "traces",
        partition,
        order: "ascending",
        limit: 1_000,
      });
      expect([items.length, items.at(-1)?.key.sort, more]).toEqual([1_000, "00999", true]);
    });

    test("sees a write and a delete that have just returned", async () => {
      const { store, partition, page } = await fill(["a", "b"]);
      await put(store, { table: "work", partition, sort: "c" }, {}, "absent");
      await store.write([
        { action: "delete", key: { table: "work", partition, sort: "a" }, expect: "anything" },
      ]);
      expect((await page()).sorts).toEqual(["b", "c"]);
    });
  });
}
