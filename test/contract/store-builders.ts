import { randomUUID } from "node:crypto";
import type { Item, ItemBody, ItemKey, Revision, Store, TableName } from "../../shared/ports/store.ts";

export function freshPartition(): string {
  return `contract#${randomUUID()}`;
}

export function freshKey(table: TableName = "work"): ItemKey {
  return { table, partition: freshPartition(), sort: "item" };
}

export async function read(store: Store, key: ItemKey): Promise<Item | undefined> {
  return (await store.get([key]))[0];
}

export async function put(
  store: Store,
  key: ItemKey,
  body: ItemBody,
  expectation: "absent" | "anything" | Revision,
): Promise<Revision> {
  const outcome = await store.write([{ action: "put", key, body, expect: expectation }]);
  const revision = outcome.outcome === "written" ? outcome.revisions[0] : undefined;
  if (revision === undefined) throw new Error(`The put was not written: ${JSON.stringify(outcome)}`);
  return revision;
}

/** A revision that no other item has. */
export async function someRevision(store: Store): Promise<Revision> {
  return put(store, freshKey(), {}, "absent");
}
