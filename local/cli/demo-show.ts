import * as z from "zod/mini";
import type { ApiClient } from "./api-client.ts";
import { CommandFailed, RequestRefused } from "./command-failed.ts";
import type { Terminal } from "./terminal.ts";

export const demoTables = ["orders", "customers", "outbox", "notices"] as const;
export type DemoTable = (typeof demoTables)[number];

const rowSchema = z.looseObject({ id: z.optional(z.union([z.string(), z.number()])) });

/** A table of the demo as JSON lines, or only its row with this id: what the tools really did. */
export async function showDemoTable(
  { api, terminal }: { readonly api: ApiClient; readonly terminal: Terminal },
  asked: { readonly table: DemoTable; readonly id?: string | undefined },
): Promise<void> {
  const { table, id } = asked;
  if (table === "notices") {
    return terminal.warn(
      "There are no notices yet: this version sends no messages to pools. See the inbox instead.",
    );
  }
  const lines = await readLines(api, table);
  const shown = id === undefined ? lines : lines.filter((line) => line.id === id);
  for (const { json } of shown) terminal.printJson(json);
  if (id !== undefined && shown.length === 0) throw new CommandFailed(`${table} has no row ${id}.`);
}

async function readLines(api: ApiClient, table: DemoTable) {
  const text = await readTable(api, table);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((json) => ({ json, id: readId(json, table) }));
}

async function readTable(api: ApiClient, table: DemoTable): Promise<string> {
  try {
    return await api.getText(`/demo/${table}`);
  } catch (error) {
    if (!(error instanceof RequestRefused && error.problem.status === 404)) throw error;
    throw new CommandFailed("This server has no demo tables: they exist where npm start runs.");
  }
}

function readId(json: string, table: DemoTable): string | undefined {
  try {
    const { id } = rowSchema.parse(JSON.parse(json));
    return id === undefined ? undefined : String(id);
  } catch {
    throw new CommandFailed(`A line of /demo/${table} is no JSON object: update the server or this command.`);
  }
}
