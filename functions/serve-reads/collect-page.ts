import type { Store, TableName } from "../../shared/ports/store.ts";
import { idOfListRow } from "../../shared/records/keys.ts";
import { writeCursor } from "./cursor.ts";
import type { ListView } from "../../shared/wire/api.ts";

/** Rows that name what a list holds, newest first; a row's sort key is its place in the list. */
export interface ListRows {
  readonly table: TableName;
  /** Several lists are read as one; an id in more than one of them counts once. */
  readonly partitions: readonly string[];
}

export interface PageRequest {
  readonly limit: number;
  /** The position that the page begins after. */
  readonly after: string | undefined;
}

/** Rows that one request looks at; a filter that finds little then answers a short page with a cursor. */
const mostRows = 1_000;

/** Items that one `get` of the store reads. */
const mostRowsAtOnce = 100;

/**
 * A page of what `keep` makes of the rows' ids (`undefined` = not for this caller, or filtered out), at most `limit`.
 * A page may be short, also empty, and still have a cursor: the list has ended only when `nextCursor` is null.
 */
export async function collectPage<T>(
  store: Store,
  list: ListRows,
  { limit, after }: PageRequest,
  keep: (ids: readonly string[]) => Promise<readonly (T | undefined)[]>,
): Promise<ListView<T>> {
  const items: T[] = [];
  let position = after;
  for (let examined = 0; examined < mostRows;) {
    const { rows, more } = await readRows(store, list, position, Math.min(limit, mostRowsAtOnce));
    const kept = await keep(rows.map(idOfListRow));
    for (const [place, row] of rows.entries()) {
      const item = kept[place];
      position = row;
      if (item !== undefined) items.push(item);
      const isLast = !more && place === rows.length - 1;
      if (items.length === limit) return { items, nextCursor: isLast ? null : writeCursor(row) };
    }
    if (!more) return { items, nextCursor: null };
    examined += rows.length;
  }
  return { items, nextCursor: position === undefined ? null : writeCursor(position) };
}

/** The next sort keys of all partitions together. */
async function readRows(
  store: Store,
  { table, partitions }: ListRows,
  after: string | undefined,
  limit: number,
): Promise<{ readonly rows: readonly string[]; readonly more: boolean }> {
  const pages = await Promise.all(
    partitions.map((partition) =>
      store.query({
        table,
        partition,
        order: "descending",
        limit,
        ...(after === undefined ? {} : { after }),
      }),
    ),
  );
  // A page with more behind it holds `limit` rows of its own, so none of the first `limit` of all can be missing.
  const sorts = pages.flatMap((page) => page.items.map((item) => item.key.sort));
  const rows = [...new Set(sorts)].toSorted().toReversed();
  return { rows: rows.slice(0, limit), more: rows.length > limit || pages.some((page) => page.more) };
}
