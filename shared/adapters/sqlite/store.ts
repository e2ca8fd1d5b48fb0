import type { StatementSync } from "node:sqlite";
import type {
  Expectation,
  Item,
  ItemKey,
  Range,
  Revision,
  Store,
  WriteAction,
  WriteOutcome,
} from "../../ports/store.ts";
import { checkKeys, checkRange, encodeWrite } from "../store-limits.ts";
import { readBody, readNumber, readText, type Row } from "./columns.ts";
import type { Changes, Database, Durability } from "./database.ts";
import { packText } from "./pack-text.ts";
import { createStreamFeed, type FeedStreams, type StreamSource } from "./stream-feed.ts";

/**
 * What these tables hold is acted upon or told to people at once: a claim lost with the power would run the tool
 * twice, a decision lost after its answer would be a vote that nobody knows of, and a key erased with an entry in `rules`
 * would be back. Everything else can be made again from what came before it, and a synced commit takes along all earlier
 * ones.
 */
const syncedTables: ReadonlySet<string> = new Set(["executions", "decisions", "rules"]);

/** Items that one clean-up deletes at most, so that no request waits behind it for long. */
const CLEAN_UP_BATCH = 500;

/** Greater than every text in SQLite's order of types, which makes it an upper bound of all sort keys. */
const ABOVE_ALL_TEXT = new Uint8Array(0);

export interface SqliteStore extends Store {
  /** Deletes items whose clean-up time has passed, at most 500, and answers how many; `now` is in epoch milliseconds. */
  cleanUp(now: number): Promise<number>;
}

/** Items in the database's table `item`; a put that one of the streams carries is queued in its own transaction. */
export function createSqliteStore(
  database: Database,
  options: { readonly streams: readonly StreamSource[] },
): SqliteStore {
  return new ItemStore(database, createStreamFeed(database, options.streams));
}

class ItemStore implements SqliteStore {
  readonly #database: Database;
  readonly #feed: FeedStreams;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: Database, feed: FeedStreams) {
    this.#database = database;
    this.#feed = feed;
    this.#statements = prepareStatements(database);
  }

  async get(keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]> {
    checkKeys(keys);
    return this.#database.read(() =>
      keys.map((key) => {
        const row = this.#statements.get.get(key.table, key.partition, key.sort);
        return row === undefined ? undefined : { key, body: readBody(row), revision: readRevision(row) };
      }),
    );
  }

  async query(range: Range): Promise<{ readonly items: readonly Item[]; readonly more: boolean }> {
    checkRange(range);
    // One row beyond the page tells whether more follow.
    const rows = this.#database.read(() => this.#selectRows(range, range.limit + 1));
    const items = rows.slice(0, range.limit).map((row) => {
      const key = { table: range.table, partition: range.partition, sort: readText(row, "sk") };
      return { key, body: readBody(row), revision: readRevision(row) };
    });
    return { items, more: rows.length > range.limit };
  }

  #selectRows({ table, partition, from = "", before, after, order }: Range, limit: number): readonly Row[] {
    const end = before ?? ABOVE_ALL_TEXT;
    if (order === "descending") {
      return this.#statements.descending.all(table, partition, from, end, after ?? ABOVE_ALL_TEXT, limit);
    }
    // By bytes, the next text after a text is itself with U+0000 behind.
    const start = after === undefined ? "" : `${after}\u0000`;
    return this.#statements.ascending.all(table, partition, from, start, end, limit);
  }

  async write(actions: readonly WriteAction[]): Promise<WriteOutcome> {
    const bodies = encodeWrite(actions);
    if (actions.length === 0) return { outcome: "written", revisions: [] };
    return this.#database.transact(durabilityOf(actions), (changes) => {
      const failed = this.#findFailed(actions);
      if (failed.length > 0) return { outcome: "conflict", failed };
      const revisions = actions.map((action, index) => this.#apply(action, bodies[index] ?? "", changes));
      return { outcome: "written", revisions };
    });
  }

  #findFailed(actions: readonly WriteAction[]): readonly number[] {
    const failed: number[] = [];
    for (const [index, { key, expect }] of actions.entries()) {
      if (expect !== "anything" && this.#findState(key) !== expect) failed.push(index);
    }
    return failed;
  }

  #findState(key: ItemKey): Expectation {
    const row = this.#statements.revision.get(key.table, key.partition, key.sort);
    return row === undefined ? "absent" : readRevision(row);
  }

  #apply(action: WriteAction, body: string, changes: Changes): Revision | undefined {
    const { table, partition, sort } = action.key;
    if (action.action === "check") return undefined;
    changes.items.push({ table, partition, sort });
    if (action.action === "delete") {
      this.#statements.delete.run(table, partition, sort);
      return undefined;
    }
    const sequence = this.#database.nextNumber();
    this.#statements.put.run(table, partition, sort, sequence, action.cleanUpAt ?? null, packText(body));
    this.#feed({ source: table, partition, sort, sequence, body }, changes);
    return toRevision(sequence);
  }

  async cleanUp(now: number): Promise<number> {
    const seconds = Math.floor(now / 1_000);
    return this.#database.transact("normal", () =>
      Number(this.#statements.cleanUp.run(seconds, CLEAN_UP_BATCH).changes),
    );
  }
}

function prepareStatements(database: Database) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const thisItem = "tbl = ? AND pk = ? AND sk = ?";
  return {
    get: prepare(`SELECT rev, body FROM item WHERE ${thisItem}`),
    revision: prepare(`SELECT rev FROM item WHERE ${thisItem}`),
    put: prepare(
      `INSERT INTO item (tbl, pk, sk, rev, clean_up_at, body) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET rev = excluded.rev, clean_up_at = excluded.clean_up_at, body = excluded.body`,
    ),
    delete: prepare(`DELETE FROM item WHERE ${thisItem}`),
    ascending: prepare(
      "SELECT sk, rev, body FROM item WHERE tbl = ? AND pk = ? AND sk >= max(?, ?) AND sk < ? ORDER BY sk LIMIT ?",
    ),
    descending: prepare(
      "SELECT sk, rev, body FROM item WHERE tbl = ? AND pk = ? AND sk >= ? AND sk < min(?, ?) ORDER BY sk DESC LIMIT ?",
    ),
    cleanUp: prepare(
      "DELETE FROM item WHERE rowid IN (SELECT rowid FROM item WHERE clean_up_at <= ? ORDER BY clean_up_at LIMIT ?)",
    ),
  };
}

function durabilityOf(actions: readonly WriteAction[]): Durability {
  const isSynced = actions.some(({ action, key }) => action !== "check" && syncedTables.has(key.table));
  return isSynced ? "full" : "normal";
}

function readRevision(row: Row): Revision {
  return toRevision(readNumber(row, "rev"));
}

// The brand has no schema to come from: a revision is made here and nowhere else.
function toRevision(sequence: number): Revision {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return String(sequence) as Revision;
}
