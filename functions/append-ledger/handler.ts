import { EntriesNotSealed } from "../../shared/domain/errors.ts";
import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import { sealAgainSchema } from "../../shared/wire/mending.ts";
import { appendEntries, type AppendEntriesParts } from "./append-entries.ts";

/** Seals outbox rows: those whose changes a stream hands over, and those that the reconciler names once more. */
export function createHandler(parts: AppendEntriesParts) {
  /** Rows that cannot be sealed now come again. */
  async function deliver(records: readonly StreamRecord[]): Promise<StreamOutcome> {
    return appendEntries(parts, records);
  }

  /** Takes the event `SealAgain`. */
  async function invoke(event: unknown): Promise<Record<string, never>> {
    const { sealAgain } = sealAgainSchema.parse(event);
    const rows = sealAgain.map((key, place) => ({ sequence: String(place), key }));
    const { failed } = await appendEntries(parts, rows);
    if (failed.length === 0) return {};
    throw new EntriesNotSealed(
      `${failed.length} of ${rows.length} outbox rows were not sealed: see the alarm logged beside this; the next sweep names them again.`,
    );
  }

  return { deliver, invoke };
}
