import { defineTool, type ToolContext } from "../../../shared/domain/tool.ts";
import { inputOf, lineOf, orderId } from "../inputs.ts";
import { customerIn } from "../subjects.ts";
import { partitions, readOrder } from "../tables.ts";
import { doneIn, type Plan, writeOnce } from "../write-once.ts";

/** Keeps an order's row far below the store's limit of 400,000 bytes. */
const mostNotes = 100;

interface Note {
  readonly orderId: string;
  readonly note: string;
}

export const addOrderNote = defineTool({
  name: "add_order_note",
  description: "Adds an internal note to an order. Runs at once and is recorded.",
  approval: { type: "audit" },
  risk: "low",
  reversible: false,
  idempotent: true,
  input: inputOf({ orderId, note: lineOf("what the note says", 500) }),
  effect: (input) => `Add a note to order ${input.orderId}.`,
  subjects: (_input, output) => customerIn(output),
  run: (input, context) => writeOnce(context, partitions.notes, () => planNote(input, context)),
});

async function planNote({ orderId: id, note }: Note, context: ToolContext): Promise<Plan> {
  const found = await readOrder(context.tables, id);
  if (found === undefined)
    return { plan: "refuse", reason: `There is no order ${id}: ask for the right number.` };
  const { row: order, version } = found;
  if (order.notes.length >= mostNotes) {
    return {
      plan: "refuse",
      reason: `Order ${id} has ${mostNotes} notes already, which is the most it can hold.`,
    };
  }
  const value = { ...order, notes: [...order.notes, note] };
  return {
    plan: "write",
    changes: [{ partition: partitions.orders, sort: id, value, expect: version }],
    result: { orderId: id, note, customerId: order.customerId, ...doneIn(context) },
  };
}
