import { defineTool, type ToolContext } from "../../../shared/domain/tool.ts";
import { inputOf, service } from "../inputs.ts";
import { partitions, readRestarts } from "../tables.ts";
import { doneIn, type Plan, writePlan } from "../write-once.ts";

const mostKept = 100;

/**
 * The example of a tool that is not idempotent: each run is one more restart. After a crash nobody can tell whether
 * it happened, so people are asked instead of running it again.
 */
export const restartService = defineTool({
  name: "restart_service",
  description: "Restarts one of the shop's services; it is away for a moment.",
  requiresConfirmation: true,
  risk: "medium",
  reversible: false,
  idempotent: false,
  input: inputOf({ service }),
  effect: (input) => `Restart the service ${input.service}.`,
  run: (input, context) => writePlan(context, () => planRestart(input.service, context)),
});

async function planRestart(name: string, context: ToolContext): Promise<Plan> {
  const found = await readRestarts(context.tables, name);
  const done = doneIn(context);
  const value = { service: name, restarts: [...(found?.row.restarts ?? []), done].slice(-mostKept) };
  return {
    plan: "write",
    changes: [{ partition: partitions.restarts, sort: name, value, expect: found?.version ?? "absent" }],
    result: { service: name, ...done },
  };
}
