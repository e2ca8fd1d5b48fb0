import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";

const columns = [
  "index",
  "time",
  "kind",
  "decision",
  "outcome",
  "code",
  "actor",
  "actorKind",
  "agent",
  "tool",
  "run",
  "call",
  "requirement",
  "version",
  "stage",
  "channel",
  "digest",
  "inputDigest",
  "policyHash",
  "tenant",
  "id",
] as const;

/** Spreadsheets take a cell that begins so for a formula, and run it. */
const formula = /^[=+\-@\t\r＝＋－＠]/;

export const csvHeader = `${columns.join(",")}\r\n`;

/** A row of RFC 4180, every cell in quotes; an entry of a form that is not known here has nothing but its index. */
export function writeCsvRow(index: number, entry: LedgerEntry | undefined): string {
  const cells: Readonly<Record<string, string | number | undefined>> =
    entry === undefined
      ? { index }
      : {
          ...entry,
          index,
          time: new Date(entry.at).toISOString(),
          actor: entry.actor.subject,
          actorKind: entry.actor.kind,
        };
  return `${columns.map((column) => quoteCell(String(cells[column] ?? ""))).join(",")}\r\n`;
}

function quoteCell(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
