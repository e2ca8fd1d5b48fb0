import { judgeEligibility } from "../../shared/domain/decide.ts";
import { explainEligibility } from "../../shared/domain/eligibility.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { loadExecutionsOf } from "../../shared/records/execution-records.ts";
import { type EligibilityView, noQuerySchema } from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { readQuery } from "../http/read-request.ts";
import { showRequirement } from "../http/show-requirement.ts";
import { findReceipt } from "./find-receipt.ts";
import { recordView } from "./record-observation.ts";
import type { ServeReadsParts } from "./parts.ts";
import { seeRequirement, type SeenRequirement } from "./see-requirement.ts";

/** `GET /requirements/{requirement}` */
export async function readRequirement(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Answered | Refused> {
  const seen = await seeWithoutQuery(parts, request);
  if (seen.outcome === "refused") return seen;
  const { requirement } = seen;
  const [executions, receipt] = await Promise.all([
    loadExecutionsOf(parts.store, parts.tenant, [requirement]),
    findReceipt(parts, requirement),
    recordView(parts, request.principal, requirement),
  ]);
  const shown = showRequirement(requirement, executions.get(requirement.call));
  return answer(receipt === undefined ? shown : { ...shown, receipt });
}

/** `GET /requirements/{requirement}/eligibility` */
export async function readEligibility(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Answered | Refused> {
  const seen = await seeWithoutQuery(parts, request);
  if (seen.outcome === "refused") return seen;
  const { requirement, viewer, pools } = seen;
  const now = parts.now();
  const own = judgeEligibility(requirement, viewer, now);
  const { eligible, excluded } = explainEligibility(requirement, pools, now);
  const view: EligibilityView = {
    requirement: requirement.id,
    you: {
      mayDecide: own === undefined,
      ...(own === undefined ? {} : { reason: { code: own.code, detail: own.detail } }),
    },
    eligible: eligible.map((subject) => ({ subject })),
    excluded: [...excluded],
  };
  return answer(view);
}

async function seeWithoutQuery(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<SeenRequirement | Refused> {
  const seen = await seeRequirement(parts, request);
  if (seen.outcome === "refused") return seen;
  const asked = readQuery(noQuerySchema, request.query);
  return asked.outcome === "unreadable" ? refuse("invalid_input", asked.detail) : seen;
}
