import * as z from "zod/mini";

// What the commands read of the API's answers. A newer server may say more, so unknown members are let through here.

/** Ids stand in commands that people copy into a shell, so they hold nothing that a shell would act on. */
export const runIdSchema = z.string().check(z.regex(/^run_[A-Za-z0-9_-]{1,120}$/));
export const requirementIdSchema = z.string().check(z.regex(/^req_[A-Za-z0-9_-]{1,120}$/));

const timeSchema = z.iso.datetime();
const text = z.string();

export const problemSchema = z.object({ detail: text, code: text });

const stageSchema = z.object({
  by: z.union([z.literal("asker"), z.array(text)]),
  need: z.int(),
  got: z.int(),
  status: z.enum(["open", "waiting", "passed", "failed"]),
  decisions: z.array(
    z.object({
      by: text,
      decision: text,
      at: timeSchema,
      comment: z.optional(text),
      channel: text,
      onBehalfOf: z.optional(text),
    }),
  ),
});
export type StageView = z.infer<typeof stageSchema>;

const executionSchema = z.object({
  status: z.enum(["waiting", "running", "succeeded", "failed", "refused", "cancelled", "in-doubt"]),
  output: z.optional(z.json()),
  message: z.optional(text),
  code: z.optional(text),
});
export type ExecutionView = z.infer<typeof executionSchema>;

export const requirementSchema = z.object({
  id: requirementIdSchema,
  kind: z.enum(["approval", "input", "external", "reconcile"]),
  status: z.enum(["pending", "approved", "rejected", "answered", "expired", "cancelled"]),
  run: runIdSchema,
  tool: text,
  input: z.json(),
  digest: text,
  version: z.int(),
  effect: text,
  reversible: z.boolean(),
  risk: z.object({ level: text, reasons: z.array(text) }),
  rule: text,
  rationale: z.optional(text),
  stages: z.array(stageSchema),
  requester: z.object({ kind: z.enum(["person", "machine"]), subject: text, name: text }),
  agent: text,
  createdAt: timeSchema,
  expiresAt: timeSchema,
  replaces: z.optional(text),
  execution: z.optional(executionSchema),
});
export type RequirementView = z.infer<typeof requirementSchema>;

export const requirementListSchema = z.object({
  items: z.array(requirementSchema),
  nextCursor: z.nullish(text),
});

/** Who may decide now, and why others may not. */
export const eligibilitySchema = z.object({
  eligible: z.array(text),
  others: z.array(z.object({ subject: text, code: text, detail: text })),
});
export type EligibilityView = z.infer<typeof eligibilitySchema>;

export const runSchema = z.object({
  id: runIdSchema,
  agent: text,
  status: z.enum(["running", "paused", "completed", "failed", "cancelled"]),
  input: text,
  output: z.optional(z.nullable(text)),
  error: z.optional(z.object({ code: text, message: text })),
  requester: z.object({ kind: z.enum(["person", "machine"]), subject: text, name: text }),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  requirements: z.array(requirementSchema),
  usage: z.object({
    modelCalls: z.int(),
    toolCalls: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
  }),
});
export type RunView = z.infer<typeof runSchema>;
