import { judgeEligibility } from "../../shared/domain/decide.ts";
import { type Decider, maySeeRequirement } from "../../shared/domain/decider.ts";
import { explainEligibility } from "../../shared/domain/eligibility.ts";
import { type Execution, executionSchema } from "../../shared/domain/execution.ts";
import type { Pool } from "../../shared/domain/pool.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { executionKey } from "../../shared/records/keys.ts";
import { loadRecord } from "../../shared/records/loaded.ts";
import { poolMap } from "../../shared/records/pool-records.ts";
import { loadRequirement } from "../../shared/records/requirement-records.ts";
import { type EligibilityView, noQuerySchema } from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { parseRequirementId, requirementNotFound } from "../http/parse-path.ts";
import { readQuery } from "../http/read-request.ts";
import { showRequirement } from "../http/show-requirement.ts";
import type { ServeReadsParts } from "./parts.ts";

interface Seen {
  readonly outcome: "seen";
  readonly requirement: Requirement;
  readonly viewer: Decider;
  readonly pools: ReadonlyMap<string, Pool>;
}

/** `GET /requirements/{requirement}` */
export async function readRequirement(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Answered | Refused> {
  const seen = await seeRequirement(parts, request);
  if (seen.outcome === "refused") return seen;
  return answer(showRequirement(seen.requirement, await loadExecution(parts, seen.requirement)));
}

/** `GET /requirements/{requirement}/eligibility` */
export async function readEligibility(
  parts: ServeReadsParts,
  request: SignedInRequest,
): Promise<Answered | Refused> {
  const seen = await seeRequirement(parts, request);
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

async function seeRequirement(
  { store, tenant }: ServeReadsParts,
  { principal, params, query }: SignedInRequest,
): Promise<Seen | Refused> {
  const id = parseRequirementId(params);
  if (id === undefined) return requirementNotFound(id);
  const { decider: viewer, pools } = await loadDecider(store, tenant, principal);
  const loaded = await loadRequirement(store, tenant, id);
  if (loaded === undefined || !maySeeRequirement(viewer, loaded.value)) return requirementNotFound(id);
  const asked = readQuery(noQuerySchema, query);
  if (asked.outcome === "unreadable") return refuse("invalid_input", asked.detail);
  return { outcome: "seen", requirement: loaded.value, viewer, pools: poolMap(pools) };
}

async function loadExecution(
  { store, tenant }: ServeReadsParts,
  { run, call }: Requirement,
): Promise<Execution | undefined> {
  return (await loadRecord(store, executionKey(tenant, run, call), executionSchema))?.value;
}
