import type { StreamRecord } from "../../ports/functions.ts";
import { readBody, readNumber, readText, type Row } from "./columns.ts";
import type { Database } from "./database.ts";
import { streamNameOf, type StreamSource } from "./stream-feed.ts";

/** A record that waits for its function; `attempts` counts how often it failed. */
export interface QueuedRecord extends StreamRecord {
  readonly number: number;
  readonly attempts: number;
}

/** The rows of one stream: records wait until they are delivered, or lie with the dead letters. */
export class StreamQueue {
  readonly name: string;
  readonly #source: StreamSource["source"];
  readonly #carries: StreamSource["carries"];
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: Database, stream: StreamSource) {
    this.name = streamNameOf(stream);
    this.#source = stream.source;
    this.#carries = stream.carries;
    this.#database = database;
    this.#statements = prepareStatements(database);
  }

  /**
   * The oldest records, at most `limit`, without those that `isHeld`. Of each item only its oldest record is a
   * candidate, so that no later one overtakes one that failed.
   */
  take(limit: number, isHeld: (record: number) => boolean): readonly QueuedRecord[] {
    return this.#database.read(() => {
      const taken: QueuedRecord[] = [];
      const items = new Set<string>();
      for (const row of this.#statements.pending.iterate(this.name)) {
        const partition = readText(row, "pk");
        const item = `${partition.length}#${partition}#${readText(row, "sk")}`;
        if (items.has(item)) continue;
        items.add(item);
        if (!isHeld(readNumber(row, "seq"))) taken.push(this.#read(row));
        if (taken.length === limit) break;
      }
      return taken;
    });
  }

  /** Removes what was delivered, counts what failed, and moves to the dead letters what has failed too often. */
  settle(outcome: {
    readonly delivered: readonly QueuedRecord[];
    readonly failed: readonly QueuedRecord[];
    readonly dead: readonly QueuedRecord[];
  }): void {
    this.#database.transact("normal", () => {
      for (const { number } of outcome.failed) this.#statements.countFailure.run(this.name, number);
      for (const { number } of outcome.dead) {
        this.#statements.countFailure.run(this.name, number);
        this.#statements.bury.run(this.name, number);
        this.#statements.remove.run(this.name, number);
      }
      for (const { number } of outcome.delivered) this.#statements.remove.run(this.name, number);
    });
  }

  hasPending(): boolean {
    return this.#database.read(() => this.#statements.any.get(this.name) !== undefined);
  }

  /** The oldest 1,000. */
  deadLetters(): readonly QueuedRecord[] {
    return this.#database.read(() => this.#statements.dead.all(this.name).map((row) => this.#read(row)));
  }

  #read(row: Row): QueuedRecord {
    const number = readNumber(row, "seq");
    return {
      number,
      sequence: String(number),
      key: { table: this.#source, partition: readText(row, "pk"), sort: readText(row, "sk") },
      attempts: readNumber(row, "attempts"),
      // A record queued before its stream came to carry keys only may hold a body: it is not handed over.
      ...(this.#carries === "items" ? { body: readBody(row) } : {}),
    };
  }
}

function prepareStatements(database: Database) {
  const columns = "seq, pk, sk, attempts, body";
  const thisRecord = "stream = ? AND seq = ?";
  return {
    pending: database.prepare(`SELECT ${columns} FROM stream_record WHERE stream = ? ORDER BY seq`),
    any: database.prepare("SELECT 1 FROM stream_record WHERE stream = ? LIMIT 1"),
    remove: database.prepare(`DELETE FROM stream_record WHERE ${thisRecord}`),
    countFailure: database.prepare(`UPDATE stream_record SET attempts = attempts + 1 WHERE ${thisRecord}`),
    bury: database.prepare(`INSERT INTO dead_letter SELECT * FROM stream_record WHERE ${thisRecord}`),
    dead: database.prepare(`SELECT ${columns} FROM dead_letter WHERE stream = ? ORDER BY seq LIMIT 1000`),
  };
}
