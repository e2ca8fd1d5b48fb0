import { GENESIS_HASH, type Block } from "../../ledger/hash-chain.ts";
import type { LedgerHead, LedgerStore, SealedEntry } from "../../ports/ledger-store.ts";
import { ledgerEntrySchema, type LedgerEntry } from "../../wire/ledger-entry.ts";
import { checkBlockPage, encodeBlock } from "../ledger-limits.ts";
import { readBytes, readJson, readNumber, type Row } from "./columns.ts";
import type { Changes, Database } from "./database.ts";
import { createStreamFeed, type FeedStreams, type StreamSource } from "./stream-feed.ts";

/** An entry's place is its block's index times this plus its position: places order entries as they were sealed. */
const PLACES_PER_BLOCK = 128;

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

  async head(): Promise<LedgerHead> {
    return this.#database.read(() => this.#readHead());
  }

  async append(block: Block): Promise<"appended" | "conflict"> {
    const { entries, body } = encodeBlock(block);
    return this.#database.transact("normal", (changes) => {
      const head = this.#readHead();
      const extendsHead = block.index === head.size && block.previous === head.hash;
      const isTaken = entries.some(({ id }) => this.#statements.placeOf.get(id) !== undefined);
      if (!extendsHead || isTaken) return "conflict";
      this.#insert(block, entries);
      this.#announce(block.index, body, changes);
      return "appended";
    });
  }

  #insert(block: Block, entries: readonly LedgerEntry[]): void {
    this.#statements.insertBlock.run(block.index, Buffer.from(block.hash, "hex"));
    for (const [position, { id, requirement }] of entries.entries()) {
      const place = block.index * PLACES_PER_BLOCK + position;
      this.#statements.insertEntry.run(place, JSON.stringify(block.entries[position]));
      this.#statements.insertId.run(id, place);
      if (requirement !== undefined) this.#statements.insertRequirement.run(requirement, place);
    }
  }

  #announce(index: number, body: string, changes: Changes): void {
    const place = { partition: `block#${index}`, sort: "block" };
    const sequence = this.#database.nextNumber();
    changes.items.push({ table: "ledger", ...place });
    this.#feed({ source: "ledger", ...place, sequence, body }, changes);
  }

  async find(entryId: string): Promise<SealedEntry | undefined> {
    const row = this.#database.read(() => this.#statements.find.get(entryId));
    return row === undefined ? undefined : readSealed(row);
  }

  async entriesOf(requirementId: string): Promise<readonly SealedEntry[]> {
    return this.#database.read(() => this.#statements.entriesOf.all(requirementId)).map(readSealed);
  }

  async blocks(from: number, limit: number): Promise<readonly Block[]> {
    checkBlockPage(limit);
    return this.#database.read(() => {
      const before = this.#statements.block.get(from - 1);
      let previous = before === undefined ? GENESIS_HASH : readHash(before);
      const blocks: Block[] = [];
      for (const row of this.#statements.blocks.all(from, limit)) {
        const block = this.#readBlock(row, previous);
        blocks.push(block);
        previous = block.hash;
      }
      return blocks;
    });
  }

  #readBlock(row: Row, previous: string): Block {
    const index = readNumber(row, "idx");
    const start = index * PLACES_PER_BLOCK;
    const entries = this.#statements.entries.all(start, start + PLACES_PER_BLOCK);
    return {
      v: 1,
      index,
      previous,
      entries: entries.map((entry) => readJson(entry, "body")),
      hash: readHash(row),
    };
  }

  #readHead(): LedgerHead {
    const row = this.#statements.last.get();
    if (row === undefined) return { size: 0, hash: GENESIS_HASH };
    return { size: readNumber(row, "idx") + 1, hash: readHash(row) };
  }
}

function prepareStatements(database: Database) {
  const sealed = `e.place, e.body, b.hash FROM ledger_entry e JOIN ledger_block b ON b.idx = e.place / ${PLACES_PER_BLOCK}`;
  return {
    last: database.prepare("SELECT idx, hash FROM ledger_block ORDER BY idx DESC LIMIT 1"),
    block: database.prepare("SELECT hash FROM ledger_block WHERE idx = ?"),
    blocks: database.prepare("SELECT idx, hash FROM ledger_block WHERE idx >= ? ORDER BY idx LIMIT ?"),
    entries: database.prepare("SELECT body FROM ledger_entry WHERE place >= ? AND place < ? ORDER BY place"),
    placeOf: database.prepare("SELECT place FROM ledger_entry_id WHERE id = ?"),
    find: database.prepare(
      `SELECT ${sealed} WHERE e.place = (SELECT place FROM ledger_entry_id WHERE id = ?)`,
    ),
    entriesOf: database.prepare(
      `SELECT ${sealed} WHERE e.place IN (SELECT place FROM ledger_requirement WHERE requirement = ?) ORDER BY e.place`,
    ),
    insertBlock: database.prepare("INSERT INTO ledger_block (idx, hash) VALUES (?, ?)"),
    insertEntry: database.prepare("INSERT INTO ledger_entry (place, body) VALUES (?, ?)"),
    insertId: database.prepare("INSERT INTO ledger_entry_id (id, place) VALUES (?, ?)"),
    insertRequirement: database.prepare("INSERT INTO ledger_requirement (requirement, place) VALUES (?, ?)"),
  };
}

function readSealed(row: Row): SealedEntry {
  const place = readNumber(row, "place");
  return {
    entry: ledgerEntrySchema.parse(readJson(row, "body")),
    block: Math.floor(place / PLACES_PER_BLOCK),
    position: place % PLACES_PER_BLOCK,
    blockHash: readHash(row),
  };
}

function readHash(row: Row): string {
  return Buffer.from(readBytes(row, "hash")).toString("hex");
}
