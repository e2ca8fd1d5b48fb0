import { type Decided, decide, type Proposal } from "../../shared/domain/decide.ts";
import { maySeeRequirement } from "../../shared/domain/decider.ts";
import { type RequirementId, runOfRequirement } from "../../shared/domain/ids.ts";
import type { Pool } from "../../shared/domain/pool.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import { type Refused, refuse, refuseMachine } from "../../shared/domain/refusal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { type CommitmentCrypto, type Committing, commitTo } from "../../shared/domain/commitment.ts";
import type { Log, Now } from "../../shared/ports/functions.ts";
import type { Store, WriteAction } from "../../shared/ports/store.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { type IdempotencyRequest, recall, rememberWrite } from "../../shared/records/idempotency.ts";
import { decidedBy, decisionKey, listKey } from "../../shared/records/keys.ts";
import type { Loaded } from "../../shared/records/loaded.ts";
import { checkPools } from "../../shared/records/pool-records.ts";
import { decisionRowOf } from "../../shared/records/decision-records.ts";
import { loadRequirement, moveRequirementWrites } from "../../shared/records/requirement-records.ts";
import { loadCommitting } from "../../shared/records/vault-records.ts";
import { put } from "../../shared/records/run-records.ts";
import { recordRefused } from "./record-refused.ts";

export interface RecordVoteParts extends CommitmentCrypto {
  readonly tenant: string;
  readonly store: Store;
  readonly now: Now;
  readonly log: Log;
}

export interface RecordVoteRequest {
  readonly principal: Principal;
  readonly requirementId: RequirementId;
  readonly proposal: Proposal;
  readonly idempotency?:
    | { readonly key: string; readonly route: string; readonly bodyHash: string }
    | undefined;
}

export type Recorded = { readonly outcome: "decided"; readonly requirement: Requirement };

/** More than a pool's worth of people answering in the same moment; each try re-reads and judges anew. */
const tries = 100;

/**
 * Records one person's answer, or the refusal of it. One transaction holds the vote (one per human and version), its
 * outbox row, the requirement under the revision that was judged, and the pools that made the person eligible; whoever
 * is beaten to it is judged again on what stands then.
 */
export async function recordVote(
  parts: RecordVoteParts,
  request: RecordVoteRequest,
): Promise<Recorded | Refused> {
  const { store, tenant, now } = parts;
  const idempotency = idempotencyOf(parts, request);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const [loaded, committing] = await Promise.all([
      loadRequirement(store, tenant, request.requirementId),
      loadCommitting(store, tenant, runOfRequirement(request.requirementId), parts),
    ]);
    if (loaded === undefined) return refuseUnknown(request);
    const { decider, pools } = await loadDecider(store, tenant, request.principal);
    const isVisible = maySeeRequirement(decider, loaded.value);
    const recalled =
      idempotency === undefined || !isVisible ? undefined : await recall(store, idempotency, now());
    if (recalled?.outcome === "known") return { outcome: "decided", requirement: loaded.value };
    const at = now();
    const verdict =
      recalled?.outcome === "refused" ? recalled : decide(loaded.value, request.proposal, decider, at);
    if (verdict.outcome === "refused") {
      await recordRefused(parts, loaded.value, request.principal, verdict, at);
      return verdict;
    }
    const known = poolsOfStages(loaded.value, pools);
    const writes = [
      ...voteWrites(loaded, verdict, known, committing),
      ...checkPools(tenant, known),
      ...(idempotency === undefined || recalled?.outcome !== "new"
        ? []
        : [rememberWrite(idempotency, loaded.value.id, recalled.expect, at)]),
    ];
    if ((await store.write(writes)).outcome === "written")
      return { outcome: "decided", requirement: verdict.requirement };
  }
  parts.log({ level: "alarm", event: "vote-contended", requirement: request.requirementId });
  return refuse(
    "check_failed",
    `Requirement ${request.requirementId} is changing too fast; read it again and retry.`,
  );
}

/** Nothing stands there that the attempt could be recorded with. */
function refuseUnknown({ principal, requirementId }: RecordVoteRequest): Refused {
  if (principal.kind === "machine") return refuseMachine();
  return refuse("not_found", `Requirement ${requirementId} was not found.`);
}

/** Only these could change the verdict; a transaction has no room for every pool of a tenant. */
function poolsOfStages(
  { stages }: Requirement,
  pools: ReadonlyMap<string, Loaded<Pool>>,
): ReadonlyMap<string, Loaded<Pool>> {
  const named = new Set<string>(stages.flatMap((stage) => (stage.by === "asker" ? [] : stage.by)));
  return new Map([...pools].filter(([id]) => named.has(id)));
}

function idempotencyOf(
  { tenant }: RecordVoteParts,
  { principal, idempotency }: RecordVoteRequest,
): IdempotencyRequest | undefined {
  return idempotency === undefined
    ? undefined
    : { table: "decisions", tenant, caller: principal.subject, ...idempotency };
}

function voteWrites(
  loaded: Loaded<Requirement>,
  { requirement: after, vote, stage, entryKind, entryId }: Decided,
  pools: ReadonlyMap<string, Loaded<Pool>>,
  committing: Committing | undefined,
): readonly WriteAction[] {
  const { tenant, id, version, input } = loaded.value;
  const row = decisionRowOf(loaded.value, vote, stage, pools);
  const { comment } = vote;
  return [
    {
      action: "put",
      key: decisionKey(tenant, id, version, vote.by),
      body: row,
      expect: "absent",
    },
    put(listKey("decisions", decidedBy(tenant, vote.by), vote.at, id)),
    ...moveRequirementWrites(loaded, after, {
      id: entryId,
      kind: entryKind,
      at: vote.at,
      stage,
      actor: { kind: "person", subject: vote.by },
      decision: vote.decision,
      channel: vote.channel,
      ...commitTo(committing, entryId, { input, comment, members: row.members }),
    }),
  ];
}
