import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CountersignError, DataUnusable, InvariantBroken, StoreUnavailable } from "../../domain/errors.ts";
import type { TableName } from "../../ports/store.ts";
import { readNumber } from "./columns.ts";
import { applySchema } from "./schema.ts";

/** What one committed transaction changed, for those who wait for it. */
export interface Commit {
  readonly items: readonly TouchedItem[];
  /** Names of the streams that got a record. */
  readonly streams: ReadonlySet<string>;
}

export interface TouchedItem {
  readonly table: TableName | "ledger";
  readonly partition: string;
  readonly sort: string;
}

/** Filled in by the work of a transaction. */
export interface Changes {
  readonly items: TouchedItem[];
  readonly streams: Set<string>;
}

/**
 * `normal` survives the death of the process at any moment; `full` also the loss of power, and with it everything
 * that was committed before.
 */
export type Durability = "normal" | "full";

/** The one connection of this process to its data; all of it is synchronous, so transactions never interleave. */
export interface Database {
  /** The connection itself, for tables that are not the adapters' own. */
  readonly connection: DatabaseSync;

  prepare(sql: string): StatementSync;

  /**
   * Runs `work` in one transaction and then tells the listeners, on a microtask, if `work` noted changes. When `work`
   * throws, nothing is written. An error of SQLite becomes `StoreUnavailable`.
   */
  transact<T>(durability: Durability, work: (changes: Changes) => T): T;

  /** Runs statements that only read; an error of SQLite becomes `StoreUnavailable`. */
  read<T>(work: () => T): T;

  /** A number above every earlier one, also of earlier processes on the same data, whatever was deleted since. */
  nextNumber(): number;

  /** `listener` must not throw; the answer ends the subscription. */
  onCommit(listener: (commit: Commit) => void): () => void;

  /**
   * Writes the database anew without what was deleted or replaced and empties the write-ahead log, so that the files hold
   * nothing else. Everything waits for it: about a second for 100 MB.
   */
  scrub(): void;

  /** Folds the write-ahead log into the database; nothing works afterwards. */
  close(): void;
}

/** A restart may overlap with the end of the process before it by this much. */
const WAIT_FOR_LOCK_MS = 500;

/** How many numbers one opening may take; 2^21 openings fit below 2^53. */
const NUMBERS_PER_OPENING = 2 ** 32;

/** SQLITE_BUSY, the primary code in the low byte. */
const SQLITE_BUSY = 5;

/**
 * Opens the database file at `path` (or `:memory:`), making it (mode 0600) and its directory (0700) where they are
 * missing. A file that another process has open, or that a newer version made, is refused.
 */
export function openDatabase(path: string): Database {
  if (path !== ":memory:") createFile(path);
  const sqlite = new DatabaseSync(path, { timeout: WAIT_FOR_LOCK_MS, enableForeignKeyConstraints: false });
  try {
    configure(sqlite);
    applySchema(sqlite, path);
    return new Connection(sqlite);
  } catch (error) {
    sqlite.close();
    if (isBusy(error)) {
      throw new DataUnusable(
        `The database "${path}" is in use by another process: stop that one, or use another data directory.`,
      );
    }
    throw error;
  }
}

function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // SQLite gives its log the mode of the database. Only a new file is opened here: POSIX drops every lock that a
    // process holds on a file when it closes any descriptor of it, so nothing else in this process may open it either.
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

/**
 * The exclusive lock lasts as long as the connection and is the kernel's, so it never outlives the process, kill -9
 * included; it also spares the shared-memory index. Sizes were measured: pages of 4 KiB hold an item of 300 bytes in
 * 440, larger ones save 3 % and cost a third of the speed; checkpoints at 500, 1,000 and 4,000 pages are equally fast,
 * so the log is kept small. What is deleted or replaced is overwritten, so that an erased key leaves the database with
 * the next checkpoint.
 */
function configure(sqlite: DatabaseSync): void {
  sqlite.exec(`
    PRAGMA page_size = 4096;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA fullfsync = ON;
    PRAGMA wal_autocheckpoint = 500;
    PRAGMA journal_size_limit = 2097152;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    BEGIN EXCLUSIVE; COMMIT;
  `);
}

class Connection implements Database {
  readonly #sqlite: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #listeners = new Set<(commit: Commit) => void>();
  #lastNumber: number;

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite;
    this.#begin = sqlite.prepare("BEGIN IMMEDIATE");
    this.#commit = sqlite.prepare("COMMIT");
    const opening = sqlite.prepare("UPDATE opening SET count = count + 1 RETURNING count").get() ?? {};
    this.#lastNumber = readNumber(opening, "count") * NUMBERS_PER_OPENING;
  }

  get connection(): DatabaseSync {
    return this.#sqlite;
  }

  prepare(sql: string): StatementSync {
    return this.#sqlite.prepare(sql);
  }

  transact<T>(durability: Durability, work: (changes: Changes) => T): T {
    if (this.#sqlite.isTransaction) throw new InvariantBroken("A transaction was begun within another one.");
    const changes: Changes = { items: [], streams: new Set() };
    const answer = this.#guard("write", () => this.#sync(durability, () => this.#run(work, changes)));
    if (changes.items.length > 0) this.#tell(changes);
    return answer;
  }

  read<T>(work: () => T): T {
    return this.#guard("read", work);
  }

  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  scrub(): void {
    this.#guard("write", () => this.#sqlite.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);"));
  }

  close(): void {
    this.#listeners.clear();
    this.#sqlite.close();
  }

  #run<T>(work: (changes: Changes) => T, changes: Changes): T {
    this.#begin.run();
    try {
      const result = work(changes);
      this.#commit.run();
      return result;
    } catch (error) {
      // SQLite has already rolled back by itself after some errors, a full disk among them.
      if (this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK");
      throw error;
    }
  }

  // In WAL mode a commit under FULL syncs the log, which holds every earlier commit too. SQLite ignores the pragma
  // within a transaction; it is taken back at once, because the connection has other users.
  #sync<T>(durability: Durability, transaction: () => T): T {
    if (durability === "normal") return transaction();
    this.#sqlite.exec("PRAGMA synchronous = FULL");
    try {
      return transaction();
    } finally {
      this.#sqlite.exec("PRAGMA synchronous = NORMAL");
    }
  }

  #guard<T>(verb: "read" | "write", work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof CountersignError || !isSqliteError(error)) throw error;
      throw new StoreUnavailable(
        `The database did not ${verb} (SQLite code ${error.errcode}): check free space and the disk, then try again.`,
        { cause: error },
      );
    }
  }

  // A microtask of its own for each listener: the write has been committed, so nothing they do may make it fail.
  #tell(commit: Commit): void {
    for (const listener of this.#listeners) queueMicrotask(() => listener(commit));
  }
}

function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return hasCode(error, "ERR_SQLITE_ERROR") && "errcode" in error;
}

function isBusy(error: unknown): boolean {
  return isSqliteError(error) && error.errcode % 256 === SQLITE_BUSY;
}

function hasCode(error: unknown, code: string): error is Error {
  return error instanceof Error && "code" in error && error.code === code;
}
