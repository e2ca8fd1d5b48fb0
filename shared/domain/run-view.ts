import { isEnded } from "./execution.ts";
import type { RunState } from "./run-loop.ts";
import type { Run } from "./run.ts";
import type { OpenCall, ProposedCall } from "./steps.ts";

/** The run's status as people read it: what is stored, but `paused` while nothing runs and a requirement waits. */
export function displayedStatus(state: RunState): Run["status"] | "paused" {
  return isPaused(state) ? "paused" : state.run.status;
}

/**
 * Nothing runs: the last turn was handed to the machine, and each of its calls has ended, waits for people, or is an
 * audit call held back by one that waits before it (the rule of `nextAction`).
 */
function isPaused(state: RunState): boolean {
  const { run, steps, calls } = state;
  if (run.status !== "running" || run.ending !== undefined || run.cancelRequested !== undefined) return false;
  const turn = steps.findLast((step) => step.kind === "model");
  if (turn === undefined || run.handOuts.turn !== turn.turn) return false;
  const unanswered = turn.calls.filter((call) => !isAnswered(call, state));
  const open = unanswered.flatMap((call) => calls.find((candidate) => candidate.id === call.id) ?? []);
  // A call that is neither answered nor opened is still being looked at.
  if (open.length < unanswered.length) return false;
  const waits = open.filter((call) => waitsForPeople(call, state));
  const isHeldBack = (call: OpenCall, place: number) =>
    call.mode === "audit" && open.slice(0, place).some((earlier) => earlier.mode === "people");
  return waits.length > 0 && open.every((call, place) => waits.includes(call) || isHeldBack(call, place));
}

function isAnswered({ id }: ProposedCall, { steps, executions }: RunState): boolean {
  return (
    steps.some((step) => step.kind === "results" && step.results.some((result) => result.call === id)) ||
    isEnded(executions.find((execution) => execution.call === id))
  );
}

function waitsForPeople(call: OpenCall, { requirements }: RunState): boolean {
  const current = requirements.find((requirement) => requirement.id === call.requirement);
  return current?.status === "pending";
}
