import { InvariantBroken, ItemTooLarge } from "../domain/errors.ts";
import { bytesOf } from "./item-size.ts";
import { MAX_ENTRY_BYTES } from "../ledger/proof-limits.ts";
import type { WriteAction } from "../ports/store.ts";
import { entrySources, type LedgerEntry, newEntrySchema } from "../wire/ledger-entry.ts";
import { outboxKey } from "./keys.ts";

/**
 * The outbox row of an event, to be written in the transaction of the event itself: what happened is sealed, or it did
 * not happen. The table follows from the kind; a kind's writers are that table's writers. An entry that could never be
 * sealed throws here, where the event can still be left undone: `InvariantBroken` for fields that its kind does not have
 * or lacks, `ItemTooLarge` beyond what a receipt carries.
 */
export function outboxWrite(entry: LedgerEntry): WriteAction {
  const parsed = newEntrySchema.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvariantBroken(
      `A ledger entry of kind ${entry.kind} is malformed at "${issue?.path.join(".") ?? ""}": entryFields in shared/wire/ledger-entry.ts says what it has.`,
    );
  }
  // Plain JSON is as long as its canonical form here: an entry holds no fractions and no keys to escape.
  const bytes = bytesOf(parsed.data);
  if (bytes > MAX_ENTRY_BYTES) {
    throw new ItemTooLarge(
      `A ledger entry of kind ${entry.kind} has ${bytes} bytes, and a receipt carries ${MAX_ENTRY_BYTES}: shorten its ids and codes.`,
    );
  }
  const { id, kind, tenant, run, at } = parsed.data;
  return {
    action: "put",
    key: outboxKey(entrySources[kind], tenant, run ?? id, at, id),
    body: parsed.data,
    expect: "anything",
  };
}
