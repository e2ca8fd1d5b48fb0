import { createHash, randomUUID } from "node:crypto";
import { blockHash, type Block } from "../../shared/ledger/hash-chain.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { Sha256 } from "../../shared/ledger/sha256.ts";
import type { LedgerHead } from "../../shared/ports/ledger-store.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";

export const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A valid entry of its own id. */
export function makeEntry(change: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    v: 1,
    id: `entry-${randomUUID()}`,
    kind: "decided",
    tenant: "default",
    at: 1_700_000_000_000,
    run: "run_1",
    actor: { kind: "person", subject: "ann" },
    agent: "support",
    ...change,
  };
}

/** The block that follows `head`. */
export function makeBlock(head: LedgerHead, entries: readonly LedgerEntry[]): Block {
  const json = entries.map((entry) => JSON.parse(JSON.stringify(entry)) as JsonValue);
  const content = { index: head.size, previous: head.hash, entries: json };
  const hashed = blockHash(content, sha256);
  if (!hashed.ok) throw new Error(hashed.message);
  return { v: 1, ...content, hash: hashed.hash };
}
