import { type Pool, poolSchema } from "../domain/pool.ts";
import type { Store, WriteAction } from "../ports/store.ts";
import { poolKey } from "./keys.ts";
import { type Loaded, parseItem } from "./loaded.ts";

/** The pools that exist of those asked for; one that does not exist has no members. */
export async function loadPools(
  store: Store,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Loaded<Pool>>> {
  if (ids.length === 0) return new Map();
  const items = await store.get(ids.map((id) => poolKey(tenant, id)));
  const found = items.flatMap((item) => (item === undefined ? [] : [parseItem(item, poolSchema)]));
  return new Map(found.map((pool) => [pool.value.id, pool]));
}

/** All pools of the tenant, at most 1,000. */
export async function loadAllPools(store: Store, tenant: string): Promise<readonly Pool[]> {
  const { table, partition } = poolKey(tenant, "");
  const page = await store.query({ table, partition, order: "ascending", limit: 1_000 });
  return page.items.map((item) => parseItem(item, poolSchema).value);
}

/** Holds a transaction to the pools that were read: a change of membership in between is a conflict. */
export function checkPools(tenant: string, pools: ReadonlyMap<string, Loaded<Pool>>): readonly WriteAction[] {
  return [...pools].map(([id, { revision }]) => ({
    action: "check",
    key: poolKey(tenant, id),
    expect: revision,
  }));
}

export function poolMap(pools: ReadonlyMap<string, Loaded<Pool>>): ReadonlyMap<string, Pool> {
  return new Map([...pools].map(([id, pool]) => [id, pool.value]));
}
