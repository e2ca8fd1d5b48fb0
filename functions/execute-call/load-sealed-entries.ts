import type { Requirement } from "../../shared/domain/requirement.ts";
import { MalformedRecord } from "../../shared/domain/errors.ts";
import type { CheckpointTrust } from "../../shared/ledger/checkpoint.ts";
import { type Fault, type Faulty, malformed } from "../../shared/ledger/faulty.ts";
import type { HashBytes } from "../../shared/ledger/merkle-hash.ts";
import { verifyReceipt } from "../../shared/ledger/receipt.ts";
import { encodeUtf8 } from "../../shared/ledger/utf8.ts";
import type { AppendedEntry } from "../../shared/ports/ledger-store.ts";
import { buildReceipt, loadSealedRange, type SealedRange } from "../../shared/records/receipts.ts";
import { loadSealOf } from "../../shared/records/seal-records.ts";
import { type EntryKind, type LedgerEntry, parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import type { ExecuteCallParts } from "./execute-call.ts";
import { verifyOnce } from "./verify-once.ts";

/** Entries that can be many, once per person and hour, and that count nothing. */
const passedOver: ReadonlySet<EntryKind> = new Set(["viewed", "notified"]);

type SealedParts = Pick<ExecuteCallParts, "store" | "ledger" | "readLedgerTrust" | "hash" | "log">;

/**
 * The entries of the requirements that the ledger's own key vouches for. For each a receipt is made and verified like
 * anybody's, and what counts is read from the verified bytes. An entry that is not sealed yet is left out; one whose
 * receipt is refused is left out with an alarm.
 */
export async function loadSealedEntries(
  parts: SealedParts,
  tenant: string,
  requirements: readonly Requirement[],
): Promise<readonly LedgerEntry[]> {
  if (requirements.length === 0) return [];
  const trust = verifyOnce(await parts.readLedgerTrust());
  const ranges: SealedRange[] = [];
  const entries: LedgerEntry[] = [];
  for (const requirement of requirements) {
    const refuse = (code: Fault) =>
      parts.log({
        level: "alarm",
        event: "receipt-refused",
        code,
        run: requirement.run,
        requirement: requirement.id,
      });
    const appended = (await orRefuse(parts.ledger.entriesOf(requirement.id), refuse)) ?? [];
    for (const entry of appended.filter(({ entry: { kind } }) => !passedOver.has(kind))) {
      const range = await orRefuse(findRange(parts, tenant, entry.index, ranges), refuse);
      if (range === undefined) continue;
      const verified = await verifyEntry(trust, range, entry, parts.hash);
      if (verified.ok) entries.push(verified.entry);
      else refuse(verified.fault);
    }
  }
  return entries;
}

/** What is read; `undefined`, and refused, if it is stored as nothing that can be read. */
async function orRefuse<Read>(
  reading: Promise<Read>,
  refuse: (code: Fault) => void,
): Promise<Read | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof MalformedRecord)) throw error;
    refuse("malformed");
    return undefined;
  }
}

/** The seal over the entry at `index` with all that it covers; `undefined` while there is none. */
async function findRange(
  { store, ledger }: SealedParts,
  tenant: string,
  index: number,
  ranges: SealedRange[],
): Promise<SealedRange | undefined> {
  const known = ranges.find(({ from, to }) => from <= index && index < to);
  if (known !== undefined) return known;
  const seal = await loadSealOf(store, tenant, index);
  if (seal === undefined) return undefined;
  const range = await loadSealedRange(ledger, seal);
  ranges.push(range);
  return range;
}

/** Makes the receipt from the blocks and the seal, and holds it against the entry's own bytes. */
async function verifyEntry(
  trust: CheckpointTrust,
  range: SealedRange,
  { index, text }: AppendedEntry,
  hash: HashBytes,
): Promise<{ readonly ok: true; readonly entry: LedgerEntry } | Faulty> {
  const built = await buildReceipt(range, index, hash);
  if (!built.ok) return built;
  const claim = { ...trust, receipt: built.receipt, entry: encodeUtf8(text) };
  const verified = await verifyReceipt(claim, hash);
  if (!verified.ok) return verified;
  const entry = parseLedgerEntry(text);
  return entry === undefined ? malformed("What was sealed is no ledger entry.") : { ok: true, entry };
}
