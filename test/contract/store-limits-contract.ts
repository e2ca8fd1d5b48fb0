import { describe, expect, test } from "vitest";
import { InvariantBroken, ItemTooLarge, TransactionTooLarge } from "../../shared/domain/errors.ts";
import type { ItemBody, ItemKey, Range, Store, WriteAction } from "../../shared/ports/store.ts";
import { freshKey, freshPartition, put, read } from "./store-builders.ts";

export function describeLimits(makeStore: () => Promise<Store>): void {
  /** `{"t":"…"}` is eight bytes around the text. */
  const bodyOf = (key: ItemKey, bytes: number): ItemBody => ({
    t: "x".repeat(bytes - 8 - Buffer.byteLength(key.partition) - Buffer.byteLength(key.sort)),
  });

  describe("limits", () => {
    test("an item of 400,000 bytes, key and body, fits; one of 400,001 does not and changes nothing", async () => {
      const store = await makeStore();
      const key = { ...freshKey(), sort: "é" };
      const revision = await put(store, key, bodyOf(key, 400_000), "absent");
      const write = store.write([{ action: "put", key, body: bodyOf(key, 400_001), expect: revision }]);
      await expect(write).rejects.toBeInstanceOf(ItemTooLarge);
      expect((await read(store, key))?.revision).toBe(revision);
    });

    test("characters count by their bytes", async () => {
      const store = await makeStore();
      const key = freshKey();
      const body = { t: "é".repeat(200_000) };
      const write = store.write([{ action: "put", key, body, expect: "absent" }]);
      await expect(write).rejects.toBeInstanceOf(ItemTooLarge);
    });

    test("a transaction of 100 actions fits; one of 101 does not and writes nothing", async () => {
      const store = await makeStore();
      const partition = freshPartition();
      const actions = Array.from({ length: 101 }, (_, n): WriteAction => {
        return {
          action: "put",
          key: { table: "work", partition, sort: `s${n}` },
          body: { n },
          expect: "absent",
        };
      });
      await expect(store.write(actions)).rejects.toBeInstanceOf(TransactionTooLarge);
      const query = async () =>
        (await store.query({ table: "work", partition, order: "ascending", limit: 200 })).items.length;
      expect(await query()).toBe(0);
      expect((await store.write(actions.slice(1))).outcome).toBe("written");
      expect(await query()).toBe(100);
    });

    test("a transaction of more than 4,000,000 bytes does not fit", async () => {
      const store = await makeStore();
      const partition = freshPartition();
      const actions = Array.from({ length: 11 }, (_, n): WriteAction => {
        const key: ItemKey = { table: "work", partition, sort: `s${n}` };
        return { action: "put", key, body: bodyOf(key, 370_000), expect: "absent" };
      });
      await expect(store.write(actions)).rejects.toBeInstanceOf(TransactionTooLarge);
      expect(await store.get(actions.map(({ key }) => key))).toEqual(actions.map(() => undefined));
    });

    test("a transaction that names a key twice is refused", async () => {
      const store = await makeStore();
      const key = freshKey();
      const write = store.write([
        { action: "check", key, expect: "absent" },
        { action: "put", key, body: {}, expect: "absent" },
      ]);
      await expect(write).rejects.toBeInstanceOf(InvariantBroken);
      expect(await read(store, key)).toBeUndefined();
    });

    test.each([
      ["an empty partition", { partition: "" }],
      ["an empty sort key", { sort: "" }],
      ["half a surrogate pair", { sort: "\ud83d" }],
    ])("a key with %s is refused in reads and writes", async (_, change) => {
      const store = await makeStore();
      const key = { ...freshKey(), ...change };
      await expect(store.get([key])).rejects.toBeInstanceOf(InvariantBroken);
      const write = store.write([{ action: "put", key, body: {}, expect: "anything" }]);
      await expect(write).rejects.toBeInstanceOf(InvariantBroken);
    });

    test("a sort key of 1,024 bytes fits, one of 1,025 does not", async () => {
      const store = await makeStore();
      const key = { ...freshKey(), sort: "é".repeat(512) };
      await put(store, key, {}, "absent");
      expect((await read(store, key))?.key).toEqual(key);
      await expect(store.get([{ ...key, sort: `${key.sort}x` }])).rejects.toBeInstanceOf(ItemTooLarge);
    });

    test("100 keys are read at once, 101 are refused", async () => {
      const store = await makeStore();
      const keys = Array.from({ length: 101 }, () => freshKey());
      await expect(store.get(keys)).rejects.toBeInstanceOf(InvariantBroken);
      expect(await store.get(keys.slice(1))).toHaveLength(100);
    });

    test.each([0, 1_001, 1.5])("a page of %s items is refused", async (limit) => {
      const store = await makeStore();
      const range: Range = { table: "work", partition: freshPartition(), order: "ascending", limit };
      await expect(store.query(range)).rejects.toBeInstanceOf(InvariantBroken);
    });
  });
}
