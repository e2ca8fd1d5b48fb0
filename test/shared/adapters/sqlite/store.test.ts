import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { constants } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { StoreUnavailable } from "../../../../shared/domain/errors.ts";
import { openDatabase, type Commit, type Database } from "../../../../shared/adapters/sqlite/database.ts";
import { createSqliteStore } from "../../../../shared/adapters/sqlite/store.ts";
import type { ItemKey, TableName } from "../../../../shared/ports/store.ts";
import { describeStoreContract } from "../../../contract/store-contract.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";

function openStore(path = ":memory:") {
  const database = openDatabase(path);
  onTestFinished(() => database.close());
  return { database, store: createSqliteStore(database, { streams: [] }) };
}

describeStoreContract("SQLite", async () => openStore().store);

function keyOf(sort: string, table: TableName = "work"): ItemKey {
  return { table, partition: "p", sort };
}

describe("the SQLite store", () => {
  /** Notes how `synchronous` is set from now on; the connection starts with NORMAL. */
  function noteSynchronous(database: Database): string[] {
    const notes: string[] = [];
    database.connection.setAuthorizer((action, name, value) => {
      if (action === constants.SQLITE_PRAGMA && name === "synchronous") notes.push(value ?? "read");
      return constants.SQLITE_OK;
    });
    return notes;
  }

  test.each([
    ["work", []],
    ["tokens", []],
    ["decisions", ["FULL", "NORMAL"]],
    ["executions", ["FULL", "NORMAL"]],
    ["rules", ["FULL", "NORMAL"]],
  ] as const)("a write of %s commits with the durability it needs: %j", async (table, expected) => {
    const { database, store } = openStore(join(makeTemporaryDirectory(), "test.db"));
    expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 1 });
    const notes = noteSynchronous(database);
    await store.write([
      { action: "put", key: keyOf("a"), body: {}, expect: "anything" },
      { action: "put", key: keyOf("it", table), body: {}, expect: "anything" },
    ]);
    expect(notes).toEqual(expected);
  });

  test("a transaction that only checks a decision is not synced", async () => {
    const { database, store } = openStore(join(makeTemporaryDirectory(), "test.db"));
    const notes = noteSynchronous(database);
    await store.write([
      { action: "put", key: keyOf("a"), body: {}, expect: "absent" },
      { action: "check", key: keyOf("a", "decisions"), expect: "absent" },
    ]);
    expect(notes).toEqual([]);
  });

  test("a revision from before a restart never holds for an item made anew after it", async () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    const first = openDatabase(path);
    const before = createSqliteStore(first, { streams: [] });
    const made = await before.write([{ action: "put", key: keyOf("a"), body: {}, expect: "absent" }]);
    await before.write([{ action: "delete", key: keyOf("a"), expect: "anything" }]);
    first.close();

    const { store } = openStore(path);
    const remade = await store.write([{ action: "put", key: keyOf("a"), body: {}, expect: "absent" }]);
    if (made.outcome !== "written" || remade.outcome !== "written") throw new Error("Not written.");
    expect(remade.revisions[0]).not.toBe(made.revisions[0]);
  });

  test("clean-up deletes what is due, at most 500 items at a time", async () => {
    const { store } = openStore();
    for (let start = 0; start < 600; start += 100) {
      await store.write(
        Array.from({ length: 100 }, (_, n) => ({
          action: "put",
          key: keyOf(`due-${start + n}`, "traces"),
          body: {},
          expect: "absent",
          cleanUpAt: 1_000,
        })),
      );
    }
    await store.write([
      { action: "put", key: keyOf("later"), body: {}, expect: "absent", cleanUpAt: 1_001 },
      { action: "put", key: keyOf("never"), body: {}, expect: "absent" },
    ]);
    expect(await store.cleanUp(999_999)).toBe(0);
    expect(await store.cleanUp(1_000_999)).toBe(500);
    expect(await store.cleanUp(1_000_999)).toBe(100);
    const left = await store.get([keyOf("later"), keyOf("never")]);
    expect(left.map((item) => item?.key.sort)).toEqual(["later", "never"]);
  });

  test("an item put again without a clean-up time is kept", async () => {
    const { store } = openStore();
    await store.write([{ action: "put", key: keyOf("a"), body: {}, expect: "absent", cleanUpAt: 1 }]);
    await store.write([{ action: "put", key: keyOf("a"), body: {}, expect: "anything" }]);
    expect(await store.cleanUp(2_000)).toBe(0);
  });

  test("listeners hear which items a commit touched, and nothing of conflicts and checks", async () => {
    const { database, store } = openStore();
    const commits: Commit[] = [];
    const unsubscribe = database.onCommit((commit) => commits.push(commit));
    await store.write([
      { action: "put", key: keyOf("a"), body: {}, expect: "absent" },
      { action: "check", key: keyOf("c"), expect: "absent" },
      { action: "delete", key: keyOf("b", "rules"), expect: "anything" },
    ]);
    await store.write([{ action: "put", key: keyOf("a"), body: {}, expect: "absent" }]);
    await store.write([{ action: "check", key: keyOf("c"), expect: "absent" }]);
    unsubscribe();
    await store.write([{ action: "put", key: keyOf("b"), body: {}, expect: "absent" }]);
    expect(commits).toEqual([
      {
        items: [
          { table: "work", partition: "p", sort: "a" },
          { table: "rules", partition: "p", sort: "b" },
        ],
        streams: new Set(),
      },
    ]);
  });

  test("a failing disk answers StoreUnavailable, writes nothing, and the next write works", async () => {
    const { database, store } = openStore(join(makeTemporaryDirectory(), "test.db"));
    database.prepare("PRAGMA max_page_count = 20").get();
    const body = { text: randomBytes(150_000).toString("base64") };
    const write = store.write([
      { action: "put", key: keyOf("a"), body: {}, expect: "absent" },
      { action: "put", key: keyOf("b"), body, expect: "absent" },
    ]);
    await expect(write).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await store.get([keyOf("a"), keyOf("b")])).toEqual([undefined, undefined]);
    database.prepare("PRAGMA max_page_count = 1000000").get();
    const again = await store.write([{ action: "put", key: keyOf("b"), body, expect: "absent" }]);
    expect(again.outcome).toBe("written");
  });
});

test("what was replaced or deleted stands in no file once the database was scrubbed", async () => {
  const directory = makeTemporaryDirectory();
  const { database, store } = openStore(join(directory, "test.db"));
  const secrets = Array.from({ length: 50 }, () => randomBytes(32).toString("hex"));
  const put = (place: number, secret: string) =>
    store.write([{ action: "put", key: keyOf(`${place}`), body: { secret }, expect: "anything" }]);
  for (const [place, secret] of secrets.entries()) await put(place, secret);
  for (const place of secrets.keys()) await put(place, "gone");
  const found = () =>
    readdirSync(directory).flatMap((file) => {
      const content = readFileSync(join(directory, file));
      return secrets.filter((secret) => content.includes(secret));
    });
  expect(found().length).toBeGreaterThan(0);
  database.scrub();
  expect(found()).toEqual([]);
  expect((await store.get([keyOf("7")]))[0]?.body).toEqual({ secret: "gone" });
});
