import { type LedgerEntry, parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { printLabelled } from "./print-labelled.ts";
import type { Terminal } from "./terminal.ts";
import { showValue } from "./visible-text.ts";

/** What an entry of the ledger says, for people; `text` is what was sealed, `undefined` if that is no text. */
export function printEntry(terminal: Terminal, text: string | undefined): void {
  const entry = text === undefined ? undefined : parseLedgerEntry(text);
  if (entry === undefined) {
    return printLabelled(terminal, "Sealed", text === undefined ? "bytes that are no text" : showValue(text));
  }
  const { requirement, run, tool, agent, version, stage, digest, inputDigest, about, prev } = entry;
  printLabelled(terminal, "Sealed", describeEvent(entry));
  const place = stage === undefined ? "" : `, stage ${stage + 1}`;
  if (requirement !== undefined)
    printLabelled(terminal, "About", `${requirement}, version ${version ?? 1}${place}`);
  if (about !== undefined) printLabelled(terminal, "About", `${about.kind} ${about.id}`);
  if (run !== undefined)
    printLabelled(terminal, "Call", `${tool ?? "no tool"} of agent ${agent ?? "unknown"}, run ${run}`);
  if (digest !== undefined) printLabelled(terminal, "Digest", digest);
  if (inputDigest !== undefined) printLabelled(terminal, "Arguments", `digest ${inputDigest}`);
  const committed = Object.keys(entry.commitments ?? {});
  if (committed.length > 0) printLabelled(terminal, "Commits to", committed.join(", "));
  if (prev !== undefined) printLabelled(terminal, "After", prev);
}

function describeEvent({ kind, decision, actor, at, channel, outcome, code }: LedgerEntry): string {
  const what = [kind, decision ?? outcome, code].filter((part) => part !== undefined).join(" ");
  const how = channel === undefined ? "" : ` (${channel})`;
  return `${what} by ${actor.kind} ${actor.subject} at ${new Date(at).toISOString()}${how}`;
}
