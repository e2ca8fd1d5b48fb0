import { judgeEligibility } from "../../shared/domain/decide.ts";
import { type Decider, maySeeRequirement } from "../../shared/domain/decider.ts";
import { type RequirementId, requirementIdSchema } from "../../shared/domain/ids.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { type Requirement, requirementSchema } from "../../shared/domain/requirement.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { loadExecutionsOf } from "../../shared/records/execution-records.ts";
import { decidedBy, lists, requirementKey } from "../../shared/records/keys.ts";
import { parseItem } from "../../shared/records/loaded.ts";
import {
  type RequirementsQuery,
  requirementsQuerySchema,
  type RequirementView,
} from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { limitOf, readQuery } from "../http/read-request.ts";
import { showRequirement } from "../http/show-requirement.ts";
import { collectPage, type ListRows } from "./collect-page.ts";
import { readCursor } from "./cursor.ts";
import type { ServeReadsParts } from "./parts.ts";

const requirementPosition = /^[0-9]{15}#req_[0-9a-z_]{1,60}$/;

/** `GET /requirements`: newest first, only what the caller may see. */
export async function listRequirements(
  parts: ServeReadsParts,
  { principal, query }: SignedInRequest,
): Promise<Answered | Refused> {
  const asked = readQuery(requirementsQuerySchema, query);
  if (asked.outcome === "unreadable") return refuse("invalid_input", asked.detail);
  const after = readCursor(asked.value.cursor, requirementPosition);
  if (after.outcome === "unreadable") return refuse("invalid_input", after.detail);
  const { decider } = await loadDecider(parts.store, parts.tenant, principal);
  const rows = rowsOf(parts.tenant, decider, asked.value);
  const isWanted = wanted(decider, asked.value, parts.now());
  const page = { limit: limitOf(asked.value), after: after.value };
  return answer(
    await collectPage(parts.store, rows, page, async (ids) => {
      const found = await loadRequirements(parts, ids);
      return showRequirements(
        parts,
        found.map((requirement) =>
          requirement !== undefined && isWanted(requirement) ? requirement : undefined,
        ),
      );
    }),
  );
}

function rowsOf(tenant: string, decider: Decider, { view = "all" }: RequirementsQuery): ListRows {
  const { subject } = decider;
  const pools = decider.kind === "person" ? decider.pools : [];
  switch (view) {
    case "awaiting-me": {
      const ofPools = pools.map((pool) => lists.awaitingPool(tenant, pool));
      return { table: "work", partitions: [lists.awaitingPerson(tenant, subject), ...ofPools] };
    }
    case "asked-by-me":
      return { table: "work", partitions: [lists.askedBy(tenant, subject)] };
    case "decided":
      return { table: "decisions", partitions: [decidedBy(tenant, subject)] };
    case "all": {
      if (decider.kind === "person" && decider.isAuditor) {
        return { table: "work", partitions: [lists.requirements(tenant)] };
      }
      const ofPools = pools.map((pool) => lists.ofPool(tenant, pool));
      return { table: "work", partitions: [lists.askedBy(tenant, subject), ...ofPools] };
    }
  }
}

function wanted(
  decider: Decider,
  query: RequirementsQuery,
  now: number,
): (requirement: Requirement) => boolean {
  const { view, pool, tool, run, kind, text } = query;
  const sought = text?.toLowerCase();
  return (requirement) =>
    maySeeRequirement(decider, requirement) &&
    (view !== "awaiting-me" || judgeEligibility(requirement, decider, now) === undefined) &&
    (pool === undefined ||
      requirement.stages.some(({ by }) => by !== "asker" && by.some((id) => id === pool))) &&
    (tool === undefined || requirement.tool === tool) &&
    (run === undefined || requirement.run === run) &&
    (kind === undefined || requirement.kind === kind) &&
    (sought === undefined || searchTextOf(requirement).includes(sought));
}

function searchTextOf({ id, tool, effect, input, requester }: Requirement): string {
  return [id, tool, effect, JSON.stringify(input), requester.subject, requester.name]
    .join("\n")
    .toLowerCase();
}

async function loadRequirements(
  { store, tenant }: ServeReadsParts,
  ids: readonly string[],
): Promise<readonly (Requirement | undefined)[]> {
  const known = ids.map((id): RequirementId => requirementIdSchema.parse(id));
  if (known.length === 0) return [];
  const items = await store.get(known.map((id) => requirementKey(tenant, id)));
  return items.map((item) => (item === undefined ? undefined : parseItem(item, requirementSchema).value));
}

async function showRequirements(
  { store, tenant }: ServeReadsParts,
  requirements: readonly (Requirement | undefined)[],
): Promise<readonly (RequirementView | undefined)[]> {
  const found = requirements.filter((requirement) => requirement !== undefined);
  const executions = await loadExecutionsOf(store, tenant, found);
  return requirements.map((requirement) =>
    requirement === undefined ? undefined : showRequirement(requirement, executions.get(requirement.call)),
  );
}
