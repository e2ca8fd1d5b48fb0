import { parseStrictJson } from "../ledger/canonical-json.ts";
import type { JsonValue } from "../ledger/json-value.ts";
import type { Sha256 } from "../ledger/sha256.ts";
import type { Agent } from "./agent.ts";
import { inputDigest } from "./digest.ts";
import { type Execution, isEnded } from "./execution.ts";
import type { CallId, RequirementId, Sha256Hex, ToolName } from "./ids.ts";
import { toolNameSchema } from "./ids.ts";
import type { Requirement } from "./requirement.ts";
import type { Ending, Run } from "./run.ts";
import type { CallResult, ModelStep, OpenCall, ProposedCall, Step } from "./steps.ts";
import type { Tool } from "./tool.ts";

/** Everything that is saved of a run; the loop's next action follows from it alone, also after a crash. */
export interface RunState {
  readonly run: Run;
  readonly steps: readonly Step[];
  readonly calls: readonly OpenCall[];
  readonly requirements: readonly Requirement[];
  readonly executions: readonly Execution[];
}

/** A call as the machine's Map takes it. */
export interface HandedCall {
  readonly callId: CallId;
  readonly ask: boolean;
  readonly requirementId?: RequirementId;
}

export interface PlannedRead {
  readonly call: ProposedCall;
  readonly tool: Tool;
  readonly input: JsonValue;
}

export interface PlannedOpening extends PlannedRead {
  readonly mode: "audit" | "people";
  readonly inputDigest: Sha256Hex;
}

export type NextAction =
  | { readonly action: "call-model"; readonly turn: number }
  | {
      readonly action: "answer-calls";
      readonly turn: number;
      readonly refused: readonly CallResult[];
      readonly reads: readonly PlannedRead[];
    }
  | { readonly action: "open-calls"; readonly turn: number; readonly openings: readonly PlannedOpening[] }
  | { readonly action: "hand-out"; readonly turn: number; readonly calls: readonly HandedCall[] }
  | { readonly action: "end"; readonly ending: Ending };

/** Calls of one turn that may have an effect; the rest go back to the model (an inline Map runs 40 at once). */
export const mostOpenCallsPerTurn = 20;

/**
 * UTF-16 units of a call's JSON; at three bytes each, and four thirds of that where they are sealed, they fit into a
 * requirement of 400,000 bytes (DynamoDB's limit) with the words of the model and of those who decide.
 */
const longestArguments = 60_000;

/** A turn handed out this often without any of its calls ending is a defect, not patience. */
export const mostHandOuts = 5;

/** What the run does next. Total over every saved state, so a retried or adopted execution goes on where it was. */
export function nextAction(state: RunState, agent: Agent, sha256: Sha256): NextAction {
  const { run } = state;
  if (run.ending !== undefined) return { action: "end", ending: run.ending };
  const last = state.steps.findLast((step) => step.kind === "model");
  if (run.cancelRequested !== undefined) return nextOfCancelled(state, last?.turn ?? 0);
  if (last === undefined) return beforeModel(state, agent, 1);
  const waiting = last.calls.filter((call) => !isAnswered(call.id, state));
  if (waiting.length === 0) {
    return last.calls.length === 0
      ? { action: "end", ending: { status: "completed", output: last.content ?? "" } }
      : beforeModel(state, agent, last.turn + 1);
  }
  return nextOfTurn(state, agent, last, waiting, sha256);
}

/** Whether the model can be told what became of the call. */
function isAnswered(call: CallId, state: RunState): boolean {
  return (
    state.steps.some(
      (step) => step.kind === "results" && step.results.some((result) => result.call === call),
    ) || isEnded(state.executions.find((execution) => execution.call === call))
  );
}

/** Claimed calls finish and are recorded, open ones are ended by the executor without asking; nothing new begins. */
function nextOfCancelled(state: RunState, turn: number): NextAction {
  const open = state.calls.filter((call) => !isAnswered(call.id, state));
  return open.length === 0
    ? { action: "end", ending: { status: "cancelled" } }
    : { action: "hand-out", turn, calls: open.map(({ id }) => ({ callId: id, ask: false })) };
}

function nextOfTurn(
  state: RunState,
  agent: Agent,
  { turn, calls }: ModelStep,
  waiting: readonly ProposedCall[],
  sha256: Sha256,
): NextAction {
  const isOpened = (call: ProposedCall) => state.calls.some((open) => open.id === call.id);
  const planned = planCalls(calls, state, agent, sha256);
  const unopened = waiting.filter((call) => !isOpened(call)).map((call) => planned.get(call.id));
  const refused = unopened.flatMap((plan) => (plan?.plan === "refuse" ? [plan.result] : []));
  const reads = unopened.flatMap((plan) => (plan?.plan === "read" ? [plan.read] : []));
  if (refused.length + reads.length > 0) return { action: "answer-calls", turn, refused, reads };
  const openings = unopened.flatMap((plan) => (plan?.plan === "open" ? [plan.opening] : []));
  if (openings.length > 0) return { action: "open-calls", turn, openings };
  return { action: "hand-out", turn, calls: readyCalls(state, waiting) };
}

/** Gated calls all at once; an audit call only when the gated ones that the model placed before it have ended. */
function readyCalls(state: RunState, waiting: readonly ProposedCall[]): readonly HandedCall[] {
  const open = waiting.flatMap((call) => state.calls.find((candidate) => candidate.id === call.id) ?? []);
  return open.flatMap((call, place) => {
    const waits = call.mode === "audit" && open.slice(0, place).some((earlier) => earlier.mode === "people");
    return waits ? [] : [handed(call)];
  });
}

export function handed(call: OpenCall): HandedCall {
  return call.requirement === undefined
    ? { callId: call.id, ask: false }
    : { callId: call.id, ask: true, requirementId: call.requirement };
}

type Plan =
  | { readonly plan: "refuse"; readonly result: CallResult }
  | { readonly plan: "read"; readonly read: PlannedRead }
  | { readonly plan: "open"; readonly opening: PlannedOpening };

/** Judges the calls of a turn in the model's order; the limit counts those that may have an effect. */
function planCalls(
  calls: readonly ProposedCall[],
  state: RunState,
  agent: Agent,
  sha256: Sha256,
): ReadonlyMap<CallId, Plan> {
  let openings = 0;
  const plans = calls.map((call): [CallId, Plan] => {
    const plan = planCall(call, state, agent, sha256);
    if (plan.plan !== "open") return [call.id, plan];
    openings += 1;
    return openings > mostOpenCallsPerTurn
      ? [
          call.id,
          refusal(call, `Only ${mostOpenCallsPerTurn} such calls run in one turn: propose this one again.`),
        ]
      : [call.id, plan];
  });
  return new Map(plans);
}

function planCall(call: ProposedCall, state: RunState, agent: Agent, sha256: Sha256): Plan {
  const tool = agent.tool(call.name);
  const name = toolNameSchema.safeParse(call.name);
  if (tool === undefined || !name.success) {
    return refusal(
      call,
      `There is no tool of this name. The tools are: ${agent.tools.map((known) => known.name).join(", ")}.`,
    );
  }
  if (call.arguments.length > longestArguments) {
    return invalid(call, [`They are longer than ${longestArguments} characters: send less.`]);
  }
  const text = parseStrictJson(call.arguments === "" ? "{}" : call.arguments);
  if (!text.ok) return invalid(call, [text.message]);
  const read = tool.read(text.value);
  if (read.outcome === "invalid") return invalid(call, read.problems);
  const reason = tool.gate.mode === "refused" ? tool.gate.reason : tool.refuse(read.input);
  if (reason !== undefined) return refusal(call, reason);
  if (tool.gate.mode === "none") return { plan: "read", read: { call, tool, input: read.input } };
  const mode = tool.gate.mode === "audit" ? "audit" : "people";
  return planOpening({ call, tool, input: read.input }, mode, name.data, state, sha256);
}

function planOpening(
  read: PlannedRead,
  mode: PlannedOpening["mode"],
  tool: ToolName,
  state: RunState,
  sha256: Sha256,
): Plan {
  const digest = inputDigest({ tool, input: read.input }, sha256);
  if (!digest.ok) return invalid(read.call, [digest.message]);
  const rejected = state.requirements.find(
    (requirement) => requirement.status === "rejected" && requirement.inputDigest === digest.digest,
  );
  return rejected === undefined
    ? { plan: "open", opening: { ...read, mode, inputDigest: digest.digest } }
    : refusal(
        read.call,
        `A person rejected exactly this call earlier in the run (${rejected.id}): do not propose it again.`,
      );
}

function refusal(call: ProposedCall, reason: string): Plan {
  return { plan: "refuse", result: { call: call.id, status: "refused", content: `Refused: ${reason}` } };
}

function invalid(call: ProposedCall, problems: readonly string[]): Plan {
  const content = `Invalid arguments, nothing was run: ${problems.join(" ")}`;
  return { plan: "refuse", result: { call: call.id, status: "refused", content } };
}

/** The next turn, unless the run has used up its steps, tokens or time; waiting for people costs none of them. */
function beforeModel({ run, steps }: RunState, agent: Agent, turn: number): NextAction {
  const { modelCalls, tokens, activeSeconds } = agent.budget;
  const seconds = steps.reduce((sum, step) => sum + step.milliseconds, 0) / 1_000;
  const used = usageOf(steps);
  const message =
    used.modelCalls >= modelCalls
      ? `The run used its ${modelCalls} model calls.`
      : used.inputTokens + used.outputTokens >= tokens
        ? `The run used its ${tokens} tokens.`
        : seconds >= activeSeconds
          ? `The run worked for its ${activeSeconds} seconds.`
          : undefined;
  if (message === undefined) return { action: "call-model", turn };
  const detail = `${message} Start ${run.agent} again with a smaller task, or raise its budget.`;
  return { action: "end", ending: { status: "failed", error: { code: "budget_exceeded", message: detail } } };
}

export function usageOf(steps: readonly Step[]): Omit<Run["usage"], "toolCalls"> {
  const models = steps.filter((step) => step.kind === "model");
  return {
    modelCalls: models.length,
    inputTokens: models.reduce((sum, step) => sum + step.inputTokens, 0),
    outputTokens: models.reduce((sum, step) => sum + step.outputTokens, 0),
  };
}

/** Tool calls that ran, whatever came of them; refused ones did not. */
export function toolCallsOf({ steps, executions }: Pick<RunState, "steps" | "executions">): number {
  const answered = steps.flatMap((step) => (step.kind === "results" ? step.results : []));
  const ran = executions.filter(
    (execution) => execution.status !== "refused" && execution.status !== "cancelled",
  );
  return answered.filter((result) => result.status !== "refused").length + ran.length;
}
