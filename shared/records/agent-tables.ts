import type { AgentRow, AgentRowChange, AgentTables } from "../domain/agent-tables.ts";
import { jsonValueSchema } from "../domain/json.ts";
import type { JsonValue } from "../ledger/json-value.ts";
import type { Item, Revision, Store, TableName } from "../ports/store.ts";
import * as z from "zod/mini";

const rowSchema: z.ZodMiniType<{ [key: string]: JsonValue }> = z.record(z.string(), jsonValueSchema);
const revisionSchema = z.string();

/** An agent's own tables over the store; the store's grants decide who may write them. */
export function createAgentTables(store: Store, tenant: string, agent: string): AgentTables {
  const table: TableName = `agent-${agent}`;
  const keyOf = (partition: string, sort: string) => ({ table, partition: `${tenant}#${partition}`, sort });
  const rowOf = (partition: string, item: Item): AgentRow => ({
    partition,
    sort: item.key.sort,
    value: z.parse(rowSchema, item.body),
    version: item.revision,
  });
  // A version is a revision that this store handed out; the tool only carries it back.
  const revisions = new Map<string, Revision>();
  const remember = (row: AgentRow, item: Item): AgentRow => {
    revisions.set(row.version, item.revision);
    return row;
  };
  const expectationOf = (expect: string) => {
    if (expect === "absent") return "absent" as const;
    const revision = revisions.get(z.parse(revisionSchema, expect));
    if (revision === undefined)
      throw new Error("That version was not read from these tables: read the row first.");
    return revision;
  };
  return {
    read: async (partition, sort) => {
      const [item] = await store.get([keyOf(partition, sort)]);
      return item === undefined ? undefined : remember(rowOf(partition, item), item);
    },
    list: async (partition) => {
      const range = { table, partition: `${tenant}#${partition}`, order: "ascending", limit: 1_000 } as const;
      const page = await store.query(range);
      return page.items.map((item) => remember(rowOf(partition, item), item));
    },
    write: async (changes) => {
      const outcome = await store.write(
        changes.map((change: AgentRowChange) => ({
          action: "put",
          key: keyOf(change.partition, change.sort),
          body: change.value,
          expect: expectationOf(change.expect),
        })),
      );
      return outcome.outcome;
    },
  };
}
