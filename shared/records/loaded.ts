import type * as z from "zod/mini";
import { MalformedRecord } from "../domain/errors.ts";
import type { Item, ItemKey, Revision, Store } from "../ports/store.ts";

/** A parsed record with the revision under which it may be replaced. */
export interface Loaded<T> {
  readonly value: T;
  readonly revision: Revision;
}

/** Reads an item's body by its schema; what does not fit is never acted on. The message names the key, not the value. */
export function parseItem<T>(item: Item, schema: z.ZodMiniType<T>): Loaded<T> {
  const result = schema.safeParse(item.body);
  if (!result.success) {
    const { table, partition, sort } = item.key;
    const [issue] = result.error.issues;
    throw new MalformedRecord(
      `The record ${table}/${partition}/${sort} is not readable at "${issue?.path.join(".") ?? ""}"; it was left as it is.`,
    );
  }
  return { value: result.data, revision: item.revision };
}

export async function loadRecord<T>(
  store: Store,
  key: ItemKey,
  schema: z.ZodMiniType<T>,
): Promise<Loaded<T> | undefined> {
  const [item] = await store.get([key]);
  return item === undefined ? undefined : parseItem(item, schema);
}

/** A whole partition, page by page. */
export async function readPartition(
  store: Store,
  range: { table: ItemKey["table"]; partition: string; from?: string; before?: string },
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (;;) {
    const after = items.at(-1)?.key.sort;
    const page = await store.query({
      ...range,
      order: "ascending",
      limit: 1_000,
      ...(after === undefined ? {} : { after }),
    });
    items.push(...page.items);
    if (!page.more) return items;
  }
}
