import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import { isOnReleasePath, parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { signLedger, type SignLedgerParts } from "./sign-ledger.ts";

/**
 * Seals the ledger: at once when something was appended that a run waits for, and by the clock whatever else stands.
 * Neither a record nor an event says what is signed; that is read from the ledger and the last seal.
 */
export function createHandler(parts: SignLedgerParts) {
  /** All that failed comes again: what one invocation signs may be another's record. */
  async function deliver(records: readonly StreamRecord[]): Promise<StreamOutcome> {
    const isUrgent = await Promise.all(records.map(({ key }) => isAwaited(parts.ledger, key.partition)));
    if (isUrgent.includes(true)) await signLedger(parts);
    return { failed: [] };
  }

  /** Takes the event of the schedule. */
  async function invoke(_event: unknown): Promise<Record<string, never>> {
    await signLedger(parts);
    return {};
  }

  return { deliver, invoke };
}

/** Whether a run may wait for an entry of the block; also if an entry cannot be read, which signing looks into. */
async function isAwaited(ledger: LedgerStore, partition: string): Promise<boolean> {
  const block = await ledger.blockOf(Number(partition.slice("block#".length)));
  if (block === undefined) return true;
  return block.entries.some((text) => {
    const entry = parseLedgerEntry(text);
    return entry === undefined || isOnReleasePath(entry.kind);
  });
}
