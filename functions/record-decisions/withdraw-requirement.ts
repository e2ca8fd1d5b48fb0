import { loadDecider } from "../../shared/records/decider-records.ts";
import { isAsker, maySeeRequirement } from "../../shared/domain/decider.ts";
import { withdrawnEntry } from "../../shared/domain/entry-ids.ts";
import { epochMillisSchema, type RequirementId } from "../../shared/domain/ids.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { nextStatus } from "../../shared/domain/transitions.ts";
import { type IdempotencyRequest, recall, rememberWrite } from "../../shared/records/idempotency.ts";
import { loadRequirement, moveRequirementWrites } from "../../shared/records/requirement-records.ts";
import { recordRefused } from "./record-refused.ts";
import type { RecordVoteParts } from "./record-vote.ts";

export interface WithdrawRequest {
  readonly principal: Principal;
  readonly requirementId: RequirementId;
  readonly idempotencyKey?: string | undefined;
}

const tries = 100;

/** The asker takes one request back; the run goes on without it. Too late once it is decided. */
export async function withdrawRequirement(
  parts: RecordVoteParts,
  request: WithdrawRequest,
): Promise<{ readonly outcome: "withdrawn"; readonly requirement: Requirement } | Refused> {
  const { store, tenant } = parts;
  const { principal, requirementId } = request;
  const idempotency = idempotencyOf(parts, request);
  const { decider } = await loadDecider(store, tenant, principal);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const loaded = await loadRequirement(store, tenant, requirementId);
    if (loaded === undefined) return notFound(requirementId);
    const at = parts.now();
    const isVisible = maySeeRequirement(decider, loaded.value);
    const recalled =
      idempotency === undefined || !isVisible ? undefined : await recall(store, idempotency, at);
    if (recalled?.outcome === "known") return { outcome: "withdrawn", requirement: loaded.value };
    const refused = isVisible ? judgeWithdrawal(loaded.value, principal, at) : notFound(requirementId);
    if (refused !== undefined) {
      await recordRefused(parts, loaded.value, principal, refused, at);
      return refused;
    }
    const after = withdraw(loaded.value, at);
    const actor = { kind: principal.kind, subject: principal.subject } as const;
    const written = await store.write([
      ...moveRequirementWrites(loaded, after, { id: withdrawnEntry(after.id), kind: "withdrawn", at, actor }),
      ...(idempotency === undefined || recalled?.outcome !== "new"
        ? []
        : [rememberWrite(idempotency, after.id, recalled.expect, at)]),
    ]);
    if (written.outcome === "written") return { outcome: "withdrawn", requirement: after };
  }
  return refuse("check_failed", `Requirement ${requirementId} is changing too fast; try again.`);
}

/** The body is always empty, so no two of them differ. */
function idempotencyOf(
  { tenant }: RecordVoteParts,
  { principal, requirementId, idempotencyKey }: WithdrawRequest,
): IdempotencyRequest | undefined {
  if (idempotencyKey === undefined) return undefined;
  const route = `withdraw#${requirementId}`;
  return { table: "decisions", tenant, caller: principal.subject, route, key: idempotencyKey, bodyHash: "" };
}

function notFound(id: RequirementId): Refused {
  return refuse("not_found", `Requirement ${id} was not found.`);
}

function judgeWithdrawal(requirement: Requirement, principal: Principal, now: number): Refused | undefined {
  const { id, status, expiresAt } = requirement;
  if (status === "expired" || (status === "pending" && now >= expiresAt)) {
    return refuse("expired", `Requirement ${id} has expired; there is nothing to take back.`);
  }
  if (status === "cancelled")
    return refuse("cancelled", `Requirement ${id} is already taken back or cancelled.`);
  if (status !== "pending" || requirement.kind === "reconcile") {
    return refuse(
      "too_late",
      `Requirement ${id} is ${status} and cannot be taken back any more: cancel the run instead.`,
    );
  }
  const isOwn =
    principal.kind === "person"
      ? isAsker(principal.subject, requirement)
      : requirement.requester.subject === principal.subject;
  return isOwn
    ? undefined
    : refuse("not_eligible", `Only the asker can take ${id} back; you can reject it instead.`);
}

function withdraw(requirement: Requirement, now: number): Requirement {
  const status = nextStatus(requirement.status, "withdrawn") ?? requirement.status;
  const closedAt = epochMillisSchema.parse(now);
  return { ...requirement, status, closedAt, awaitedEntries: [withdrawnEntry(requirement.id)] };
}
