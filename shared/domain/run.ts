import * as z from "zod/mini";
import { agentNameSchema, epochMillisSchema, runIdSchema, subjectSchema, tenantSchema } from "./ids.ts";
import { requesterSchema } from "./requester.ts";

export const runErrorSchema = z.strictObject({
  code: z.enum([
    "blocked_by_guardrail",
    "budget_exceeded",
    "model_error",
    "policy_refused",
    "expired",
    "stopped",
    "internal_error",
  ]),
  message: z.string().check(z.maxLength(2_000)),
});
export type RunError = z.infer<typeof runErrorSchema>;

const count = z.int().check(z.nonnegative());

export const usageSchema = z.strictObject({
  modelCalls: count,
  toolCalls: count,
  inputTokens: count,
  outputTokens: count,
});
export type Usage = z.infer<typeof usageSchema>;

const endingSchema = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("completed"), output: z.string() }),
  z.strictObject({ status: z.literal("failed"), error: runErrorSchema }),
  z.strictObject({ status: z.literal("cancelled") }),
]);
/** How the run ends; written by `take-agent-steps`, made final by `end-run`. */
export type Ending = z.infer<typeof endingSchema>;

/**
 * A run as it is stored, version 1. Its steps, calls and requirements are items of their own beside it.
 *
 * `epoch` counts its executions: every write of an earlier one is fenced off by the revision of this item.
 */
export const runSchema = z.strictObject({
  v: z.literal(1),
  tenant: tenantSchema,
  id: runIdSchema,
  agent: agentNameSchema,
  /** `running` until `end-run`; that people are waited for is derived from the calls. */
  status: z.enum(["running", "completed", "failed", "cancelled"]),
  input: z.string().check(z.minLength(1), z.maxLength(100_000)),
  metadata: z.optional(z.record(z.string(), z.string())),
  requester: requesterSchema,
  epoch: z.int().check(z.minimum(1)),
  /** Adoptions in a row that found no more than `steps` steps; a sixth is not made, and the run fails. */
  adoptions: z.strictObject({ count, steps: count }),
  /** How often the calls of one turn were handed to the machine without any of them ending. */
  handOuts: z.strictObject({ count, turn: count, open: count }),
  cancelRequested: z.optional(z.strictObject({ by: subjectSchema, at: epochMillisSchema })),
  usage: usageSchema,
  ending: z.optional(endingSchema),
  createdAt: epochMillisSchema,
  updatedAt: epochMillisSchema,
  /** 32 lower-case hex, as OpenTelemetry writes it. */
  traceId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
});
export type Run = z.infer<typeof runSchema>;

/** The run's name in the state machine: one execution per epoch. */
export function executionName(run: Pick<Run, "id" | "epoch">): string {
  return `${run.id}-${run.epoch}`;
}
