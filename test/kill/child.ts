import { agents } from "../../agents/catalog.ts";
import { startDev } from "../../local/dev.ts";
import type { Store } from "../../shared/ports/store.ts";
import { idOfListRow, lists } from "../../shared/records/keys.ts";
import { readPartition } from "../../shared/records/loaded.ts";
import { breakTool, countWrites, killPlanSchema } from "./kill-plan.ts";

// The whole system in a process that dies where it is told to: `node child.ts DIRECTORY PLAN`. It prints a line
// `write <what>` for each port write that begins, and `ready <url>`; SIGTERM ends it when nothing is left to deliver;
// SIGUSR2 aborts the first execution of every live run, as an operator can.

const [, , directory, planText = "null"] = process.argv;
if (directory === undefined) throw new Error("Name the data directory.");
const plan = killPlanSchema.parse(JSON.parse(planText));

let store: Store | undefined;
const server = await startDev({
  port: 0,
  dataDirectory: directory,
  testClock: true,
  print: (line) => process.stdout.write(`said ${line}\n`),
  agents: agents.map((agent) => breakTool(agent, plan)),
  wrapPorts: (ports) => {
    store = ports.store;
    return countWrites(ports, plan, (label) => process.stdout.write(`write ${label}\n`));
  },
});

process.on("SIGUSR2", () => {
  void abortExecutions();
});
process.once("SIGTERM", () => {
  void end();
});
process.stdout.write(`ready ${server.url}\n`);

async function abortExecutions(): Promise<void> {
  const live = { table: "work", partition: lists.liveRuns("default") } as const;
  const rows = store === undefined ? [] : await readPartition(store, live);
  for (const { key } of rows) {
    server.system.events.engine.stopExecution(`${idOfListRow(key.sort)}-1`, "Aborted", "by hand");
  }
  process.stdout.write("aborted\n");
}

async function end(): Promise<void> {
  await server.system.events.dispatcher.idle();
  await server.close();
}
