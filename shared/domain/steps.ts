import * as z from "zod/mini";
import {
  callIdSchema,
  epochMillisSchema,
  requirementIdSchema,
  runIdSchema,
  sha256HexSchema,
  toolNameSchema,
} from "./ids.ts";
import { jsonValueSchema } from "./json.ts";

const count = z.int().check(z.nonnegative());
const text = z.string().check(z.maxLength(1_000_000));

/** One tool call as the model proposed it: nothing about it has been checked yet. */
export const proposedCallSchema = z.strictObject({
  id: callIdSchema,
  /** The model's own id, which the answer has to quote. */
  modelId: z.string().check(z.minLength(1), z.maxLength(256)),
  name: z.string().check(z.maxLength(256)),
  /** Raw JSON text as the model wrote it. */
  arguments: z.string().check(z.maxLength(262_144)),
});
export type ProposedCall = z.infer<typeof proposedCallSchema>;

/** One answer of the model; turns count from 1. */
export const modelStepSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("model"),
  turn: z.int().check(z.minimum(1)),
  content: z.nullable(text),
  calls: z.array(proposedCallSchema).check(z.maxLength(128)),
  inputTokens: count,
  outputTokens: count,
  milliseconds: count,
  at: epochMillisSchema,
});
export type ModelStep = z.infer<typeof modelStepSchema>;

export const callResultSchema = z.strictObject({
  call: callIdSchema,
  status: z.enum(["succeeded", "failed", "refused"]),
  /** What the model reads. */
  content: text,
});
export type CallResult = z.infer<typeof callResultSchema>;

/** The results of a turn's calls that waited for nobody: reads, and calls that were refused without asking. */
export const resultsStepSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("results"),
  turn: z.int().check(z.minimum(1)),
  results: z.array(callResultSchema).check(z.maxLength(128)),
  milliseconds: count,
  at: epochMillisSchema,
});
export type ResultsStep = z.infer<typeof resultsStepSchema>;

export const stepSchema = z.discriminatedUnion("kind", [modelStepSchema, resultsStepSchema]);
export type Step = z.infer<typeof stepSchema>;

/** A call that goes through the executor: it has an effect, so people or the audit trail see it. */
export const openCallSchema = z.strictObject({
  v: z.literal(1),
  id: callIdSchema,
  run: runIdSchema,
  turn: z.int().check(z.minimum(1)),
  tool: toolNameSchema,
  toolVersion: sha256HexSchema,
  mode: z.enum(["audit", "people"]),
  /** The audit call's input; a gated call's stands in its requirement, where people see it. */
  input: z.optional(jsonValueSchema),
  inputDigest: sha256HexSchema,
  /** The requirement that decides what happens next to a gated call, and how many there have been. */
  requirement: z.optional(requirementIdSchema),
  requirements: count,
});
export type OpenCall = z.infer<typeof openCallSchema>;
