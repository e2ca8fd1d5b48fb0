import type { StreamRecord } from "../../ports/functions.ts";
import type { Changes, Database } from "./database.ts";

/** Stands in the column of a record that carries its key only: the column allows no NULL, and no JSON text is empty. */
const NO_BODY = "";

/** Which changes go to which function; a `StreamWiring` is one. */
export interface StreamSource {
  readonly source: StreamRecord["key"]["table"];
  readonly partitionPrefix: string;
  readonly carries: "keys" | "items";
  readonly function: string;
}

/** One change; `sequence` grows from change to change, `body` is JSON text. */
export interface FedChange {
  readonly source: StreamSource["source"];
  readonly partition: string;
  readonly sort: string;
  readonly sequence: number;
  readonly body: string;
}

/** Queues a change for every stream that carries it, in the transaction that `changes` belongs to. */
export type FeedStreams = (change: FedChange, changes: Changes) => void;

/** A stream's name in the database: pending records belong to it, so it outlives the process. */
export function streamNameOf(stream: StreamSource): string {
  return `${stream.source}>${stream.function}`;
}

export function createStreamFeed(database: Database, streams: readonly StreamSource[]): FeedStreams {
  const insert = database.prepare(
    "INSERT INTO stream_record (stream, seq, pk, sk, attempts, body) VALUES (?, ?, ?, ?, 0, ?)",
  );
  return ({ source, partition, sort, sequence, body }, changes) => {
    for (const stream of streams) {
      if (stream.source !== source || !partition.startsWith(stream.partitionPrefix)) continue;
      const name = streamNameOf(stream);
      insert.run(name, sequence, partition, sort, stream.carries === "items" ? body : NO_BODY);
      changes.streams.add(name);
    }
  };
}
