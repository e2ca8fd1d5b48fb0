import { defineTool } from "../../../shared/domain/tool.ts";
import { inputOf, orderId } from "../inputs.ts";
import { customerIn } from "../subjects.ts";
import { readOrder } from "../tables.ts";

export const lookupOrder = defineTool({
  name: "lookup_order",
  description: "Reads one order: its customer, total, currency, notes and refunds.",
  readOnly: true,
  risk: "low",
  idempotent: true,
  input: inputOf({ orderId }),
  effect: (input) => `Look up order ${input.orderId}.`,
  subjects: (_input, output) => customerIn(output),
  run: async (input, { tables }) => {
    const found = await readOrder(tables, input.orderId);
    if (found === undefined) throw new Error(`There is no order ${input.orderId}: ask for the right number.`);
    return found.row;
  },
});
