import type { Agent } from "../../shared/domain/agent.ts";
import { assertNever } from "../../shared/domain/assert-never.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { nextAction, type NextAction, type RunState } from "../../shared/domain/run-loop.ts";
import type { OpenCall, ProposedCall } from "../../shared/domain/steps.ts";
import { buildAgent, buildNoteTool, buildReadTool, buildRefundTool } from "./build-agent.ts";
import { buildOpenCall, digestOfInput } from "./build-gate.ts";
import { buildRequirement } from "./build-requirement.ts";
import { buildModelStep, buildProposedCall, buildState } from "./build-run.ts";
import { sha256 } from "./sha256.ts";

/** The agent `shop` with a tool of each kind of gate. */
export const shop = buildAgent({
  tools: [
    buildReadTool(),
    buildNoteTool(),
    buildRefundTool({ refuse: ({ cents }) => (cents >= 100_000 ? "Too much." : undefined) }),
    buildNoteTool({ name: "deploy" }, { externalExecution: true }),
  ],
});

/** What the run does next. */
export const next = (state: RunState, by: Agent = shop) => nextAction(state, by, sha256);

/** An action in words, one line per call: what the model would read, or what would be read, opened or handed out. */
export function tell(action: NextAction): readonly string[] {
  switch (action.action) {
    case "call-model":
      return [`call-model ${action.turn}`];
    case "answer-calls":
      return [
        ...action.refused.map(({ call, content }) => `${placeOf(call)} ${content}`),
        ...action.reads.map(({ call, tool }) => `${placeOf(call.id)} read ${tool.name}`),
      ];
    case "open-calls":
      return action.openings.map(({ call, mode, tool }) => `${placeOf(call.id)} open ${tool.name} ${mode}`);
    case "hand-out":
      return action.calls.map(({ callId: call, ask }) => `${placeOf(call)} ${ask ? "ask" : "execute"}`);
    case "end":
      return [`end ${action.ending.status}`];
    default:
      return assertNever(action);
  }
}

/** `2.1` = first call of turn 2. */
function placeOf(call: string): string {
  return call.split("_").slice(2).join(".");
}

export const read = (place: number) => buildProposedCall(place, "look_up", '{"order":"1042"}');
export const note = (place: number) => buildProposedCall(place, "add_note", '{"note":"called"}');
export const refund = (place: number, cents = 25_000) =>
  buildProposedCall(place, "issue_refund", `{"order":"1042","cents":${cents}}`);

/** A run whose model has just proposed these calls. */
export const turnOf = (...calls: readonly ProposedCall[]) => buildState({ steps: [buildModelStep(calls)] });

/** The call as it is saved once it is open. */
export function opened(call: ProposedCall): OpenCall {
  const mode = call.name === "add_note" ? "audit" : "people";
  const { requirement: _none, ...bare } = buildOpenCall(buildRefundTool(), { id: call.id, mode });
  return mode === "audit"
    ? bare
    : buildOpenCall(buildRefundTool(), { id: call.id, mode, requirement: requirementOf(call.id) });
}

const requirementOf = (call: string) => `${call.replace("call_", "req_")}_1`;

/** The requirement of that call, which people rejected. */
export const rejected = (call: string, input = { order: "1042", cents: 25_000 }): Requirement =>
  buildRequirement({
    id: requirementOf(call),
    call,
    status: "rejected",
    input,
    inputDigest: digestOfInput(buildRefundTool(), input),
  });
