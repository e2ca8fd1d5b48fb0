import * as z from "zod/mini";
import { parseStrictJson } from "../ledger/canonical-json.ts";

/** The tables whose streams feed the ledger. */
export type EntrySource = "work" | "decisions" | "executions" | "rules" | "observations";

/** Everything that the audit trail can say; docs/ledger-entries.md says of each what it is about. */
export const entryKinds = [
  "requested",
  "notified",
  "viewed",
  "confirmed",
  "decided",
  "edited",
  "answered",
  "external-result",
  "refused",
  "withdrawn",
  "cancelled",
  "expired",
  "escalated",
  "audit-call",
  "executed",
  "in-doubt",
  "reconciled",
  "policy-changed",
  "pool-changed",
  "delegation",
  "grant-created",
  "grant-used",
  "grant-revoked",
  "access",
  "erased",
  "key-rotated",
  "deployed",
  "heartbeat",
  "correction",
] as const;

export type EntryKind = (typeof entryKinds)[number];

/**
 * Which table alone may be the source of a kind of entry (docs/design.md section 4, "Seal"): a writer of one table
 * cannot forge what another table's writer says. Sealed kinds are never renamed.
 */
export const entrySources = {
  requested: "work",
  notified: "observations",
  viewed: "observations",
  confirmed: "decisions",
  decided: "decisions",
  edited: "decisions",
  answered: "decisions",
  "external-result": "decisions",
  refused: "decisions",
  withdrawn: "decisions",
  cancelled: "work",
  expired: "work",
  escalated: "work",
  "audit-call": "executions",
  executed: "executions",
  "in-doubt": "executions",
  reconciled: "executions",
  "policy-changed": "rules",
  "pool-changed": "rules",
  delegation: "rules",
  "grant-created": "rules",
  "grant-used": "executions",
  "grant-revoked": "rules",
  access: "observations",
  erased: "rules",
  "key-rotated": "rules",
  deployed: "rules",
  heartbeat: "rules",
  correction: "rules",
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

/** 64 hex digits each, of SHA-256 over a salt and the value's canonical JSON (shared/domain/commitment.ts). */
const commitmentsSchema = z.strictObject({
  input: z.optional(digest),
  preview: z.optional(digest),
  comment: z.optional(digest),
  members: z.optional(digest),
  result: z.optional(digest),
});

/** What an entry that is about no call is about: a thing that administration has a name for, or another entry. */
const aboutSchema = z.strictObject({
  kind: z.enum(["pool", "policy", "delegation", "grant", "key", "deployment", "entry"]),
  id: shortText,
});

/** Of what was changed; `null` = it was not there. */
const changeSchema = z.strictObject({ before: z.nullable(digest), after: z.nullable(digest) });

/** What every entry has. */
const base = {
  v: z.literal(1),
  /** Names the event for good: a retried write carries the same id and is sealed once. */
  id: shortText,
  kind: z.enum(entryKinds),
  tenant: shortText,
  /** Epoch milliseconds by the server's clock when the event was written. */
  at: z.int().check(z.nonnegative()),
  actor: actorSchema,
};

/** What an entry has by its kind: `entryFields`. */
const fields = {
  run: shortText,
  agent: shortText,
  call: shortText,
  tool: shortText,
  requirement: shortText,
  version: z.int().check(z.positive()),
  stage: z.int().check(z.nonnegative()),
  digest,
  policyHash: digest,
  decision: z.enum(["approve", "reject", "happened", "run-again", "give-up"]),
  channel: z.enum(["api", "cli", "web", "slack"]),
  outcome: shortText,
  code: shortText,
  /** The id of the entry before this one about the same requirement, or about a call that nobody was asked about. */
  prev: shortText,
  commitments: commitmentsSchema,
  about: aboutSchema,
  hash: changeSchema,
  /** An unsalted hash that a guess can be tried on: entries sealed before there were commitments have it, no new one. */
  inputDigest: digest,
};

export type EntryField = keyof typeof fields;

const ofRun = ["run", "agent"] as const;
const ofCall = [...ofRun, "call", "tool"] as const;
const ofQuestion = ["requirement", "version", "digest", "policyHash"] as const;
const ofRequirement = [...ofCall, ...ofQuestion] as const;
const ofVote = [...ofRequirement, "stage", "decision", "channel"] as const;
const ofExecution = ["requirement", "version", "digest", "prev", "commitments"] as const;

/** Which fields an entry of a kind has to have beside those of every entry, and which it may have; it has no other. */
export const entryFields = {
  requested: { requires: ofRequirement, may: ["prev", "commitments"] },
  notified: { requires: ofRequirement, may: ["prev", "stage", "channel", "about"] },
  viewed: { requires: ofRequirement, may: ["prev"] },
  confirmed: { requires: ofVote, may: ["prev", "commitments", "about"] },
  decided: { requires: ofVote, may: ["prev", "commitments", "about"] },
  edited: { requires: ofRequirement, may: ["prev", "commitments", "stage", "channel"] },
  answered: { requires: ofVote, may: ["prev", "commitments"] },
  "external-result": { requires: [...ofRequirement, "outcome"], may: ["prev", "commitments"] },
  refused: { requires: [...ofRequirement, "code"], may: ["prev"] },
  withdrawn: { requires: ofRequirement, may: ["prev"] },
  cancelled: { requires: ofRun, may: ["call", "tool", ...ofQuestion, "prev"] },
  expired: { requires: ofRequirement, may: ["prev"] },
  escalated: { requires: [...ofRequirement, "stage"], may: ["prev", "about"] },
  "audit-call": { requires: ofCall, may: ["prev", "commitments"] },
  executed: { requires: [...ofCall, "outcome"], may: [...ofExecution, "code"] },
  "in-doubt": { requires: ofCall, may: ofExecution },
  reconciled: { requires: [...ofCall, "outcome"], may: ofExecution },
  "policy-changed": { requires: ["about", "hash"], may: [] },
  "pool-changed": { requires: ["about", "hash"], may: [] },
  delegation: { requires: ["about"], may: ["hash"] },
  "grant-created": { requires: ["about"], may: ["hash"] },
  "grant-used": { requires: [...ofCall, "about"], may: ofExecution },
  "grant-revoked": { requires: ["about"], may: ["hash"] },
  access: { requires: ["about"], may: ofRun },
  erased: { requires: ofRun, may: [] },
  "key-rotated": { requires: ["about", "hash"], may: [] },
  deployed: { requires: ["about"], may: ["hash"] },
  heartbeat: { requires: [], may: [] },
  correction: { requires: ["about"], may: [...ofRun, "code", "hash"] },
} as const satisfies Record<
  EntryKind,
  { readonly requires: readonly EntryField[]; readonly may: readonly EntryField[] }
>;

/** Kinds that were sealed before there were commitments: their old entries have `inputDigest`. */
const oldKinds: ReadonlySet<EntryKind> = new Set([
  "requested",
  "cancelled",
  "expired",
  "confirmed",
  "decided",
  "answered",
  "refused",
  "withdrawn",
  "audit-call",
  "executed",
  "in-doubt",
]);

const anyEntrySchema = z.strictObject({ ...base, ...z.partial(z.object(fields)).shape });

const fieldNames = Object.keys(fields).map((name) => z.parse(z.keyof(z.object(fields)), name));

/** The first field that an entry of this kind lacks or has too much. */
function findMisfit(entry: z.infer<typeof anyEntrySchema>, isNew: boolean): EntryField | undefined {
  const { requires, may } = entryFields[entry.kind];
  const known: readonly EntryField[] = [...requires, ...may];
  return fieldNames.find((name) => {
    if (entry[name] === undefined) return requires.some((required) => required === name);
    const isOld = name === "inputDigest" && !isNew && oldKinds.has(entry.kind);
    return !known.includes(name) && !isOld;
  });
}

function refuseMisfits(isNew: boolean) {
  return z.check<z.infer<typeof anyEntrySchema>>(({ value, issues }) => {
    const misfit = findMisfit(value, isNew);
    if (misfit === undefined) return;
    issues.push({ code: "custom", path: [misfit], message: "not as its kind has it", input: value });
  });
}

/**
 * One fact of the audit trail, version 1: ids, digests, salted commitments and names of people who decided; never
 * arguments, comments or model text. Every entry that was ever sealed reads by this.
 */
export const ledgerEntrySchema = anyEntrySchema.check(refuseMisfits(false));

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** What may still be written. */
export const newEntrySchema = anyEntrySchema.check(refuseMisfits(true));

/** The entry that a leaf's text is; `undefined` where it is none. */
export function parseLedgerEntry(text: string): LedgerEntry | undefined {
  const parsed = parseStrictJson(text);
  const entry = parsed.ok ? ledgerEntrySchema.safeParse(parsed.value) : undefined;
  return entry?.data;
}
