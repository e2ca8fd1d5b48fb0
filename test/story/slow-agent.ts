import * as z from "zod/mini";
import { type Agent, defineAgent } from "../../shared/domain/agent.ts";
import { defineTool } from "../../shared/domain/tool.ts";

/** An agent whose one tool, `work_slowly`, is confirmed by the asker and runs until it is told to finish. */
export function createSlowAgent(): {
  readonly agent: Agent;
  /** Resolves when the tool runs. */
  readonly started: Promise<void>;
  finish(): void;
  /** How often the tool ran. */
  readonly ran: () => number;
} {
  const started = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  let ran = 0;
  const workSlowly = defineTool({
    name: "work_slowly",
    description: "Works until it is told to finish.",
    requiresConfirmation: true,
    input: z.strictObject({}),
    effect: () => "Work slowly.",
    run: async () => {
      ran += 1;
      started.resolve();
      await finished.promise;
      return "The work is done.";
    },
  });
  return {
    agent: defineAgent({ name: "slow", instructions: "Work.", tools: [workSlowly] }),
    started: started.promise,
    finish: () => finished.resolve(),
    ran: () => ran,
  };
}
