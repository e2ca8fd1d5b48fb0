import { jsonValueSchema } from "../../shared/domain/json.ts";
import { canonicalize } from "../../shared/ledger/canonical-json.ts";
import { MAX_ENTRY_BYTES } from "../../shared/ledger/proof-limits.ts";
import { encodeUtf8 } from "../../shared/ledger/utf8.ts";
import type { Log } from "../../shared/ports/functions.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import type { OutboxRow } from "./read-rows.ts";

/** An entry in the one form in which it can stand in the ledger, with the records that brought it. */
export interface Leaf {
  readonly id: string;
  /** RFC 8785; its UTF-8 bytes, `length` of them, are the leaf. */
  readonly text: string;
  readonly length: number;
  readonly sequences: readonly string[];
}

/**
 * The entries of the rows in their order, each id once. Refused with an alarm are an entry that is larger than any
 * receipt may carry, and one whose id another row of the batch claims for other bytes.
 */
export function encodeLeaves(
  rows: readonly OutboxRow[],
  log: Log,
): { readonly leaves: readonly Leaf[]; readonly failed: readonly string[] } {
  const leaves = new Map<string, Leaf>();
  const failed: string[] = [];
  for (const { sequence, read } of rows) {
    if (typeof read === "string") continue;
    const { id } = read;
    const text = canonicalTextOf(read);
    const length = text === undefined ? Infinity : encodeUtf8(text).length;
    const same = leaves.get(id);
    if (text === undefined || length > MAX_ENTRY_BYTES) {
      log({ level: "alarm", event: "entry-too-large", count: length });
      failed.push(sequence);
    } else if (same !== undefined && same.text !== text) {
      log({ level: "alarm", event: "entry-conflict", count: 1 });
      failed.push(sequence);
    } else {
      leaves.set(id, { id, text, length, sequences: [...(same?.sequences ?? []), sequence] });
    }
  }
  return { leaves: [...leaves.values()], failed };
}

/** A text that is not well-formed Unicode has no canonical form. */
function canonicalTextOf(entry: LedgerEntry): string | undefined {
  const canonical = canonicalize(jsonValueSchema.parse(entry));
  return canonical.ok ? canonical.text : undefined;
}
