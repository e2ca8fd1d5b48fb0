import type { Block } from "../../ledger/block.ts";
import type { AppendedEntry, LedgerStore } from "../../ports/ledger-store.ts";
import { checkBlockPage, encodeBlock, readAppended } from "../ledger-limits.ts";
import { readBytes, readNumber, readText, type Row } from "./columns.ts";
import type { Changes, Database } from "./database.ts";
import { createStreamFeed, type FeedStreams, type StreamSource } from "./stream-feed.ts";

const HASH_BYTES = 32;

/** The ledger in tables that are only ever inserted into; triggers refuse every other change of them. */
export function createSqliteLedgerStore(
  database: Database,
  options: { readonly streams: readonly StreamSource[] },
): LedgerStore {
  return new SqliteLedgerStore(database, createStreamFeed(database, options.streams));
}

class SqliteLedgerStore implements LedgerStore {
  readonly #database: Database;
  readonly #feed: FeedStreams;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: Database, feed: FeedStreams) {
    this.#database = database;
    this.#feed = feed;
    this.#statements = prepareStatements(database);
  }

  async last(): Promise<Block | undefined> {
    return this.#database.read(() => this.#readBlock(this.#statements.last.get()));
  }

  async append(block: Block): Promise<"appended" | "conflict"> {
    const { entries, body } = encodeBlock(block);
    return this.#database.transact("normal", (changes) => {
      const isTaken = entries.some(({ entry }) => this.#statements.indexOf.get(entry.id) !== undefined);
      if (block.from !== this.#readSize() || isTaken) return "conflict";
      this.#insert(block, entries);
      this.#announce(block.from, body, changes);
      return "appended";
    });
  }

  #insert({ from, peaks, root }: Block, entries: readonly AppendedEntry[]): void {
    const peakBytes = Buffer.from(peaks.join(""), "hex");
    this.#statements.insertBlock.run(from, entries.length, peakBytes, Buffer.from(root, "hex"));
    for (const { entry, text, index } of entries) {
      this.#statements.insertEntry.run(index, text);
      this.#statements.insertId.run(entry.id, index);
      if (entry.requirement !== undefined) this.#statements.insertRequirement.run(entry.requirement, index);
    }
  }

  #announce(from: number, body: string, changes: Changes): void {
    const place = { partition: `block#${from}`, sort: "block" };
    const sequence = this.#database.nextNumber();
    changes.items.push({ table: "ledger", ...place });
    this.#feed({ source: "ledger", ...place, sequence, body }, changes);
  }

  async find(entryId: string): Promise<AppendedEntry | undefined> {
    const row = this.#database.read(() => this.#statements.find.get(entryId));
    return row === undefined ? undefined : toAppended(row);
  }

  async entriesOf(requirementId: string): Promise<readonly AppendedEntry[]> {
    return this.#database.read(() => this.#statements.entriesOf.all(requirementId)).map(toAppended);
  }

  async blockOf(index: number): Promise<Block | undefined> {
    return this.#database.read(() => {
      const block = this.#readBlock(this.#statements.blockOf.get(index));
      return block !== undefined && index < block.from + block.entries.length ? block : undefined;
    });
  }

  async blocks(from: number, limit: number): Promise<readonly Block[]> {
    checkBlockPage(limit);
    return this.#database.read(() =>
      this.#statements.blocks.all(from, limit).flatMap((row) => this.#readBlock(row) ?? []),
    );
  }

  #readBlock(row: Row | undefined): Block | undefined {
    if (row === undefined) return undefined;
    const from = readNumber(row, "start");
    const entries = this.#statements.entries.all(from, from + readNumber(row, "count"));
    return {
      v: 2,
      from,
      peaks: readHashes(row, "peaks"),
      entries: entries.map((entry) => readText(entry, "body")),
      root: readHashes(row, "root").join(""),
    };
  }

  /** How many entries the ledger has. */
  #readSize(): number {
    const row = this.#statements.last.get();
    return row === undefined ? 0 : readNumber(row, "start") + readNumber(row, "count");
  }
}

function prepareStatements(database: Database) {
  const block = "start, count, peaks, root FROM ledger_block";
  const entry = "idx, body FROM ledger_entry";
  return {
    last: database.prepare(`SELECT ${block} ORDER BY start DESC LIMIT 1`),
    blockOf: database.prepare(`SELECT ${block} WHERE start <= ? ORDER BY start DESC LIMIT 1`),
    blocks: database.prepare(`SELECT ${block} WHERE start >= ? ORDER BY start LIMIT ?`),
    entries: database.prepare("SELECT body FROM ledger_entry WHERE idx >= ? AND idx < ? ORDER BY idx"),
    indexOf: database.prepare("SELECT idx FROM ledger_entry_id WHERE id = ?"),
    find: database.prepare(`SELECT ${entry} WHERE idx = (SELECT idx FROM ledger_entry_id WHERE id = ?)`),
    entriesOf: database.prepare(
      `SELECT ${entry} WHERE idx IN (SELECT idx FROM ledger_requirement WHERE requirement = ?) ORDER BY idx`,
    ),
    insertBlock: database.prepare("INSERT INTO ledger_block (start, count, peaks, root) VALUES (?, ?, ?, ?)"),
    insertEntry: database.prepare("INSERT INTO ledger_entry (idx, body) VALUES (?, ?)"),
    insertId: database.prepare("INSERT INTO ledger_entry_id (id, idx) VALUES (?, ?)"),
    insertRequirement: database.prepare("INSERT INTO ledger_requirement (requirement, idx) VALUES (?, ?)"),
  };
}

function toAppended(row: Row): AppendedEntry {
  return readAppended(readText(row, "body"), readNumber(row, "idx"));
}

/** Hashes that lie in a column one behind the other, each as hex. */
function readHashes(row: Row, column: string): string[] {
  const bytes = Buffer.from(readBytes(row, column));
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, place) =>
    bytes.toString("hex", place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );
}
