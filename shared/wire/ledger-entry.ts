import * as z from "zod/mini";
import { parseStrictJson } from "../ledger/canonical-json.ts";

/** The tables whose streams feed the ledger. */
export type EntrySource = "work" | "decisions" | "executions" | "rules" | "observations";

/** Everything that the audit trail can say. */
export const entryKinds = [
  "requested",
  "cancelled",
  "expired",
  "confirmed",
  "decided",
  "answered",
  "refused",
  "withdrawn",
  "erased",
  "audit-call",
  "executed",
  "in-doubt",
] as const;

export type EntryKind = (typeof entryKinds)[number];

/**
 * Which table alone may be the source of a kind of entry (docs/design.md section 4, "Seal"): a writer of one table
 * cannot forge what another table's writer says. Sealed kinds are never renamed.
 */
export const entrySources = {
  requested: "work",
  cancelled: "work",
  expired: "work",
  confirmed: "decisions",
  decided: "decisions",
  answered: "decisions",
  refused: "decisions",
  withdrawn: "decisions",
  erased: "rules",
  "audit-call": "executions",
  executed: "executions",
  "in-doubt": "executions",
} as const satisfies Record<EntryKind, EntrySource>;

/**
 * What a run waits for: entries that settle a requirement. They are signed as soon as they stand in the ledger; all others
 * wait for the next signing, a minute at most.
 */
export const releaseKinds = [
  "confirmed",
  "decided",
  "answered",
  "expired",
  "withdrawn",
  "cancelled",
] as const satisfies readonly EntryKind[];

const releasing: ReadonlySet<EntryKind> = new Set(releaseKinds);

export function isOnReleasePath(kind: EntryKind): boolean {
  return releasing.has(kind);
}

const shortText = z.string().check(z.minLength(1), z.maxLength(300));
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** Who did it: a signed-in person, a machine client, or the system by its own rules (a deadline). */
const actorSchema = z.strictObject({
  kind: z.enum(["person", "machine", "system"]),
  subject: shortText,
});

/**
 * One fact of the audit trail, version 1: ids, digests and names of people who decided; never arguments, comments or
 * model text. `id` names the event for good: a retried write carries the same id and is sealed once.
 */
export const ledgerEntrySchema = z.strictObject({
  v: z.literal(1),
  id: shortText,
  kind: z.enum(entryKinds),
  tenant: shortText,
  /** Epoch milliseconds by the server's clock when the event was written. */
  at: z.int().check(z.nonnegative()),
  run: shortText,
  call: z.optional(shortText),
  requirement: z.optional(shortText),
  version: z.optional(z.int().check(z.positive())),
  stage: z.optional(z.int().check(z.nonnegative())),
  actor: actorSchema,
  agent: shortText,
  tool: z.optional(shortText),
  digest: z.optional(digest),
  inputDigest: z.optional(digest),
  policyHash: z.optional(digest),
  decision: z.optional(z.enum(["approve", "reject", "happened", "run-again", "give-up"])),
  channel: z.optional(z.enum(["api", "cli", "web", "slack"])),
  outcome: z.optional(shortText),
  code: z.optional(shortText),
});

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** The entry that a leaf's text is; `undefined` where it is none. */
export function parseLedgerEntry(text: string): LedgerEntry | undefined {
  const parsed = parseStrictJson(text);
  const entry = parsed.ok ? ledgerEntrySchema.safeParse(parsed.value) : undefined;
  return entry?.data;
}
