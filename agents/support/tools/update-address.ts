import { defineTool, type ToolContext } from "../../../shared/domain/tool.ts";
import { customerId, inputOf, lineOf } from "../inputs.ts";
import { isDeleted, partitions, readCustomer } from "../tables.ts";
import { doneIn, type Plan, writeOnce } from "../write-once.ts";

interface NewAddress {
  readonly customerId: string;
  readonly address: string;
}

export const updateAddress = defineTool({
  name: "update_address",
  description: "Replaces the address of a customer.",
  requiresConfirmation: true,
  risk: "medium",
  // The address before is kept nowhere.
  reversible: false,
  // Setting the same address again would undo a change made in between, so this is keyed too.
  idempotent: true,
  input: inputOf({ customerId, address: lineOf("the whole new address", 200) }),
  effect: (input) =>
    `Change the address of customer ${input.customerId} to ${JSON.stringify(input.address)}.`,
  subjects: ({ customerId: id }) => [id],
  run: (input, context) => writeOnce(context, partitions.addressChanges, () => planChange(input, context)),
});

async function planChange({ customerId: id, address }: NewAddress, context: ToolContext): Promise<Plan> {
  const found = await readCustomer(context.tables, id);
  if (found === undefined)
    return { plan: "refuse", reason: `There is no customer ${id}: ask for the right id.` };
  if (isDeleted(found.row)) return { plan: "refuse", reason: `The data of customer ${id} was deleted.` };
  const value = { ...found.row, address };
  return {
    plan: "write",
    changes: [{ partition: partitions.customers, sort: id, value, expect: found.version }],
    // Without the address: a personal value stands in one row, where it can be deleted.
    result: { customerId: id, ...doneIn(context) },
  };
}
