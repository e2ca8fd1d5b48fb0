import type { Log, StreamRecord } from "../../shared/ports/functions.ts";
import type { ItemBody, ItemKey, Store } from "../../shared/ports/store.ts";
import {
  entrySources,
  type EntrySource,
  type LedgerEntry,
  ledgerEntrySchema,
} from "../../shared/wire/ledger-entry.ts";
import { outboxPrefix } from "../../shared/wiring.ts";

/** What stands under a record's key; a `missing` row has nothing to seal, a `refused` one must not be sealed. */
export interface OutboxRow {
  readonly sequence: string;
  readonly read: LedgerEntry | "missing" | "refused";
}

type OutboxKey = ItemKey & { readonly table: EntrySource };

const sourceTables: ReadonlySet<string> = new Set(Object.values(entrySources));

/**
 * Reads the rows that the records name, in one request. Whoever sends keys cannot make an entry by them: a key outside
 * the outbox of a source table is refused unread, and an entry whose kind belongs to another table is refused for good,
 * so that one table's writer cannot speak for another's.
 */
export async function readRows(
  { store, log }: { readonly store: Store; readonly log: Log },
  records: readonly Pick<StreamRecord, "sequence" | "key">[],
): Promise<readonly OutboxRow[]> {
  const keys = records.map(({ key }) => key).filter(isOutboxKey);
  const items = await store.get(distinct(keys));
  const bodies = new Map(
    items.flatMap((item) => (item === undefined ? [] : [[nameOf(item.key), item.body]])),
  );
  return records.map(({ sequence, key }) => {
    if (!isOutboxKey(key)) return { sequence, read: refuse(log, "wrong-source") };
    const body = bodies.get(nameOf(key));
    if (body !== undefined) return { sequence, read: readEntry(key, body, log) };
    // Nothing deletes outbox rows, so this one was made away with, or never was: trying again brings nothing back.
    log({ level: "alarm", event: "outbox-row-missing" });
    return { sequence, read: "missing" };
  });
}

function isOutboxKey(key: StreamRecord["key"]): key is OutboxKey {
  return sourceTables.has(key.table) && key.partition.startsWith(outboxPrefix);
}

/** A batch may name a row twice; a read may not. */
function distinct(keys: readonly OutboxKey[]): readonly OutboxKey[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}

function nameOf({ table, partition, sort }: ItemKey): string {
  return JSON.stringify([table, partition, sort]);
}

function readEntry({ table }: OutboxKey, body: ItemBody, log: Log): LedgerEntry | "refused" {
  const parsed = ledgerEntrySchema.safeParse(body);
  if (!parsed.success) return refuse(log, "malformed");
  return entrySources[parsed.data.kind] === table ? parsed.data : refuse(log, "wrong-source");
}

function refuse(log: Log, code: "malformed" | "wrong-source"): "refused" {
  log({ level: "alarm", event: "entry-refused", code });
  return "refused";
}
