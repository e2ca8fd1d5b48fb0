import type { Decider } from "../domain/decider.ts";
import type { PoolId } from "../domain/ids.ts";
import { type Pool, poolSchema } from "../domain/pool.ts";
import type { Principal } from "../domain/principal.ts";
import { shownName } from "../domain/requester.ts";
import type { Store } from "../ports/store.ts";
import { poolKey } from "./keys.ts";
import { type Loaded, parseItem } from "./loaded.ts";

const mostPools = 1_000;

/**
 * Who is acting: the subject from the verified token, membership from the pools in `rules`, the roles `admin` and
 * `auditor` from the token's groups. The pools come with their revisions, so that a decision can hold to them.
 */
export async function loadDecider(
  store: Store,
  tenant: string,
  principal: Principal,
): Promise<{ readonly decider: Decider; readonly pools: ReadonlyMap<string, Loaded<Pool>> }> {
  const { table, partition } = poolKey(tenant, "");
  const page = await store.query({ table, partition, order: "ascending", limit: mostPools });
  const all = page.items.map((item) => parseItem(item, poolSchema));
  const pools = new Map(all.map((pool) => [pool.value.id, pool]));
  if (principal.kind === "machine")
    return { decider: { kind: "machine", subject: principal.subject }, pools };
  const memberOf = all.filter((pool) => pool.value.members.some((member) => member === principal.subject));
  const { subject, groups, authenticatedAt } = principal;
  const name = shownName(principal.name);
  const decider: Decider = {
    kind: "person",
    subject,
    name,
    pools: memberOf.map((pool): PoolId => pool.value.id),
    isAuditor: groups.includes("auditor"),
    isAdmin: groups.includes("admin"),
    authenticatedAt,
  };
  return { decider, pools };
}
