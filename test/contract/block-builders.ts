import { randomUUID } from "node:crypto";
import { jsonValueSchema } from "../../shared/domain/json.ts";
import { type Block, makeBlock, readLastFrontier } from "../../shared/ledger/block.ts";
import { canonicalize } from "../../shared/ledger/canonical-json.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { buildEntry } from "../builders/build-entry.ts";
import { hashBytes } from "../builders/sha256.ts";

/** A valid entry of its own id, by itself about its requirement. */
export function makeEntry(change: Partial<LedgerEntry> = {}): LedgerEntry {
  const id = `entry-${randomUUID()}`;
  return buildEntry({ id, requirement: `req of ${id}`, ...change });
}

/** The entry as a leaf of the ledger. */
export function textOf(entry: LedgerEntry): string {
  const canonical = canonicalize(jsonValueSchema.parse(entry));
  if (!canonical.ok) throw new Error(canonical.message);
  return canonical.text;
}

/** The block that follows `last`. */
export function blockAfter(last: Block | undefined, entries: readonly LedgerEntry[]): Block {
  const before = readLastFrontier(last, hashBytes);
  if (!before.ok) throw new Error(before.why);
  return makeBlock(before.frontier, entries.map(textOf), hashBytes);
}
