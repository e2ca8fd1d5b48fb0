import type { ChoiceState, FailState, WaitState } from "./definition.ts";
import type { Phase } from "./execution.ts";
import { evaluateExpression, wrongType } from "./expressions.ts";
import { errorNames, EvaluationFailure, StateFailure } from "./failure.ts";
import {
  bind,
  evaluateInteger,
  evaluateString,
  prepareLeaving,
  type Leaving,
  type StateRun,
} from "./state-run.ts";

/** ISO 8601 with seconds and an offset; AWS refuses local times. */
const timestampFormat = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The first rule that holds; none of them: Default with the state's own Assign and Output. */
export async function runChoice(run: StateRun, state: ChoiceState): Promise<Leaving> {
  const bindings = bind(run, {});
  for (const rule of state.rules) {
    let holds: unknown = rule.condition;
    if (typeof rule.condition !== "boolean") {
      const value = await evaluateExpression(rule.condition, bindings);
      if (typeof value !== "boolean") throw wrongType(rule.condition, "boolean", value);
      holds = value;
    }
    if (holds === true) return prepareLeaving(run, rule, run.branch.input, {});
  }
  if (state.otherwise === undefined) {
    // AWS was seen to raise this name here, not the States.NoChoiceMatched of the specification.
    throw new StateFailure(
      errorNames.runtime,
      `${whereabouts(run)} Failed to transition out of the state. The state does not point to a next state.`,
    );
  }
  return prepareLeaving(run, { ...state, next: state.otherwise }, run.branch.input, {});
}

/** When a Wait ends, as an absolute time that survives a restart. */
export async function scheduleWait(run: StateRun, state: WaitState): Promise<Phase> {
  const bindings = bind(run, {});
  const { until } = state;
  if (until.kind === "seconds") {
    const seconds = await evaluateInteger(until.seconds, bindings);
    return toWaitPhase(run, run.now + seconds * 1000);
  }
  const timestamp = await evaluateString(until.timestamp, bindings);
  const time = timestampFormat.test(timestamp) ? Date.parse(truncateToMillis(timestamp)) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new EvaluationFailure(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`,
    );
  }
  return toWaitPhase(run, time);
}

/** The failure that a Fail state is there to make. */
export async function readFailure(run: StateRun, state: FailState): Promise<StateFailure> {
  const bindings = bind(run, {});
  const error = state.error === undefined ? null : await evaluateString(state.error, bindings);
  const cause = state.cause === undefined ? null : await evaluateString(state.cause, bindings);
  return new StateFailure(error, cause);
}

/** The beginning of AWS's causes: which state, and at which event it was entered. */
export function whereabouts(run: StateRun): string {
  const { state, enteredEventId } = run.branch;
  return `An error occurred while executing the state '${state}' (entered at the event id #${enteredEventId}).`;
}

function toWaitPhase(run: StateRun, until: number): Phase {
  return until <= run.now ? { kind: "waited" } : { kind: "waiting", until };
}

/** `Date.parse` need not take more than three digits of a second. */
function truncateToMillis(timestamp: string): string {
  return timestamp.replace(/(\.\d{3})\d+/, "$1");
}
