import { InvariantBroken } from "../domain/errors.ts";
import type { WriteAction } from "../ports/store.ts";
import { entrySources, type LedgerEntry, ledgerEntrySchema } from "../wire/ledger-entry.ts";
import { outboxKey } from "./keys.ts";

/**
 * The outbox row of an event, to be written in the transaction of the event itself: what happened is sealed, or it did
 * not happen. The table follows from the kind; a kind's writers are that table's writers.
 */
export function outboxWrite(entry: LedgerEntry): WriteAction {
  const parsed = ledgerEntrySchema.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvariantBroken(
      `A ledger entry of kind ${entry.kind} is malformed at "${issue?.path.join(".") ?? ""}".`,
    );
  }
  const table = entrySources[entry.kind];
  return {
    action: "put",
    key: outboxKey(table, entry.tenant, entry.run, entry.at, entry.id),
    body: parsed.data,
    expect: "anything",
  };
}
