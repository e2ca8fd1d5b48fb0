import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../shared/adapters/sqlite/database.ts";
import { packText, unpackText } from "../../../../shared/adapters/sqlite/pack-text.ts";
import { createSqliteStore } from "../../../../shared/adapters/sqlite/store.ts";
import { MalformedRecord } from "../../../../shared/domain/errors.ts";

const key = { table: "work", partition: "p", sort: "s" } as const;

describe("a stored text", () => {
  test("comes back as it was, whatever it is and however long", () => {
    const texts = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme", minLength: 4_000, maxLength: 9_000 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const json = JSON.stringify({ text });
        expect(unpackText(packText(json))).toBe(json);
      }),
    );
  });

  test("takes less when it is long and repeats itself, and never more", () => {
    const long = JSON.stringify({
      spans: Array.from({ length: 100 }, () => ({ name: "chat", status: "ok" })),
    });
    expect(packText("[1,2,3]")).toBe("[1,2,3]");
    expect(long.length).toBe(3_011);
    expect(packText(long)).toBe(long);
    expect(packText(long.repeat(10)).length).toBeLessThan(long.length);
    const noise = JSON.stringify(randomBytes(30_000).toString("base64"));
    expect(packText(noise).length).toBeLessThanOrEqual(noise.length);
  });

  test("is packed in the database, not in what the store answers, and a damaged one is refused", async () => {
    const database = openDatabase(":memory:");
    onTestFinished(() => database.close());
    const store = createSqliteStore(database, { streams: [] });
    const body = { text: "x".repeat(300_000) };
    await store.write([{ action: "put", key, body, expect: "absent" }]);
    expect(database.prepare("SELECT length(body) < 1000 AS packed FROM item").get()).toEqual({ packed: 1 });
    expect((await store.get([key]))[0]?.body).toEqual(body);
    database.prepare("UPDATE item SET body = 'deflate:AAAA'").run();
    await expect(store.get([key])).rejects.toBeInstanceOf(MalformedRecord);
  });
});
