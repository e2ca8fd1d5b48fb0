import * as z from "zod/mini";
import { type Agent, defineAgent } from "../../shared/domain/agent.ts";
import type { Ports } from "../../local/ports.ts";
import { describeAppend, describeStoreWrite } from "./describe-write.ts";

const when = z.enum(["before", "after"]);

/** Where a process dies: at its n-th port write (counted from 1), or at the effect of a tool; `null` = nowhere. */
export const killPlanSchema = z.nullable(
  z.discriminatedUnion("at", [
    z.strictObject({ at: z.literal("write"), ordinal: z.int().check(z.minimum(1)), when }),
    z.strictObject({ at: z.literal("tool"), tool: z.string(), when }),
  ]),
);
export type KillPlan = z.infer<typeof killPlanSchema>;

/** The ports with every write counted and told, and the process killed at the one that the plan names. */
export function countWrites(ports: Ports, plan: KillPlan, tell: (label: string) => void): Ports {
  let count = 0;
  let isDying = false;
  async function counted<Answer>(label: string, write: () => Promise<Answer>): Promise<Answer> {
    // What goes on beside the last write must not slip in between its effect and the death.
    if (isDying) return new Promise<never>(() => {});
    count += 1;
    tell(label);
    const isLast = plan?.at === "write" && plan.ordinal === count;
    isDying = isLast;
    if (isLast && plan.when === "before") die();
    const answer = await write();
    if (isLast) die();
    return answer;
  }
  const { store, ledger, stateMachine } = ports;
  return {
    ...ports,
    store: {
      get: (keys) => store.get(keys),
      query: (range) => store.query(range),
      write: (actions) => counted(describeStoreWrite(actions), () => store.write(actions)),
    },
    ledger: {
      last: () => ledger.last(),
      find: (entryId) => ledger.find(entryId),
      entriesOf: (requirementId) => ledger.entriesOf(requirementId),
      blockOf: (index) => ledger.blockOf(index),
      blocks: (from, limit) => ledger.blocks(from, limit),
      append: (block) => counted(describeAppend(block), () => ledger.append(block)),
    },
    stateMachine: {
      describeExecution: (name) => stateMachine.describeExecution(name),
      startExecution: (request) =>
        counted("state machine: start execution", () => stateMachine.startExecution(request)),
      sendTaskSuccess: (request) =>
        counted("state machine: send task success", () => stateMachine.sendTaskSuccess(request)),
    },
  };
}

/** The agent whose tool dies around its effect, if the plan says so. */
export function breakTool(agent: Agent, plan: KillPlan): Agent {
  if (plan?.at !== "tool") return agent;
  const tools = agent.tools.map((tool): Agent["tools"][number] => {
    if (tool.name !== plan.tool) return tool;
    return {
      ...tool,
      async run(input, context) {
        if (plan.when === "before") die();
        const output = await tool.run(input, context);
        die();
        return output;
      },
    };
  });
  return defineAgent({ ...agent, tools });
}

/** SIGKILL cannot be handled: nothing of this process runs after it. */
function die(): void {
  process.kill(process.pid, "SIGKILL");
}
