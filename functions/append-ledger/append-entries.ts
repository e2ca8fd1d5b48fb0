import { jsonValueSchema } from "../../shared/domain/json.ts";
import { blockHash } from "../../shared/ledger/hash-chain.ts";
import type { Sha256 } from "../../shared/ledger/sha256.ts";
import type { Log, StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import { entrySources, type LedgerEntry, ledgerEntrySchema } from "../../shared/wire/ledger-entry.ts";
import { outboxPrefix } from "../../shared/wiring.ts";

export interface AppendEntriesParts {
  readonly ledger: LedgerStore;
  readonly sha256: Sha256;
  readonly log: Log;
}

const tries = 20;

/**
 * Appends the batch as one block after the head; whoever is beaten to the place reads the new head and tries again. An
 * entry that is already sealed is left out, so a record that comes twice is sealed once. A record whose table is not
 * its kind's source is refused for good: one table's writer cannot speak for another's.
 */
export async function appendEntries(
  { ledger, sha256, log }: AppendEntriesParts,
  records: readonly StreamRecord[],
): Promise<StreamOutcome> {
  const readable = records.map((record) => ({ record, entry: readEntry(record, log) }));
  const failed = readable.filter(({ entry }) => entry === undefined).map(({ record }) => record.sequence);
  const entries = distinct(readable.flatMap(({ entry }) => entry ?? []));
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const unsealed = await leaveOutSealed(ledger, entries);
    if (unsealed.length === 0) return { failed };
    const head = await ledger.head();
    const block = {
      index: head.size,
      previous: head.hash,
      entries: unsealed.map((entry) => jsonValueSchema.parse(entry)),
    };
    const hash = blockHash(block, sha256);
    if (!hash.ok) break;
    if ((await ledger.append({ v: 1, ...block, hash: hash.hash })) === "appended") return { failed };
  }
  log({ level: "alarm", event: "append-failed", count: entries.length });
  return { failed: records.map((record) => record.sequence) };
}

function readEntry({ key, body }: StreamRecord, log: Log): LedgerEntry | undefined {
  const parsed = ledgerEntrySchema.safeParse(body);
  const entry = parsed.success ? parsed.data : undefined;
  if (
    entry !== undefined &&
    entrySources[entry.kind] === key.table &&
    key.partition.startsWith(outboxPrefix)
  ) {
    return entry;
  }
  log({ level: "alarm", event: "entry-refused", code: entry === undefined ? "malformed" : "wrong-source" });
  return undefined;
}

function distinct(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}

async function leaveOutSealed(
  ledger: LedgerStore,
  entries: readonly LedgerEntry[],
): Promise<readonly LedgerEntry[]> {
  const found = await Promise.all(entries.map((entry) => ledger.find(entry.id)));
  return entries.filter((_, place) => found[place] === undefined);
}
