import { jsonValueSchema } from "../../shared/domain/json.ts";
import { blockHash } from "../../shared/ledger/hash-chain.ts";
import type { Sha256 } from "../../shared/ledger/sha256.ts";
import type { Log, StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { Store } from "../../shared/ports/store.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { readRows } from "./read-rows.ts";

export interface AppendEntriesParts {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly sha256: Sha256;
  readonly log: Log;
}

const tries = 20;

/**
 * Appends the batch as one block after the head; whoever is beaten to the place reads the new head and tries again. An
 * entry that is already sealed is left out, so a record that comes twice is sealed once. Only the records' keys count:
 * what is sealed is what is stored under them.
 */
export async function appendEntries(
  parts: AppendEntriesParts,
  records: readonly Pick<StreamRecord, "sequence" | "key">[],
): Promise<StreamOutcome> {
  const { ledger, sha256, log } = parts;
  const rows = await readRows(parts, records);
  const failed = rows.filter(({ read }) => read === "refused").map(({ sequence }) => sequence);
  const entries = distinct(rows.flatMap(({ read }) => (typeof read === "object" ? read : [])));
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
