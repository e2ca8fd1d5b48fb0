import * as z from "zod/mini";
import { type Agent, defineAgent } from "../shared/domain/agent.ts";
import { defineTool } from "../shared/domain/tool.ts";

/** Told once each time that a tool really runs. */
export type OnTool = (name: string, orderId: string) => unknown;

export const approverPool = "finance";

const orderId = z.string().check(z.minLength(1), z.maxLength(200));

/** The agent of the bench: it reads as often as its model likes, and one tool of it waits for one approver. */
export function createBenchAgent(onTool: OnTool): Agent {
  const lookUpOrder = defineTool({
    name: "lookup_order",
    description: "Reads one order.",
    readOnly: true,
    input: z.strictObject({ order_id: orderId }),
    run: async ({ order_id: id }) => {
      await onTool("lookup_order", id);
      return { order_id: id, status: "delivered", total: 250 };
    },
  });
  const issueRefund = defineTool({
    name: "issue_refund",
    description: "Pays an order's amount back.",
    approval: { type: "required", pool: approverPool },
    risk: "high",
    input: z.strictObject({ order_id: orderId, amount: z.number() }),
    effect: ({ order_id: id, amount }) => `Refund ${amount} for order ${id}.`,
    run: async ({ order_id: id, amount }) => {
      await onTool("issue_refund", id);
      return { order_id: id, refunded: amount };
    },
  });
  return defineAgent({
    name: "bench",
    instructions: "You answer questions about orders and refund them.",
    tools: [lookUpOrder, issueRefund],
    // How long a conversation may be is what the bench varies, so the budget does not end it.
    budget: { modelCalls: 10_000, tokens: 1_000_000_000, activeSeconds: 3_600 },
  });
}
