import type { JsonValue } from "../ledger/json-value.ts";
import type { Agent } from "./agent.ts";
import type { RunState } from "./run-loop.ts";
import type { Tool } from "./tool.ts";

/** Of one call, or of one start of a run. */
export const mostSubjects = 20;
/** UTF-16 units. */
export const longestSubject = 200;

/** Whom a call is about, by the tool's own declaration; ids that are no ids are left out. */
export function subjectsOf(tool: Tool, input: JsonValue, output?: JsonValue): readonly string[] {
  const named = tool.subjects(input, output).filter((id) => id !== "" && id.length <= longestSubject);
  return [...new Set(named)].slice(0, mostSubjects);
}

/**
 * Whom the results of the last turn's executed calls are about. `execute-call` cannot link them to the run, so whatever
 * is saved of the run next does; with the turn after that they are linked for good.
 */
export function subjectsOfResults(state: RunState, agent: Agent): readonly string[] {
  const turn = state.steps.findLast((step) => step.kind === "model")?.turn;
  const calls = state.calls.filter((call) => call.turn === turn);
  return calls.flatMap((call) => {
    const tool = agent.tool(call.tool);
    const execution = state.executions.find((candidate) => candidate.call === call.id);
    if (tool === undefined || execution?.status !== "succeeded") return [];
    const requirement = state.requirements.find((candidate) => candidate.id === call.requirement);
    const input = call.input ?? requirement?.input ?? null;
    const before = new Set(subjectsOf(tool, input));
    return subjectsOf(tool, input, execution.output).filter((id) => !before.has(id));
  });
}
