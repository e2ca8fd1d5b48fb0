import { cancelledEntry, runCancelledEntry } from "../../shared/domain/entry-ids.ts";
import { epochMillisSchema, type RunId, subjectSchema } from "../../shared/domain/ids.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import type { Run } from "../../shared/domain/run.ts";
import { sightOfRun } from "../../shared/domain/visibility.ts";
import { nextStatus } from "../../shared/domain/transitions.ts";
import type { Now } from "../../shared/ports/functions.ts";
import type { Store, WriteAction } from "../../shared/ports/store.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { outboxWrite } from "../../shared/records/outbox.ts";
import { moveRequirementWrites } from "../../shared/records/requirement-records.ts";
import { type LoadedRun, loadRunState, replaceRunWrite } from "../../shared/records/run-records.ts";

export interface CancelRunParts {
  readonly tenant: string;
  readonly store: Store;
  readonly now: Now;
}

const tries = 20;

/**
 * Cancels a run in one transaction: the mark on the run, which fences new steps and claims, and every open requirement
 * with its outbox row. The status stays until `end-run`; a call that is claimed already finishes and is recorded. A
 * repeat mends what is left, and changes nothing once nothing is.
 */
export async function cancelRun(
  parts: CancelRunParts,
  { principal, runId }: { readonly principal: Principal; readonly runId: RunId },
): Promise<{ readonly outcome: "cancelled"; readonly run: Run } | Refused> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const state = await loadRunState(parts.store, parts.tenant, runId);
    const { decider } = await loadDecider(parts.store, parts.tenant, principal);
    if (state === undefined || sightOfRun(decider, state.run, state.requirements) === undefined) {
      return refuse("not_found", `Run ${runId} was not found.`);
    }
    const { run } = state;
    if (!mayCancel(principal, run)) {
      return refuse(
        "not_eligible",
        `Only the asker or an admin can cancel ${runId}; you can reject what it asks for.`,
      );
    }
    if (run.status === "cancelled" || isCancelled(state)) return { outcome: "cancelled", run };
    if (run.status !== "running" || run.ending !== undefined) {
      return refuse("too_late", `Run ${runId} has already ended as ${run.ending?.status ?? run.status}.`);
    }
    const now = parts.now();
    const at = epochMillisSchema.parse(now);
    const marked = run.cancelRequested ?? { by: subjectSchema.parse(principal.subject), at };
    const next: Run = { ...run, cancelRequested: marked, updatedAt: at };
    // Read again also after it was written: a call may have been opened between the read and the mark. None is after it.
    await parts.store.write(cancelWrites(state, next, principal, now));
  }
  return refuse("check_failed", `Run ${runId} is changing too fast to be cancelled; try again.`);
}

function isCancelled({ run, requirements }: LoadedRun): boolean {
  return run.cancelRequested !== undefined && requirements.every(({ status }) => status !== "pending");
}

/** The run's own asker, or an admin (docs/api.md, "Routes"). */
function mayCancel(principal: Principal, { requester }: Run): boolean {
  if (requester.kind === principal.kind && requester.subject === principal.subject) return true;
  return principal.kind === "person" && principal.groups.includes("admin");
}

function cancelWrites(
  state: LoadedRun,
  next: Run,
  principal: Principal,
  now: number,
): readonly WriteAction[] {
  const { run, requirements, requirementRevisions } = state;
  const actor = { kind: principal.kind, subject: principal.subject } as const;
  const entry = {
    v: 1,
    tenant: run.tenant,
    run: run.id,
    agent: run.agent,
    actor,
    at: now,
    kind: "cancelled",
  } as const;
  const closings = requirements.flatMap((requirement) => {
    const revision = requirementRevisions.get(requirement.id);
    const closed = cancelRequirement(requirement, now);
    if (revision === undefined || closed === undefined) return [];
    const event = { id: cancelledEntry(closed.id), kind: "cancelled", at: now, actor } as const;
    return moveRequirementWrites({ value: requirement, revision }, closed, event);
  });
  return [
    replaceRunWrite(next, state.revision),
    ...(run.cancelRequested === undefined ? [outboxWrite({ ...entry, id: runCancelledEntry(run.id) })] : []),
    ...closings,
  ];
}

function cancelRequirement(requirement: Requirement, now: number): Requirement | undefined {
  const status = nextStatus(requirement.status, "run-cancelled");
  if (status === undefined) return undefined;
  const closedAt = epochMillisSchema.parse(now);
  return { ...requirement, status, closedAt, awaitedEntries: [cancelledEntry(requirement.id)] };
}
