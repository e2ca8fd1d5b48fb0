import { subjectsOf } from "../../shared/domain/data-subjects.ts";
import { epochMillisSchema, requirementIdOf } from "../../shared/domain/ids.ts";
import type { PlannedOpening } from "../../shared/domain/run-loop.ts";
import type { Ending } from "../../shared/domain/run.ts";
import { checkSatisfiable, policyOf, poolsOf, toolVersionOf } from "../../shared/domain/stages.ts";
import type { CallResult, OpenCall } from "../../shared/domain/steps.ts";
import type { WriteAction } from "../../shared/ports/store.ts";
import { callKey, runKey } from "../../shared/records/keys.ts";
import { checkPools, loadPools, poolMap } from "../../shared/records/pool-records.ts";
import { createRequirementWrites } from "../../shared/records/requirement-records.ts";
import { loadCommitting } from "../../shared/records/vault-records.ts";
import { approvalOf } from "./new-requirement.ts";
import { saveStep, type Turn, writeOrReload } from "./turn.ts";

/**
 * Opens the turn's calls that may have an effect, each with its requirement in one transaction under the run's revision;
 * ids follow from the call's place, so a retried opening finds its own. A call whose policy nobody could satisfy goes
 * back to the model with the reason.
 */
export async function openCalls(
  turn: Turn,
  openings: readonly PlannedOpening[],
): Promise<Ending | undefined> {
  for (const opening of openings) {
    const before = turn.state;
    await openCall(turn, opening);
    // Somebody else wrote: what to open is judged again from what is saved now.
    if (turn.state.revision !== before.revision) return undefined;
  }
  return undefined;
}

async function openCall(turn: Turn, opening: PlannedOpening): Promise<void> {
  const { parts, state } = turn;
  const { run } = state;
  const { tool, call } = opening;
  const { stages } = policyOf(tool, parts.sha256);
  const [pools, committing] = await Promise.all([
    loadPools(parts.store, run.tenant, poolsOf(stages)),
    loadCommitting(parts.store, run.tenant, run.id, parts),
  ]);
  const unsatisfiable = checkSatisfiable(stages, run.requester, turn.agent.owner, poolMap(pools));
  if (unsatisfiable !== undefined) {
    parts.log({ level: "warning", event: "unsatisfiable-policy", run: run.id, call: call.id });
    return saveRefusal(turn, {
      call: call.id,
      status: "refused",
      content: `Refused: ${unsatisfiable.detail}`,
    });
  }
  const open = openCallOf(turn, opening);
  const requirement = opening.mode === "people" ? approvalOf(turn, opening, open, committing) : undefined;
  const actions: readonly WriteAction[] = [
    { action: "put", key: callKey(run.tenant, run.id, call.id), body: open, expect: "absent" },
    ...(requirement === undefined ? [] : createRequirementWrites(requirement, committing)),
    { action: "check", key: runKey(run.tenant, run.id), expect: state.revision },
    ...checkPools(run.tenant, pools),
  ];
  const written = await writeOrReload(turn, actions, subjectsOf(tool, opening.input));
  if (written === "reloaded") return;
  turn.state = {
    ...state,
    calls: [...state.calls, open],
    requirements: requirement === undefined ? state.requirements : [...state.requirements, requirement],
  };
}

function openCallOf(
  { parts, state }: Turn,
  { call, tool, input, inputDigest, mode }: PlannedOpening,
): OpenCall {
  const base = {
    v: 1,
    id: call.id,
    run: state.run.id,
    turn: state.steps.findLast((step) => step.kind === "model")?.turn ?? 1,
    tool: tool.name,
    toolVersion: toolVersionOf(tool, parts.sha256),
    mode,
    inputDigest,
  } as const;
  return mode === "audit"
    ? { ...base, input, requirements: 0 }
    : { ...base, requirement: requirementIdOf(call.id, 1), requirements: 1 };
}

async function saveRefusal(turn: Turn, result: CallResult): Promise<void> {
  const step = turn.state.steps.findLast((candidate) => candidate.kind === "model");
  await saveStep(turn, {
    v: 1,
    kind: "results",
    turn: step?.turn ?? 1,
    results: [result],
    milliseconds: 0,
    at: epochMillisSchema.parse(turn.parts.now()),
  });
}
