import type * as z from "zod/mini";
import { type Execution, executionSchema } from "../../shared/domain/execution.ts";
import { callIdOf, runIdSchema } from "../../shared/domain/ids.ts";
import type { RunState } from "../../shared/domain/run-loop.ts";
import { type Run, runSchema } from "../../shared/domain/run.ts";
import {
  type CallResult,
  type ModelStep,
  modelStepSchema,
  type ProposedCall,
  proposedCallSchema,
  type ResultsStep,
  resultsStepSchema,
} from "../../shared/domain/steps.ts";
import { noon } from "./build-requirement.ts";

const runId = runIdSchema.parse("run_01m81j18g0041061050r3gg28a");

/** A running run of agent `shop` for the person `asker`. */
export function buildRun(over: Partial<z.input<typeof runSchema>> = {}): Run {
  return runSchema.parse({
    v: 1,
    tenant: "default",
    id: runId,
    agent: "shop",
    status: "running",
    input: "Refund order 1042, 250.00",
    requester: { kind: "person", subject: "asker", name: "Asker" },
    epoch: 1,
    adoptions: { count: 0, steps: 0 },
    handOuts: { count: 0, turn: 0, open: 0 },
    usage: { modelCalls: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0 },
    createdAt: noon,
    updatedAt: noon,
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    ...over,
  });
}

/** The id of the `place`-th call of a turn of the built run, both from 1. */
export function callId(turn: number, place: number): ReturnType<typeof callIdOf> {
  return callIdOf(runId, turn, place);
}

export function buildProposedCall(
  place: number,
  name: string,
  argumentsText: string,
  { turn = 1, ...over }: Partial<z.input<typeof proposedCallSchema>> & { readonly turn?: number } = {},
): ProposedCall {
  return proposedCallSchema.parse({
    id: callId(turn, place),
    modelId: `model-${turn}-${place}`,
    name,
    arguments: argumentsText,
    ...over,
  });
}

/** One answer of the model: without calls its last words. */
export function buildModelStep(
  calls: readonly ProposedCall[],
  over: Partial<z.input<typeof modelStepSchema>> = {},
): ModelStep {
  return modelStepSchema.parse({
    v: 1,
    kind: "model",
    turn: 1,
    content: calls.length === 0 ? "Done." : null,
    calls,
    inputTokens: 100,
    outputTokens: 10,
    milliseconds: 1_000,
    at: noon,
    ...over,
  });
}

export function buildResultsStep(
  results: readonly CallResult[],
  over: Partial<z.input<typeof resultsStepSchema>> = {},
): ResultsStep {
  return resultsStepSchema.parse({
    v: 1,
    kind: "results",
    turn: 1,
    results,
    milliseconds: 50,
    at: noon,
    ...over,
  });
}

/** A call that ended well, or as `over` says. */
export function buildEnded(call: string, over: object = {}): Execution {
  return executionSchema.parse({
    v: 1,
    call,
    run: runId,
    tool: "issue_refund",
    attempt: 1,
    claimedAt: noon,
    inputDigest: "2".repeat(64),
    status: "succeeded",
    output: { refunded: 25_000 },
    finishedAt: noon + 1_000,
    ...over,
  });
}

/** A call whose tool threw. */
export function buildFailed(call: string, over: object = {}): Execution {
  return executionSchema.parse({
    v: 1,
    call,
    run: runId,
    tool: "issue_refund",
    attempt: 1,
    claimedAt: noon,
    inputDigest: "2".repeat(64),
    status: "failed",
    message: "There is no order 1042.",
    finishedAt: noon + 1_000,
    ...over,
  });
}

/** A call that the executor refused. */
export function buildRefused(call: string, over: object = {}): Execution {
  return executionSchema.parse({
    v: 1,
    call,
    run: runId,
    tool: "issue_refund",
    attempt: 0,
    status: "refused",
    code: "rejected",
    message: "Fin One rejected this call without a comment",
    finishedAt: noon + 1_000,
    ...over,
  });
}

/** Everything saved of a run that has only been started. */
export function buildState(over: Partial<RunState> = {}): RunState {
  return { run: buildRun(), steps: [], calls: [], requirements: [], executions: [], ...over };
}
