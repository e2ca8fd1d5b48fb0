import type { Requirement } from "../shared/domain/requirement.ts";
import type { LedgerEntry } from "../shared/wire/ledger-entry.ts";

/** One sentence for people who watch the demo: what the ledger entry says happened; `undefined` = not worth a line. */
export function narrate(entry: LedgerEntry, requirement: Requirement | undefined): string | undefined {
  const who = entry.actor.subject;
  const what =
    requirement?.effect ??
    `${entry.tool ?? entry.agent ?? entry.kind} (${entry.call ?? entry.run ?? entry.id})`;
  switch (entry.kind) {
    case "requested":
      return `asked       ${what} ${waitsFor(requirement)} (${entry.requirement ?? ""})`;
    case "confirmed":
      return entry.decision === "approve"
        ? `confirmed   by ${who}: ${what}`
        : `turned down by ${who}: ${what}`;
    case "decided":
      return entry.decision === "approve"
        ? `approved    by ${who}: ${what}`
        : `rejected    by ${who}: ${what}`;
    case "answered":
      return `answered    by ${who} (${entry.decision ?? ""}): ${what}`;
    case "refused":
      return `refused     ${who} tried: ${entry.code ?? ""} (${entry.requirement ?? ""})`;
    case "withdrawn":
      return `taken back  by ${who}: ${what}`;
    case "cancelled":
      return `cancelled   by ${who}: ${what}`;
    case "expired":
      return `expired     ${what}`;
    case "audit-call":
      return `audited     ${entry.tool ?? ""} runs without asking (${entry.call ?? ""})`;
    case "executed":
      return executed(entry, what);
    case "in-doubt":
      return `in doubt    it is not known whether this ran: ${what}`;
    case "access":
      return `disclosed   to ${who}: what entry ${entry.about?.id ?? ""} commits to`;
    case "erased":
      return `erased      the personal values of ${entry.run ?? ""}, by ${who}`;
    case "viewed":
    case "notified":
    case "edited":
    case "external-result":
    case "escalated":
    case "reconciled":
    case "policy-changed":
    case "pool-changed":
    case "delegation":
    case "grant-created":
    case "grant-used":
    case "grant-revoked":
    case "key-rotated":
    case "deployed":
    case "heartbeat":
    case "correction":
      return undefined;
  }
}

function executed({ outcome, code }: LedgerEntry, what: string): string {
  if (outcome === "succeeded") return `ran once    ${what}`;
  return `did not run ${what} (${code ?? outcome ?? "unknown"})`;
}

function waitsFor(requirement: Requirement | undefined): string {
  const open = requirement?.stages.find((stage) => stage.status === "open");
  if (open === undefined) return "";
  return open.by === "asker"
    ? `- waits for ${requirement?.requester.subject ?? "the asker"} to confirm`
    : `- waits for pool ${open.by.join(" or ")}`;
}
