import { seedSupport } from "../../../agents/support/seed.ts";
import { support } from "../../../agents/support/agent.ts";
import { partitions } from "../../../agents/support/tables.ts";
import type { Tool } from "../../../shared/domain/tool.ts";
import { createMemoryTables, type MemoryTables } from "../memory-tables.ts";

export function emptySupportTables(): MemoryTables {
  return createMemoryTables(Object.values(partitions));
}

export async function seededSupportTables(): Promise<MemoryTables> {
  const tables = emptySupportTables();
  await seedSupport(tables);
  return tables;
}

/** The row of a partition whose `id` it is. */
export function valueOf(tables: MemoryTables, partition: string, id: string) {
  return tables.values(partition).find((value) => value["id"] === id);
}

export function toolNamed(name: string): Tool {
  const tool = support.tool(name);
  if (tool === undefined) throw new Error(`The agent support has no tool "${name}".`);
  return tool;
}
