import * as z from "zod/mini";
import {
  callIdSchema,
  epochMillisSchema,
  requirementIdSchema,
  runIdSchema,
  sha256HexSchema,
  toolNameSchema,
} from "./ids.ts";
import type { JsonValue } from "../ledger/json-value.ts";
import { jsonValueSchema } from "./json.ts";

const base = {
  v: z.literal(1),
  call: callIdSchema,
  run: runIdSchema,
  tool: toolNameSchema,
  requirement: z.optional(requirementIdSchema),
  /** Claims so far; only an idempotent tool, or people who said "run again", make a second one. */
  attempt: z.int().check(z.nonnegative()),
  /** The id of the newest ledger entry about it: `prev` of the next one. */
  lastEntry: z.optional(z.string().check(z.maxLength(300))),
};

const claim = {
  claimedAt: epochMillisSchema,
  /** SHA-256 over the input that was handed to the tool. */
  inputDigest: sha256HexSchema,
};

/**
 * What became of a call, version 1; one item per call, written by `execute-call` alone.
 *
 * `running` is the claim: its lease is the invocation's own deadline plus a margin, and until then nobody else runs it.
 */
export const executionSchema = z.discriminatedUnion("status", [
  z.strictObject({ ...base, ...claim, status: z.literal("running"), leaseUntil: epochMillisSchema }),
  z.strictObject({ ...base, ...claim, status: z.literal("in-doubt"), since: epochMillisSchema }),
  z.strictObject({
    ...base,
    ...claim,
    status: z.literal("succeeded"),
    output: jsonValueSchema,
    finishedAt: epochMillisSchema,
  }),
  z.strictObject({
    ...base,
    ...claim,
    status: z.literal("failed"),
    message: z.string().check(z.maxLength(4_000)),
    finishedAt: epochMillisSchema,
  }),
  z.strictObject({
    ...base,
    status: z.enum(["refused", "cancelled"]),
    code: z.string().check(z.maxLength(64)),
    message: z.string().check(z.maxLength(4_000)),
    finishedAt: epochMillisSchema,
  }),
]);

export type Execution = z.infer<typeof executionSchema>;

type EndedExecution = Extract<Execution, { status: "succeeded" | "failed" | "refused" | "cancelled" }>;

/** Whether the call has ended: nothing will run for it any more. */
export function isEnded(execution: Execution | undefined): execution is EndedExecution {
  return execution !== undefined && execution.status !== "running" && execution.status !== "in-doubt";
}

/** The one key under which every attempt of a call reaches the outside world. */
export function idempotencyKeyOf(call: string): string {
  return `countersign:${call}`;
}

/** What came of a call that has ended, as its sealed entry commits to it: the tool's output, or the words why there is none. */
export function resultOf(ended: EndedExecution): JsonValue {
  return ended.status === "succeeded" ? ended.output : ended.message;
}
