import type { Proposal } from "../../shared/domain/decide.ts";
import type { RequirementId } from "../../shared/domain/ids.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import type { Refused } from "../../shared/domain/refusal.ts";
import { hashJson } from "../../shared/domain/stages.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { RecordDecisionsParts } from "./parts.ts";
import { type Recorded, recordVote } from "./record-vote.ts";

/** Records a proposal under the request's `Idempotency-Key`, which is honoured per caller, route and requirement. */
export async function recordProposal(
  parts: RecordDecisionsParts,
  request: {
    readonly principal: Principal;
    readonly headers: Headers;
    readonly requirementId: RequirementId;
    readonly proposal: Proposal;
    readonly route: "decisions" | "answers" | "continue";
    readonly body: JsonValue;
  },
): Promise<Recorded | Refused> {
  const { principal, headers, requirementId, proposal, route, body } = request;
  const key = headers.get("idempotency-key");
  const isKeyed = key !== null && proposal.outcome === "read";
  const idempotency = isKeyed
    ? { key, route: `${route}#${requirementId}`, bodyHash: hashJson(body, parts.sha256) }
    : undefined;
  return recordVote(parts, { principal, requirementId, proposal, idempotency });
}
