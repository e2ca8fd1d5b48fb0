import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import { appendEntries, type AppendEntriesParts } from "./append-entries.ts";

/** Seals a batch of outbox rows; rows that cannot be sealed now come again. */
export function createHandler(parts: AppendEntriesParts) {
  return (records: readonly StreamRecord[]): Promise<StreamOutcome> => appendEntries(parts, records);
}
