import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClock } from "../../../local/clock.ts";
import { createEngine } from "../../../local/state-machine/engine.ts";
import { loadDefinition } from "../../../local/state-machine/load-definition.ts";
import { machine, task, tokenTask } from "./build-engine.ts";

// A process that runs five executions and can be killed at any moment: `node killed-process.ts DIRECTORY`. It writes a
// line to the file `effects` and to its output for each function that ran, and ends when every execution has ended.

const [, , directory = "."] = process.argv;
const database = new DatabaseSync(join(directory, "engine.db"));
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");

const definition = machine({
  First: task("first", { Next: "Each" }),
  Each: {
    Type: "Map",
    ItemProcessor: {
      StartAt: "Ask",
      States: { Ask: tokenTask("ask", { Output: "{% $states.input %}", Next: "Act" }), Act: task("act") },
    },
    Next: "Last",
  },
  Last: task("last", { Output: "{% $states.input %}" }),
});

const names = ["e1", "e2", "e3", "e4", "e5"];
let left = names.length;

const engine = createEngine({
  machineName: "run",
  definition: loadDefinition(definition),
  database,
  clock: createClock(),
  invoke: async ({ functionName, payload }) => {
    const line = `${functionName} ${JSON.stringify(payload)}\n`;
    appendFileSync(join(directory, "effects"), line);
    process.stdout.write(line);
    const token =
      typeof payload === "object" && payload !== null && "token" in payload ? payload.token : undefined;
    if (typeof token === "string") setImmediate(() => engine.sendTaskSuccess({ token, output: "yes" }));
    await new Promise((resolve) => setImmediate(resolve));
    return functionName === "first" ? ["a", "b"] : payload;
  },
});

engine.recover();
for (const name of names) engine.startExecution({ name, input: name });

const timer = setInterval(() => {
  left = names.filter((name) => engine.describeExecution(name)?.status === "RUNNING").length;
  if (left > 0) return;
  clearInterval(timer);
  void engine.close().then(() => database.close());
}, 5);
