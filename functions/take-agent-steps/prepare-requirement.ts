import { InvariantBroken, RunContended } from "../../shared/domain/errors.ts";
import { findQuestion } from "../../shared/domain/execution-gate.ts";
import type { CallId } from "../../shared/domain/ids.ts";
import { handed } from "../../shared/domain/run-loop.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { callKey, runKey } from "../../shared/records/keys.ts";
import { createRequirementWrites } from "../../shared/records/requirement-records.ts";
import { loadCommitting } from "../../shared/records/vault-records.ts";
import type { ExecutionInput, StepsTaken } from "../../shared/wire/machine.ts";
import { reconcileOf } from "./new-requirement.ts";
import { loadCurrent, type TakeStepsParts } from "./turn.ts";

/**
 * What a call that Execute could not end needs next: the requirement that is still pending, or, when its execution is
 * in doubt, the question to people. No model is called.
 */
export async function prepareRequirement(
  parts: TakeStepsParts,
  execution: ExecutionInput,
  callId: CallId,
): Promise<StepsTaken> {
  const [state, committing] = await Promise.all([
    loadCurrent(parts, execution),
    loadCommitting(parts.store, execution.tenant, execution.runId, parts),
  ]);
  const call = state.calls.find((candidate) => candidate.id === callId);
  const callRevision = state.callRevisions.get(callId);
  if (call === undefined || callRevision === undefined) {
    throw new InvariantBroken(`${callId} is not an open call of ${execution.runId}.`);
  }
  const own = state.requirements.filter((requirement) => requirement.call === callId);
  const doubt = state.executions.find((one) => one.call === callId);
  if (doubt?.status !== "in-doubt" || findQuestion(own, doubt) !== undefined) {
    return { outcome: "calls", calls: [handed(call)] };
  }

  const approval = own.findLast((requirement) => requirement.kind === "approval");
  const question = reconcileOf(state.run, call, approval, inputOf(approval, call.input), {
    now: parts.now(),
    sha256: parts.sha256,
    committing,
  });
  const next = { ...call, requirement: question.id, requirements: call.requirements + 1 };
  const { outcome } = await parts.store.write([
    { action: "put", key: callKey(state.run.tenant, state.run.id, callId), body: next, expect: callRevision },
    ...createRequirementWrites(question, committing),
    { action: "check", key: runKey(state.run.tenant, state.run.id), expect: state.revision },
  ]);
  if (outcome === "conflict")
    throw new RunContended(`${callId} changed while it was prepared; it is read again.`);
  parts.log({
    level: "alarm",
    event: "call-in-doubt",
    run: state.run.id,
    call: callId,
    requirement: question.id,
  });
  return { outcome: "calls", calls: [handed(next)] };
}

function inputOf(
  approval: Requirement | undefined,
  input: Requirement["input"] | undefined,
): Requirement["input"] {
  return approval?.input ?? input ?? null;
}
