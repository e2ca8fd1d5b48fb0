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
  "prev",
  "inputCommitment",
  "previewCommitment",
  "commentCommitment",
  "membersCommitment",
  "resultCommitment",
  "aboutKind",
  "about",
  "hashBefore",
  "hashAfter",
  "tenant",
  "id",
] as const;

/** Spreadsheets take a cell that begins so for a formula, and run it. */
const formula = /^[=+\-@\t\r＝＋－＠]/;

export const csvHeader = `${columns.join(",")}\r\n`;

/** A row of RFC 4180, every cell in quotes; an entry of a form that is not known here has nothing but its index. */
export function writeCsvRow(index: number, entry: LedgerEntry | undefined): string {
  const cells: Cells = entry === undefined ? { index } : cellsOf(index, entry);
  return `${columns.map((column) => quoteCell(String(cells[column] ?? ""))).join(",")}\r\n`;
}

type Cells = { readonly [Column in (typeof columns)[number]]?: string | number | null | undefined };

function cellsOf(index: number, { actor, commitments, about, hash, at, ...plain }: LedgerEntry): Cells {
  return {
    ...plain,
    index,
    time: new Date(at).toISOString(),
    actor: actor.subject,
    actorKind: actor.kind,
    inputCommitment: commitments?.input,
    previewCommitment: commitments?.preview,
    commentCommitment: commitments?.comment,
    membersCommitment: commitments?.members,
    resultCommitment: commitments?.result,
    aboutKind: about?.kind,
    about: about?.id,
    hashBefore: hash?.before,
    hashAfter: hash?.after,
  };
}

function quoteCell(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
