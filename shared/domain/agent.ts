import type { Tool } from "./tool.ts";

export interface AgentBudget {
  /** Model calls per run. */
  readonly modelCalls: number;
  /** Input and output tokens per run, together. */
  readonly tokens: number;
  /** Seconds of work per run: model and tool time; waiting for people is free. */
  readonly activeSeconds: number;
}

export interface AgentDefinition {
  /** 1 to 63 characters of a-z, 0-9 and hyphen. */
  readonly name: string;
  /** The model's name at the endpoint; unset = the deployment's default. */
  readonly model?: string;
  readonly instructions: string;
  readonly tools: readonly Tool[];
  /** The agent's owner of record, a subject: never decides in a pool stage. */
  readonly owner?: string;
  readonly budget?: Partial<AgentBudget>;
}

export interface Agent extends AgentDefinition {
  readonly budget: AgentBudget;
  readonly tool: (name: string) => Tool | undefined;
}

const defaultBudget: AgentBudget = { modelCalls: 250, tokens: 2_000_000, activeSeconds: 1_800 };

/** Declares an agent; throws at start-up for a bad name or two tools of one name. */
export function defineAgent(definition: AgentDefinition): Agent {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(definition.name)) {
    throw new Error(
      `Agent name "${definition.name}" is not usable: take a-z, 0-9 and hyphen, 63 characters at most.`,
    );
  }
  const tools = new Map<string, Tool>();
  for (const tool of definition.tools) {
    if (tools.has(tool.name)) {
      throw new Error(`Agent "${definition.name}" has two tools named "${tool.name}": rename one.`);
    }
    tools.set(tool.name, tool);
  }
  return {
    ...definition,
    budget: { ...defaultBudget, ...definition.budget },
    tool: (name) => tools.get(name),
  };
}
