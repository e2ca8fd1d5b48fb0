import { maySeeRequirement } from "../../shared/domain/decider.ts";
import type { Proposal } from "../../shared/domain/decide.ts";
import type { RequirementId } from "../../shared/domain/ids.ts";
import { type Refused, refuse, refuseMachine } from "../../shared/domain/refusal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { loadExecutionsOf } from "../../shared/records/execution-records.ts";
import { loadRequirement } from "../../shared/records/requirement-records.ts";
import { emptyBodySchema } from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import { createApp, type SignedInRequest } from "../http/create-app.ts";
import { parseRequirementId, requirementNotFound } from "../http/parse-path.ts";
import { readBody, readIdempotencyKey } from "../http/read-request.ts";
import { showRequirement } from "../http/show-requirement.ts";
import { continueRun } from "./continue-run.ts";
import type { RecordDecisionsParts } from "./parts.ts";
import { readAnswers, readDecision } from "./read-proposal.ts";
import { recordRefused } from "./record-refused.ts";
import { recordProposal } from "./record-proposal.ts";
import { withdrawRequirement } from "./withdraw-requirement.ts";

/** What people decide, answer and take back. */
export function createHandler(parts: RecordDecisionsParts): (request: Request) => Promise<Response> {
  return createApp("record-decisions", parts, {
    public: {},
    signedIn: {
      "POST /requirements/:requirement/decisions": (request) =>
        decide(parts, request, "decisions", readDecision(request.body, request.headers)),
      "POST /requirements/:requirement/answers": (request) =>
        decide(parts, request, "answers", readAnswers(request.body, request.headers)),
      "POST /requirements/:requirement/withdraw": (request) => withdraw(parts, request),
      "POST /runs/:run/continue": (request) => continueRun(parts, request),
    },
  });
}

async function decide(
  parts: RecordDecisionsParts,
  { principal, params, headers, body }: SignedInRequest,
  route: "decisions" | "answers",
  proposal: Proposal,
): Promise<Answered | Refused> {
  const requirementId = parseRequirementId(params);
  if (requirementId === undefined) {
    return principal.kind === "machine" ? refuseMachine() : requirementNotFound(requirementId);
  }
  const sent = body.outcome === "read" ? (body.value ?? null) : null;
  const recorded = await recordProposal(parts, {
    principal,
    headers,
    requirementId,
    proposal,
    route,
    body: sent,
  });
  return recorded.outcome === "refused" ? recorded : answerWith(parts, recorded.requirement);
}

async function withdraw(
  parts: RecordDecisionsParts,
  { principal, params, headers, body }: SignedInRequest,
): Promise<Answered | Refused> {
  const requirementId = parseRequirementId(params);
  if (requirementId === undefined) return requirementNotFound(requirementId);
  const empty = readBody(emptyBodySchema, body);
  if (empty.outcome === "unreadable") return refuseUnreadable(parts, principal, requirementId, empty.detail);
  const key = readIdempotencyKey(headers);
  if (key.outcome === "unreadable") return refuseUnreadable(parts, principal, requirementId, key.detail);
  const withdrawn = await withdrawRequirement(parts, { principal, requirementId, idempotencyKey: key.value });
  return withdrawn.outcome === "refused" ? withdrawn : answerWith(parts, withdrawn.requirement);
}

/** 404 comes before 422: what cannot be seen is not found, whatever was sent. */
async function refuseUnreadable(
  parts: RecordDecisionsParts,
  principal: SignedInRequest["principal"],
  id: RequirementId,
  detail: string,
): Promise<Refused> {
  const { store, tenant, now } = parts;
  const { decider } = await loadDecider(store, tenant, principal);
  const loaded = await loadRequirement(store, tenant, id);
  if (loaded === undefined) return requirementNotFound(id);
  const isVisible = maySeeRequirement(decider, loaded.value);
  const refused = isVisible ? refuse("invalid_input", detail) : requirementNotFound(id);
  await recordRefused(parts, loaded.value, principal, refused, now());
  return refused;
}

async function answerWith(
  { store, tenant }: RecordDecisionsParts,
  requirement: Requirement,
): Promise<Answered> {
  const executions = await loadExecutionsOf(store, tenant, [requirement]);
  return answer(showRequirement(requirement, executions.get(requirement.call)));
}
