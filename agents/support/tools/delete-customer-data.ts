import { defineTool, type ToolContext } from "../../../shared/domain/tool.ts";
import { customerId, inputOf, lineOf } from "../inputs.ts";
import { partitions, readCustomer } from "../tables.ts";
import { doneIn, type Plan, writeOnce } from "../write-once.ts";

export const deleteCustomerData = defineTool({
  name: "delete_customer_data",
  description: "Deletes the name, e-mail address and address of a customer for good; orders stay.",
  approval: { type: "required", pool: "ops", approvals: 2 },
  risk: "high",
  reversible: false,
  idempotent: true,
  input: inputOf({ customerId, reason: lineOf("why it is deleted", 500) }),
  effect: (input) => `Delete the name, e-mail address and address of customer ${input.customerId} for good.`,
  subjects: ({ customerId: id }) => [id],
  run: (input, context) =>
    writeOnce(context, partitions.deletions, () => planDeletion(input.customerId, context)),
});

async function planDeletion(id: string, context: ToolContext): Promise<Plan> {
  const found = await readCustomer(context.tables, id);
  if (found === undefined)
    return { plan: "refuse", reason: `There is no customer ${id}: ask for the right id.` };
  const value = { ...found.row, name: "", email: "", address: "" };
  return {
    plan: "write",
    changes: [{ partition: partitions.customers, sort: id, value, expect: found.version }],
    result: { customerId: id, ...doneIn(context) },
  };
}
