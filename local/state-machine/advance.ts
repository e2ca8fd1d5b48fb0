import { assertNever } from "../../shared/domain/assert-never.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { Clock } from "../clock.ts";
import type { State } from "./definition.ts";
import { blockOf, type Branch, type Execution, type Outcome } from "./execution.ts";
import { errorNames, EvaluationFailure, HistoryFull, StateFailure, toErrorOutput } from "./failure.ts";
import { decideReaction } from "./retry-policy.ts";
import { abortIterations, continueMap, startMap } from "./run-map.ts";
import { readFailure, runChoice, scheduleWait, whereabouts } from "./run-states.ts";
import { readTaskResult, scheduleTask } from "./run-task.ts";
import { prepareLeaving, type Leaving, type StateRun } from "./state-run.ts";

export interface Interpreter {
  readonly machineName: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Works on an execution until every branch waits for something outside, or the execution has ended. It changes the
 * execution in memory only and starts nothing: the caller writes the journal first and acts on it then.
 */
export async function advance(interpreter: Interpreter, execution: Execution): Promise<void> {
  try {
    if (execution.eventCount === 0) execution.addEvent("ExecutionStarted", null);
    for (let branch = execution.runnable.shift(); branch !== undefined; branch = execution.runnable.shift()) {
      if (execution.has(branch)) await attempt(interpreter, execution, branch, stepBranch);
      if (execution.end !== undefined) return;
    }
  } catch (error) {
    if (execution.end !== undefined) return;
    failExecution(execution, toFatalFailure(error));
  }
}

type Work = (interpreter: Interpreter, run: StateRun, state: State) => Promise<void>;

/** Does one piece of work for a branch and lets its state handle the failure of it. */
async function attempt(
  interpreter: Interpreter,
  execution: Execution,
  branch: Branch,
  work: Work,
): Promise<void> {
  const state = blockOf(execution, branch).states.get(branch.state);
  if (state === undefined) throw new Error(`The definition has no state "${branch.state}".`);
  const run: StateRun = {
    execution,
    branch,
    machineName: interpreter.machineName,
    now: interpreter.clock.now(),
  };
  try {
    await work(interpreter, run, state);
  } catch (error) {
    await react(interpreter, run, state, toStateFailure(run, error));
  }
}

async function stepBranch(interpreter: Interpreter, run: StateRun, state: State): Promise<void> {
  const { branch, execution } = run;
  const { phase } = branch;
  switch (phase.kind) {
    case "ready":
      branch.enteredAt = run.now;
      branch.enteredEventId = execution.addEvent(`${state.type}StateEntered`, state.name);
      execution.transitions += 1;
      return runState(interpreter, run, state);
    case "retrying":
      return runState(interpreter, run, state);
    case "settled":
      return settle(interpreter, run, state, phase.outcome);
    case "waited":
      if (state.type !== "Wait") return;
      return leave(interpreter, run, state, await prepareLeaving(run, state, branch.input, {}));
    case "task":
    case "waiting":
    case "backing-off":
    case "mapping":
    case "done":
      // It was worked on already through an earlier entry of the queue.
      return;
    default:
      return assertNever(phase);
  }
}

async function runState(interpreter: Interpreter, run: StateRun, state: State): Promise<void> {
  const { input } = run.branch;
  switch (state.type) {
    case "Task":
      return run.execution.setPhase(run.branch, await scheduleTask(run, state));
    case "Map":
      return startMap(run, state);
    case "Wait":
      return run.execution.setPhase(run.branch, await scheduleWait(run, state));
    case "Choice":
      return leave(interpreter, run, state, await runChoice(run, state));
    case "Pass":
      return leave(interpreter, run, state, await prepareLeaving(run, state, input, {}));
    case "Succeed":
      return leave(
        interpreter,
        run,
        state,
        await prepareLeaving(run, { ...state, next: undefined }, input, {}),
      );
    case "Fail":
      throw await readFailure(run, state);
    default:
      return assertNever(state);
  }
}

/** A Task's function or token, or a Map's iterations, came to an end. */
async function settle(
  interpreter: Interpreter,
  run: StateRun,
  state: State,
  outcome: Outcome,
): Promise<void> {
  if (state.type !== "Task" && state.type !== "Map") return;
  const result = state.type === "Task" ? readTaskResult(run, outcome) : readMapResult(run, outcome);
  await leave(interpreter, run, state, await prepareLeaving(run, state, result, { result }));
}

function readMapResult(run: StateRun, outcome: Outcome): JsonValue {
  if (outcome.kind === "succeeded") {
    run.execution.addEvent("MapStateSucceeded", null);
    return outcome.output;
  }
  if (outcome.kind === "failed") throw new StateFailure(outcome.error, outcome.cause);
  throw new Error("A Map has no timeout of its own.");
}

async function leave(interpreter: Interpreter, run: StateRun, state: State, leaving: Leaving): Promise<void> {
  const { branch, execution } = run;
  execution.addEvent(`${state.type}StateExited`, state.name);
  branch.variables = leaving.variables;
  branch.retriesByRetrier = [];
  branch.retryCount = 0;
  if (leaving.next !== undefined) {
    branch.state = leaving.next;
    branch.input = leaving.output;
    execution.setPhase(branch, { kind: "ready" });
  } else if (branch.parent === null) {
    execution.addUncheckedEvent("ExecutionSucceeded");
    execution.end = { status: "SUCCEEDED", output: leaving.output };
  } else {
    execution.addEvent("MapIterationSucceeded", branch.parent.state);
    execution.setPhase(branch, { kind: "done", output: leaving.output });
    await attempt(interpreter, execution, branch.parent, continueParent);
  }
}

async function continueParent(_interpreter: Interpreter, run: StateRun, state: State): Promise<void> {
  if (state.type === "Map") await continueMap(run, state);
}

/** Retry, else Catch, else the branch fails with it. */
async function react(
  interpreter: Interpreter,
  run: StateRun,
  state: State,
  failure: StateFailure,
): Promise<void> {
  const { branch, execution } = run;
  const reaction =
    state.type === "Task" || state.type === "Map"
      ? decideReaction(state, branch.retriesByRetrier, failure, interpreter.random)
      : ({ kind: "fail" } as const);
  execution.removeChildren(branch);
  if (reaction.kind === "retry") {
    branch.retriesByRetrier = reaction.retriesByRetrier;
    branch.retryCount += 1;
    execution.setPhase(branch, { kind: "backing-off", until: run.now + reaction.delayMs });
    return;
  }
  if (state.type === "Map") execution.addEvent("MapStateFailed", null);
  if (reaction.kind === "fail") return failBranch(run, failure);
  const errorOutput = toErrorOutput(failure);
  let leaving: Leaving;
  try {
    leaving = await prepareLeaving(run, reaction.catcher, errorOutput, { errorOutput });
  } catch (error) {
    // A Catch that cannot be evaluated is not caught by itself.
    return failBranch(run, toStateFailure(run, error));
  }
  await leave(interpreter, run, state, leaving);
}

/** The root takes the execution with it; an iteration takes its siblings and fails the Map, which may catch it. */
function failBranch(run: StateRun, failure: StateFailure): void {
  const { branch, execution } = run;
  if (branch.parent === null) return failExecution(execution, failure);
  execution.addEvent("MapIterationFailed", branch.parent.state);
  abortIterations({ ...run, branch: branch.parent }, branch);
  const { errorName: error, causeText: cause } = failure;
  execution.setPhase(branch.parent, { kind: "settled", outcome: { kind: "failed", error, cause } });
}

function failExecution(execution: Execution, failure: StateFailure): void {
  execution.addUncheckedEvent("ExecutionFailed");
  execution.end = {
    status: "FAILED",
    ...(failure.errorName === null ? {} : { error: failure.errorName }),
    ...(failure.causeText === null ? {} : { cause: failure.causeText }),
  };
}

/** Evaluation errors get AWS's name, event and wording; anything unexpected goes on as it is. */
function toStateFailure(run: StateRun, error: unknown): StateFailure {
  if (error instanceof StateFailure) return error;
  if (!(error instanceof EvaluationFailure)) throw error;
  run.execution.addEvent("EvaluationFailed", null);
  return new StateFailure(errorNames.queryEvaluationError, `${whereabouts(run)} ${error.message}`);
}

/** What ends the execution whatever its Catch fields say. */
function toFatalFailure(error: unknown): StateFailure {
  if (error instanceof HistoryFull) {
    return new StateFailure(
      errorNames.runtime,
      "The execution reached the maximum number of history events (25000).",
    );
  }
  // A defect of the interpreter: the execution fails, so that whoever watches it can start another.
  const message = error instanceof Error ? error.message : String(error);
  return new StateFailure(errorNames.runtime, `The local engine could not go on: ${message}`);
}
