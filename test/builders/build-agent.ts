import * as z from "zod/mini";
import { type Agent, type AgentDefinition, defineAgent } from "../../shared/domain/agent.ts";
import type { GateDeclaration } from "../../shared/domain/tiers.ts";
import { defineTool, type Tool, type ToolDefinition } from "../../shared/domain/tool.ts";

export interface RefundInput {
  readonly order: string;
  readonly cents: number;
}

/** `issue_refund`: the asker confirms, then two of pool `finance` sign off; `gate` replaces both. */
export function buildRefundTool(
  over: Partial<ToolDefinition<RefundInput>> = {},
  gate: GateDeclaration = refundGate,
): Tool {
  return defineTool<RefundInput>({
    name: "issue_refund",
    description: "Pays money back.",
    ...gate,
    input: z.strictObject({ order: z.string(), cents: z.int() }),
    effect: ({ order, cents }) => `Refund ${cents} cents for order ${order}.`,
    run: async ({ cents }) => ({ refunded: cents }),
    ...over,
  });
}

const refundGate: GateDeclaration = {
  requiresConfirmation: true,
  approval: { type: "required", pool: "finance", approvals: 2 },
};

/** `add_note`: an audit call. */
export function buildNoteTool(
  over: Partial<ToolDefinition<{ note: string }>> = {},
  gate: GateDeclaration = noteGate,
): Tool {
  return defineTool<{ note: string }>({
    name: "add_note",
    description: "Adds a note.",
    ...gate,
    input: z.strictObject({ note: z.string() }),
    run: async () => "noted",
    ...over,
  });
}

const noteGate: GateDeclaration = { approval: { type: "audit" } };

/** `look_up`: reads an order. */
export function buildReadTool(over: Partial<ToolDefinition<{ order: string }>> = {}): Tool {
  return defineTool<{ order: string }>({
    name: "look_up",
    description: "Reads an order.",
    readOnly: true,
    input: z.strictObject({ order: z.string() }),
    run: async ({ order }) => ({ order }),
    ...over,
  });
}

export function buildAgent(over: Partial<AgentDefinition> = {}): Agent {
  return defineAgent({
    name: "shop",
    instructions: "You work in a shop.",
    tools: [buildReadTool(), buildNoteTool(), buildRefundTool()],
    ...over,
  });
}
