import * as z from "zod/mini";
import {
  callIdSchema,
  requirementIdSchema,
  runIdSchema,
  taskTokenSchema,
  tenantSchema,
} from "../domain/ids.ts";

// What the state machine hands to its functions and gets from them: ids, never content.

const execution = {
  tenant: tenantSchema,
  runId: runIdSchema,
  epoch: z.int().check(z.minimum(1)),
};

/** The input of every execution of the machine `run`. */
export const executionInputSchema = z.strictObject(execution);
export type ExecutionInput = z.infer<typeof executionInputSchema>;

/** `callId` asks for that call's next requirement instead of a turn of the run. */
export const takeAgentStepsSchema = z.strictObject({ ...execution, callId: z.optional(callIdSchema) });

export const openRequirementSchema = z.strictObject({
  ...execution,
  requirementId: requirementIdSchema,
  token: taskTokenSchema,
  /** How often Step Functions has retried the state; each try has a token of its own. */
  retryCount: z.int().check(z.nonnegative()),
});

export const executeCallSchema = z.strictObject({ ...execution, callId: callIdSchema });

export const endRunSchema = executionInputSchema;

/** The answer of `take-agent-steps`; the machine's Choice knows these outcomes and refuses any other. */
export type StepsTaken =
  | { readonly outcome: "finished" }
  | { readonly outcome: "yielded" }
  | {
      readonly outcome: "calls";
      readonly calls: readonly {
        readonly callId: string;
        readonly ask: boolean;
        readonly requirementId?: string;
      }[];
    };

/** What the EventBridge rule on execution status hands over (the fields we use of it). */
export const executionStatusSchema = z.object({
  detail: z.object({
    name: z.string().check(z.maxLength(80)),
    status: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
    input: z.optional(z.nullable(z.string().check(z.maxLength(10_000)))),
  }),
});
