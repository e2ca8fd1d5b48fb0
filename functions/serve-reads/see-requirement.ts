import { type Decider, maySeeRequirement } from "../../shared/domain/decider.ts";
import type { Pool } from "../../shared/domain/pool.ts";
import type { Refused } from "../../shared/domain/refusal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { poolMap } from "../../shared/records/pool-records.ts";
import { loadRequirement } from "../../shared/records/requirement-records.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { parseRequirementId, requirementNotFound } from "../http/parse-path.ts";
import type { ServeReadsParts } from "./parts.ts";

export interface SeenRequirement {
  readonly outcome: "seen";
  readonly requirement: Requirement;
  readonly viewer: Decider;
  readonly pools: ReadonlyMap<string, Pool>;
}

/** The requirement that `params` name, for a caller who may see it; for everybody else it does not exist. */
export async function seeRequirement(
  { store, tenant }: ServeReadsParts,
  { principal, params }: Pick<SignedInRequest, "principal" | "params">,
): Promise<SeenRequirement | Refused> {
  const id = parseRequirementId(params);
  if (id === undefined) return requirementNotFound(id);
  const { decider: viewer, pools } = await loadDecider(store, tenant, principal);
  const loaded = await loadRequirement(store, tenant, id);
  if (loaded === undefined || !maySeeRequirement(viewer, loaded.value)) return requirementNotFound(id);
  return { outcome: "seen", requirement: loaded.value, viewer, pools: poolMap(pools) };
}
