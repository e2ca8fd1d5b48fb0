import * as z from "zod/mini";
import { commitmentNames } from "../domain/commitment.ts";
import { jsonValueSchema } from "../domain/json.ts";
import { entryKinds, ledgerEntrySchema } from "./ledger-entry.ts";

// What the HTTP API takes and answers (docs/api.md). Everything is strict and bounded; unknown fields are refused.

const shortText = z.string().check(z.minLength(1), z.maxLength(200));
const longText = z.string().check(z.maxLength(100_000));
const count = z.int().check(z.nonnegative());
/** RFC 3339, UTC, milliseconds. */
const timeSchema = z.iso.datetime({ precision: 3 });
const hex64 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

// Bodies

/** Whom a run is about, as the caller's own systems name them: an id, not a name. */
export const subjectIdSchema = z.string().check(z.minLength(1), z.maxLength(200));

export const startRunBodySchema = z.strictObject({
  input: z.string().check(z.minLength(1), z.maxLength(100_000)),
  metadata: z.optional(
    z
      .record(z.string().check(z.minLength(1), z.maxLength(64)), z.string().check(z.maxLength(500)))
      .check(z.refine((pairs) => Object.keys(pairs).length <= 20)),
  ),
  subjects: z.optional(z.array(subjectIdSchema).check(z.maxLength(20))),
});
export type StartRunBody = z.infer<typeof startRunBodySchema>;

/** Any other text than the digest that was shown is stale, so its form is not judged. */
const quotedDigest = z.string().check(z.minLength(1), z.maxLength(128));
const comment = z.optional(z.string().check(z.maxLength(2_000)));

/** A standing grant that spares later questions. */
const rememberSchema = z.strictObject({
  scope: z.enum(["exact", "pattern"]),
  pattern: z.optional(jsonValueSchema),
  /** A length of time in words: digits and a unit, such as "7d". */
  expiresIn: z.union([shortText, z.int().check(z.positive())]),
  uses: z.int().check(z.positive()),
});

/** Each decision takes its own fields only: an input beside `approve` would not be what the person thinks it is. */
export const decisionBodySchema = z.discriminatedUnion("decision", [
  z.strictObject({
    decision: z.literal("approve"),
    digest: quotedDigest,
    comment,
    remember: z.optional(rememberSchema),
  }),
  z.strictObject({
    decision: z.literal("reject"),
    digest: quotedDigest,
    comment,
    stop: z.optional(z.boolean()),
  }),
  z.strictObject({ decision: z.literal("edit"), digest: quotedDigest, comment, input: jsonValueSchema }),
  z.strictObject({
    decision: z.literal("respond"),
    digest: quotedDigest,
    comment,
    message: z.string().check(z.minLength(1), z.maxLength(10_000)),
  }),
]);
export type DecisionBody = z.infer<typeof decisionBodySchema>;

export const answersBodySchema = z.strictObject({
  digest: quotedDigest,
  answers: z.strictObject({ outcome: z.enum(["happened", "run-again", "give-up"]) }),
});
export type AnswersBody = z.infer<typeof answersBodySchema>;

/** The envelope alone: each entry is judged by the schema of its own route, so one bad entry does not stop the others. */
export const continueBodySchema = z.strictObject({
  requirements: z.array(z.looseObject({ id: shortText })).check(z.minLength(1), z.maxLength(50)),
});
export type ContinueBody = z.infer<typeof continueBodySchema>;

/** A POST that says everything in its path. */
export const emptyBodySchema = z.strictObject({});

// Queries: every value is a string, as the address has it.

const page = {
  limit: z.optional(z.string().check(z.regex(/^(?:[1-9][0-9]?|1[0-9]{2}|200)$/))),
  cursor: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,200}$/))),
};

export const runStatusSchema = z.enum(["running", "paused", "completed", "failed", "cancelled"]);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const requirementKindSchema = z.enum(["approval", "input", "external", "reconcile"]);

export const listQuerySchema = z.strictObject(page);

export const runQuerySchema = z.strictObject({
  /** Seconds. */
  wait: z.optional(z.string().check(z.regex(/^(?:1?[0-9]|20)$/))),
  /** The status that the caller knows: a run that has another one by now is answered at once. */
  seen: z.optional(runStatusSchema),
  active: z.optional(z.enum(["true", "false"])),
});

export const runsQuerySchema = z.strictObject({
  ...page,
  status: z.optional(runStatusSchema),
  agent: z.optional(shortText),
  requester: z.optional(shortText),
});

export const requirementsQuerySchema = z.strictObject({
  ...page,
  view: z.optional(z.enum(["awaiting-me", "asked-by-me", "decided", "all"])),
  pool: z.optional(shortText),
  tool: z.optional(shortText),
  run: z.optional(shortText),
  kind: z.optional(requirementKindSchema),
  text: z.optional(shortText),
});
export type RequirementsQuery = z.infer<typeof requirementsQuerySchema>;

/** A time of a query: RFC 3339, in UTC or with an offset. */
const queryTime = z.optional(z.iso.datetime({ offset: true }));

export const ledgerQuerySchema = z.strictObject({
  ...page,
  requirement: z.optional(shortText),
  kind: z.optional(z.enum(entryKinds)),
  /** The earliest time of an entry. */
  from: queryTime,
  /** All entries before this time. */
  to: queryTime,
});
export type LedgerQuery = z.infer<typeof ledgerQuerySchema>;

export const receiptQuerySchema = z.strictObject({
  /** The index of one of the requirement's entries. */
  entry: z.optional(z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,14})$/))),
});

export const noQuerySchema = z.strictObject({});

// Answers

export const requesterViewSchema = z.strictObject({
  kind: z.enum(["person", "machine"]),
  subject: shortText,
  name: shortText,
});

export const erasedViewSchema = z.strictObject({
  /** Runs of the person whose values are gone, now or from before. */
  erased: count,
});
export type ErasedView = z.infer<typeof erasedViewSchema>;

export const stageViewSchema = z.strictObject({
  by: z.union([z.literal("asker"), z.array(shortText)]),
  need: count,
  got: count,
  status: z.enum(["open", "waiting", "passed", "failed"]),
  decisions: z.array(
    z.strictObject({
      by: shortText,
      name: z.optional(z.string()),
      decision: shortText,
      at: timeSchema,
      comment: z.optional(z.string().check(z.maxLength(2_000))),
      channel: shortText,
    }),
  ),
});
export type StageView = z.infer<typeof stageViewSchema>;

export const executionViewSchema = z.strictObject({
  status: z.enum(["waiting", "running", "succeeded", "failed", "refused", "cancelled", "in-doubt"]),
  output: z.optional(jsonValueSchema),
  message: z.optional(z.string().check(z.maxLength(4_000))),
  /** Why the executor refused. */
  code: z.optional(shortText),
  finishedAt: z.optional(timeSchema),
});
export type ExecutionView = z.infer<typeof executionViewSchema>;

export const requirementViewSchema = z.strictObject({
  id: shortText,
  kind: requirementKindSchema,
  status: z.enum(["pending", "approved", "rejected", "answered", "expired", "cancelled"]),
  run: shortText,
  call: shortText,
  tool: shortText,
  /** Left out for an admin who sees the run without its content. */
  input: z.optional(jsonValueSchema),
  inputDigest: hex64,
  digest: hex64,
  /** What the digest covers under this name; left out with the input. */
  facts: z.optional(z.nullable(z.strictObject({ salt: hex64 }))),
  version: z.int().check(z.positive()),
  effect: z.string().check(z.maxLength(2_000)),
  reversible: z.boolean(),
  risk: z.strictObject({
    level: z.enum(["low", "medium", "high"]),
    reasons: z.array(z.string().check(z.maxLength(500))),
  }),
  rule: z.string().check(z.maxLength(1_000)),
  /** The model's own words, untrusted: never shown as ours. */
  rationale: z.optional(z.string().check(z.maxLength(4_000))),
  stages: z.array(stageViewSchema),
  /** JSON Schema of the answers. */
  form: z.optional(z.record(z.string(), jsonValueSchema)),
  requester: requesterViewSchema,
  agent: shortText,
  createdAt: timeSchema,
  expiresAt: timeSchema,
  replaces: z.optional(shortText),
  execution: z.optional(executionViewSchema),
  /** Where the receipt of the entry that settled it is, once that is sealed; on the requirement's own route alone. */
  receipt: z.optional(z.strictObject({ index: count, url: z.string().check(z.maxLength(300)) })),
});
export type RequirementView = z.infer<typeof requirementViewSchema>;

export const runViewSchema = z.strictObject({
  id: shortText,
  agent: shortText,
  status: runStatusSchema,
  /** Input and output are left out for whoever sees the run without its content. */
  input: z.optional(longText),
  output: z.optional(z.string()),
  error: z.optional(z.strictObject({ code: shortText, message: z.string() })),
  requester: requesterViewSchema,
  createdAt: timeSchema,
  updatedAt: timeSchema,
  /** Open ones first. */
  requirements: z.array(requirementViewSchema),
  usage: z.strictObject({ modelCalls: count, toolCalls: count, inputTokens: count, outputTokens: count }),
  traceId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
});
export type RunView = z.infer<typeof runViewSchema>;

export const messageViewSchema = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("user"), content: z.string(), at: timeSchema }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.nullable(z.string()),
    /** `arguments` is the raw text that the model wrote. */
    calls: z.array(z.strictObject({ call: shortText, tool: z.string(), arguments: z.string() })),
    at: timeSchema,
  }),
  /** What the model read about a call; a call without one has not ended. */
  z.strictObject({ role: z.literal("tool"), call: shortText, tool: z.string(), content: z.string() }),
]);
export type MessageView = z.infer<typeof messageViewSchema>;

export const ledgerEntryViewSchema = z.strictObject({
  /** Its place in the whole ledger, from 0. */
  index: count,
  /** Whether a signed checkpoint covers it. */
  sealed: z.boolean(),
  entry: ledgerEntrySchema,
});
export type LedgerEntryView = z.infer<typeof ledgerEntryViewSchema>;

export const disclosureViewSchema = z.strictObject({
  index: count,
  /** The entry's id, which its salts are made from. */
  entry: z.string().check(z.maxLength(300)),
  disclosures: z.array(
    z.strictObject({
      name: z.enum(commitmentNames),
      /** SHA-256 over the salt's bytes and the value's RFC 8785 text. */
      commitment: hex64,
      salt: hex64,
      /** As it is stored now; left out where it is stored no more. */
      value: z.optional(jsonValueSchema),
      opens: z.boolean(),
    }),
  ),
});
export type DisclosureView = z.infer<typeof disclosureViewSchema>;

export interface ListView<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

const nextCursor = z.nullable(z.string());

export const runListSchema = z.strictObject({ items: z.array(runViewSchema), nextCursor });
export const requirementListSchema = z.strictObject({ items: z.array(requirementViewSchema), nextCursor });
export const messageListSchema = z.strictObject({ items: z.array(messageViewSchema), nextCursor });

export const entryListSchema = z.strictObject({ items: z.array(ledgerEntryViewSchema), nextCursor });

/** In docs/api.md's order; a test holds this list to the codes that the domain knows. */
export const refusalCodeSchema = z.enum([
  "unauthenticated",
  "insufficient_scope",
  "machine_token",
  "not_found",
  "invalid_input",
  "expired",
  "cancelled",
  "in_use",
  "already_decided",
  "stale_digest",
  "stage_not_open",
  "self_approval",
  "not_eligible",
  "duplicate_vote",
  "step_up_required",
  "comment_required",
  "decision_not_allowed",
  "unsatisfiable_policy",
  "idempotency_conflict",
  "too_late",
  "run_not_paused",
  "agent_disabled",
  "erased",
  "too_large",
  "rate_limited",
  "check_failed",
]);

export const eligibilityViewSchema = z.strictObject({
  requirement: shortText,
  you: z.strictObject({
    mayDecide: z.boolean(),
    reason: z.optional(z.strictObject({ code: refusalCodeSchema, detail: z.string() })),
  }),
  eligible: z.array(z.strictObject({ subject: shortText })),
  excluded: z.array(z.strictObject({ subject: shortText, code: refusalCodeSchema, detail: z.string() })),
});
export type EligibilityView = z.infer<typeof eligibilityViewSchema>;

export const continuedViewSchema = z.strictObject({
  run: runViewSchema,
  /** In the order of the request; `status` is the one that the entry's own route would have answered. */
  results: z.array(
    z.strictObject({
      id: shortText,
      status: z.int(),
      code: z.optional(refusalCodeSchema),
      detail: z.optional(z.string()),
    }),
  ),
});
export type ContinuedView = z.infer<typeof continuedViewSchema>;

/** RFC 9457. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: refusalCodeSchema,
});
export type Problem = z.infer<typeof problemSchema>;

export const healthViewSchema = z.strictObject({ status: z.literal("ok") });

export const configViewSchema = z.strictObject({
  issuer: z.string(),
  clientId: shortText,
  tenant: z.optional(shortText),
  version: shortText,
});
export type ConfigView = z.infer<typeof configViewSchema>;
