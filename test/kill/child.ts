import { agents } from "../../agents/catalog.ts";
import { startDev } from "../../local/dev.ts";
import { breakTool, countWrites, killPlanSchema } from "./kill-plan.ts";

// The whole system in a process that dies where it is told to: `node child.ts DIRECTORY PLAN`. It prints a line
// `write <what>` for each port write that begins, and `ready <url>`; SIGTERM ends it when nothing is left to deliver.

const [, , directory, planText = "null"] = process.argv;
if (directory === undefined) throw new Error("Name the data directory.");
const plan = killPlanSchema.parse(JSON.parse(planText));

const server = await startDev({
  port: 0,
  dataDirectory: directory,
  testClock: true,
  print: (line) => process.stdout.write(`said ${line}\n`),
  agents: agents.map((agent) => breakTool(agent, plan)),
  wrapPorts: (ports) => countWrites(ports, plan, (label) => process.stdout.write(`write ${label}\n`)),
});

process.once("SIGTERM", () => {
  void end();
});
process.stdout.write(`ready ${server.url}\n`);

async function end(): Promise<void> {
  await server.system.events.dispatcher.idle();
  await server.close();
}
