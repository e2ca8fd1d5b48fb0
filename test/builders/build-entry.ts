import { entryFields, type EntryField, type LedgerEntry } from "../../shared/wire/ledger-entry.ts";

/** A value of each field that an entry may have. */
export const sampleFields = {
  run: "run_1",
  agent: "support",
  call: "call_1",
  tool: "issue_refund",
  requirement: "req_1",
  version: 1,
  stage: 0,
  digest: "5f".repeat(32),
  policyHash: "6a".repeat(32),
  decision: "approve",
  channel: "api",
  outcome: "succeeded",
  code: "not_eligible",
  prev: "requested|req_1|v1",
  commitments: { input: "7b".repeat(32) },
  about: { kind: "pool", id: "finance" },
  hash: { before: null, after: "8c".repeat(32) },
  inputDigest: "9d".repeat(32),
} as const satisfies Required<Pick<LedgerEntry, EntryField>>;

/** A valid entry, a decision unless told, with the fields that its kind requires and what is given. */
export function buildEntry(given: Partial<LedgerEntry> = {}): LedgerEntry {
  const kind = given.kind ?? "decided";
  const required: Partial<LedgerEntry> = {};
  for (const name of entryFields[kind].requires) Object.assign(required, { [name]: sampleFields[name] });
  return {
    v: 1,
    id: "entry-1",
    kind,
    tenant: "default",
    at: 1_700_000_000_000,
    actor: { kind: "person", subject: "ann" },
    ...required,
    ...given,
  };
}
