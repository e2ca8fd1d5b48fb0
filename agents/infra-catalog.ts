import { supportInfra } from "./support/infra.ts";

/**
 * What an agent needs of the deployment. Its tables are read by `take-agent-steps` and `execute-call` and written by
 * `execute-call` alone, whatever the agent: `agentTables` in shared/wiring.ts says so.
 */
export interface AgentInfra {
  readonly agent: string;
  /** Keys `pk` and `sk`, like every table; each is named `agent-` and the agent's name (shared/ports/store.ts). */
  readonly tables: readonly `agent-${string}`[];
}

/** One for each agent of catalog.ts; apart from it, since the CDK app loads no tool. A test holds the two together. */
export const agentInfra: readonly AgentInfra[] = [supportInfra];
