import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { DataUnusable } from "../../../../shared/domain/errors.ts";
import { followBlocks } from "../../../../shared/ledger/follow-blocks.ts";
import { openDatabase } from "../../../../shared/adapters/sqlite/database.ts";
import { createSqliteLedgerStore } from "../../../../shared/adapters/sqlite/ledger-store.ts";
import { createSqliteStore } from "../../../../shared/adapters/sqlite/store.ts";
import { createStreamDispatcher } from "../../../../shared/adapters/sqlite/streams.ts";
import type { Item, Store, TableName } from "../../../../shared/ports/store.ts";
import { readAllBlocks } from "../../../builders/check-ledger.ts";
import { hashBytes } from "../../../builders/sha256.ts";
import { killedStreams } from "./killed-streams.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";

const here = import.meta.dirname;

/** What another process says that tries to open the database. */
async function openElsewhere(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(here, "open-once.ts"), path]);
  return stdout.trim();
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe("the data directory", () => {
  test("is its owner's alone, and so are the files in it", async () => {
    const path = join(makeTemporaryDirectory(), "data", "nested", "test.db");
    const database = openDatabase(path);
    onTestFinished(() => database.close());
    const key = { table: "work", partition: "p", sort: "s" } as const;
    await createSqliteStore(database, { streams: [] }).write([
      { action: "put", key, body: {}, expect: "absent" },
    ]);
    expect([modeOf(dirname(dirname(path))), modeOf(dirname(path))]).toEqual([0o700, 0o700]);
    expect([modeOf(path), modeOf(`${path}-wal`)]).toEqual([0o600, 0o600]);
  });

  test("holds one file when the database was closed", () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    openDatabase(path).close();
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })).toBeUndefined();
    expect(statSync(`${path}-shm`, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe("opening a database", () => {
  test("a second process is refused while the first has it open, and let in afterwards", async () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    const database = openDatabase(path);
    expect(await openElsewhere(path)).toBe(
      `The database "${path}" is in use by another process: stop that one, or use another data directory.`,
    );
    database.close();
    expect(await openElsewhere(path)).toBe("opened");
  });

  test("a second opening in one process is refused, and leaves the first one's lock in place", async () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    const database = openDatabase(path);
    onTestFinished(() => database.close());
    expect(() => openDatabase(path)).toThrow("is in use by another process");
    expect(await openElsewhere(path)).toContain("is in use by another process");
  });

  test("a database of a newer schema is refused and left as it is", () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    openDatabase(path).close();
    using newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    expect(() => openDatabase(path)).toThrow(DataUnusable);
    expect(() => openDatabase(path)).toThrow(
      `The database "${path}" has schema version 99, and this Countersign knows versions up to 2: ` +
        "start the newer Countersign that made it, or use another data directory.",
    );
    using after = new DatabaseSync(path);
    expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
    after.close();
  });

  test("a database whose ledger is still a chain is refused and left as it is", () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    openDatabase(path).close();
    using older = new DatabaseSync(path);
    older.exec("PRAGMA user_version = 1");
    older.close();
    expect(() => openDatabase(path)).toThrow(DataUnusable);
    expect(() => openDatabase(path)).toThrow(
      `The database "${path}" holds a ledger of a Countersign before its first release, a chain where this one has a ` +
        "tree, and is not converted: use another data directory.",
    );
    using after = new DatabaseSync(path);
    expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    after.close();
  });

  test("a file that is no database is refused and left as it is", () => {
    const path = join(makeTemporaryDirectory(), "test.db");
    writeFileSync(path, "These are somebody's notes, long enough to be taken for a header.".repeat(20));
    const { size } = statSync(path);
    expect(() => openDatabase(path)).toThrow("is not a database");
    expect(statSync(path).size).toBe(size);
  });
});

describe("transactions", () => {
  test("write nothing when their work throws, and the next one works", () => {
    const database = openDatabase(":memory:");
    onTestFinished(() => database.close());
    const insert = database.prepare("INSERT INTO ledger_entry (idx, body) VALUES (?, '{}')");
    const count = database.prepare("SELECT count(*) AS n FROM ledger_entry");
    expect(() =>
      database.transact("normal", () => {
        insert.run(0);
        throw new RangeError("A defect of the caller.");
      }),
    ).toThrow(RangeError);
    expect(count.get()).toEqual({ n: 0 });
    database.transact("full", () => insert.run(0));
    expect(count.get()).toEqual({ n: 1 });
  });

  test("cannot be nested", () => {
    const database = openDatabase(":memory:");
    onTestFinished(() => database.close());
    const nested = () => database.transact("normal", () => database.transact("normal", () => 1));
    expect(nested).toThrow("A transaction was begun within another one.");
    expect(database.transact("normal", () => 2)).toBe(2);
  });

  test("tell their listeners after the work that called them has gone on", async () => {
    const database = openDatabase(":memory:");
    onTestFinished(() => database.close());
    const heard: string[] = [];
    database.onCommit(({ items }) => heard.push(...items.map(({ sort }) => sort)));
    database.transact("normal", ({ items }) => items.push({ table: "work", partition: "p", sort: "a" }));
    expect(heard).toEqual([]);
    await Promise.resolve();
    expect(heard).toEqual(["a"]);
  });
});

describe("kill -9", () => {
  /** Kills a process in the middle of its writes, once it has acknowledged `atLeast` of them. */
  async function killAWriter(path: string, atLeast: number): Promise<number> {
    const script = join(here, "write-until-killed.ts");
    const writer = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(writer, "exit");
    let last = -1;
    for await (const line of createInterface({ input: writer.stdout })) {
      last = Number(line);
      if (last + 1 === atLeast) writer.kill("SIGKILL");
    }
    expect(await exited).toEqual([null, "SIGKILL"]);
    return last;
  }

  async function readNumbers(store: Store, table: TableName, partition: string) {
    const items: Item[] = [];
    for (let more = true; more;) {
      const after = items.at(-1)?.key.sort ?? "0";
      const page = await store.query({ table, partition, after, order: "ascending", limit: 1_000 });
      items.push(...page.items);
      more = page.more;
    }
    return items.map(({ body }) => body["n"]);
  }

  test.each([1, 40, 700])(
    "after %i writes loses none that was acknowledged, and halves none",
    async (count) => {
      const path = join(makeTemporaryDirectory(), "test.db");
      const last = await killAWriter(path, count);
      expect(last + 1).toBeGreaterThanOrEqual(count);

      const database = openDatabase(path);
      onTestFinished(() => database.close());
      const store = createSqliteStore(database, { streams: killedStreams });
      const written = await readNumbers(store, "work", "outbox#0");
      expect(written.length).toBeGreaterThan(last);
      expect(written).toEqual(Array.from({ length: written.length }, (_, n) => n));
      expect(await readNumbers(store, "decisions", "pair")).toEqual(
        written.filter((n) => Number(n) % 2 === 0),
      );

      const ledger = createSqliteLedgerStore(database, { streams: killedStreams });
      const [first, ...others] = await readAllBlocks(ledger);
      expect(others.length).toBeGreaterThan(last - 1);
      if (first === undefined) throw new Error("The ledger is empty.");
      expect(followBlocks([first, ...others], hashBytes)).toMatchObject({ ok: true });

      const delivered: unknown[] = [];
      const dispatcher = createStreamDispatcher({
        database,
        streams: killedStreams.map((stream) => ({ ...stream, batchSize: 100, attempts: 3 })),
        deliver: async (_, records) => {
          delivered.push(...records.map(({ body }) => body?.["n"]));
          return { failed: [] };
        },
        clock: { now: Date.now, setTimer: () => ({ cancel: () => {} }) },
        log: () => {},
      });
      dispatcher.start();
      await dispatcher.idle();
      await dispatcher.close();
      expect(delivered).toEqual(written);
    },
  );
});
