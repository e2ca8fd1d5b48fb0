import type { AgentRow, AgentRowChange, AgentTables } from "../../shared/domain/agent-tables.ts";

export interface MemoryTables extends AgentTables {
  /** The values of a partition in sort-key order, as one would look at them from outside. */
  readonly values: (partition: string) => readonly AgentRow["value"][];
  /** Runs the next time a row is read, after its value was taken: what another writer does in between. */
  readonly afterNextRead: (act: () => Promise<unknown>) => void;
  /** How many writes were tried since the start, conflicts too. */
  readonly writes: () => number;
}

/** An agent's tables in memory. Throws for a partition it was not told of and for a version it never gave out. */
export function createMemoryTables(partitions: readonly string[]): MemoryTables {
  const rows = new Map<string, AgentRow>();
  const given = new Set<string>(["absent"]);
  let interruption: (() => Promise<unknown>) | undefined;
  let writes = 0;

  const keyOf = (partition: string, sort: string): string => {
    if (!partitions.includes(partition))
      throw new Error(`There is no partition "${partition}" in this test.`);
    return JSON.stringify([partition, sort]);
  };
  const holds = ({ partition, sort, expect }: AgentRowChange): boolean => {
    if (!given.has(expect)) throw new Error(`The version "${expect}" was never read.`);
    return (rows.get(keyOf(partition, sort))?.version ?? "absent") === expect;
  };
  const listOf = (partition: string): readonly AgentRow[] => {
    keyOf(partition, "");
    return [...rows.values()]
      .filter((row) => row.partition === partition)
      .toSorted((one, other) => (one.sort < other.sort ? -1 : 1));
  };

  return {
    read: async (partition, sort) => {
      const row = rows.get(keyOf(partition, sort));
      const act = interruption;
      interruption = undefined;
      await act?.();
      return row;
    },
    list: async (partition) => listOf(partition).slice(0, 1_000),
    write: async (changes) => {
      writes += 1;
      const keys = changes.map(({ partition, sort }) => keyOf(partition, sort));
      if (keys.length === 0 || keys.length > 100 || new Set(keys).size !== keys.length) {
        throw new Error("A write takes 1 to 100 changes of different rows.");
      }
      if (!changes.every(holds)) return "conflict";
      for (const { partition, sort, value } of changes) {
        const version = `v${given.size}`;
        given.add(version);
        rows.set(keyOf(partition, sort), { partition, sort, value: structuredClone(value), version });
      }
      return "written";
    },
    values: (partition) => listOf(partition).map((row) => row.value),
    afterNextRead: (act) => {
      interruption = act;
    },
    writes: () => writes,
  };
}
