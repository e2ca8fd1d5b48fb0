import {
  type AddedAmount,
  addAmounts,
  type Amount,
  amountSchema,
  compareAmounts,
} from "../../../shared/domain/decimal.ts";
import { defineTool, type ToolContext } from "../../../shared/domain/tool.ts";
import { amount, currency, inputOf, lineOf, orderId } from "../inputs.ts";
import { customerIn } from "../subjects.ts";
import { type Order, partitions, readOrder } from "../tables.ts";
import { doneIn, type Plan, writeOnce } from "../write-once.ts";

const twoApproversFrom = amountSchema.parse("1000.00");

/** Keeps an order's row far below the store's limit of 400,000 bytes. */
const mostRefunds = 100;

interface Refund {
  readonly orderId: string;
  readonly amount: Amount;
  readonly currency: Order["currency"];
  readonly reason: string;
}

export const issueRefund = defineTool({
  name: "issue_refund",
  description: "Pays back a part or all of an order's total to its customer, in the order's currency.",
  requiresConfirmation: true,
  approval: { type: "required", pool: "finance" },
  risk: "high",
  reversible: false,
  idempotent: true,
  input: inputOf({ orderId, amount, currency, reason: lineOf("why it is refunded", 500) }),
  effect: (input) => `Refund ${input.currency} ${input.amount} for order ${input.orderId}.`,
  refuse: (input) =>
    compareAmounts(input.amount, twoApproversFrom) < 0
      ? undefined
      : `Refunds of ${twoApproversFrom} or more need two approvers of pool finance, which this version cannot ask for ` +
        "yet. Nobody was asked and nothing was refunded; do not split the amount, but tell the person.",
  subjects: (_input, output) => customerIn(output),
  run: (input, context) => writeOnce(context, partitions.refunds, () => planRefund(input, context)),
});

async function planRefund(refund: Refund, context: ToolContext): Promise<Plan> {
  const { orderId: id } = refund;
  const found = await readOrder(context.tables, id);
  if (found === undefined)
    return { plan: "refuse", reason: `There is no order ${id}: ask for the right number.` };
  const { row: order, version } = found;
  const reason = objectionTo(refund, order);
  if (reason !== undefined) return { plan: "refuse", reason };
  const done = doneIn(context);
  // Without the reason: what somebody typed stays where it can be erased.
  const { amount: paid, currency: paidIn } = refund;
  const value = { ...order, refunds: [...order.refunds, { amount: refund.amount, ...done }] };
  return {
    plan: "write",
    changes: [{ partition: partitions.orders, sort: id, value, expect: version }],
    result: { orderId: id, amount: paid, currency: paidIn, customerId: order.customerId, ...done },
  };
}

function objectionTo(refund: Refund, order: Order): string | undefined {
  if (refund.currency !== order.currency) {
    return `Order ${order.id} was paid in ${order.currency}, not ${refund.currency}: name the sum in ${order.currency}.`;
  }
  if (order.refunds.length >= mostRefunds) {
    return `Order ${order.id} has ${mostRefunds} refunds already, which is the most it can hold.`;
  }
  const earlier = order.refunds.map((each) => each.amount);
  const sum = addAll([...earlier, refund.amount]);
  if (sum.ok && compareAmounts(sum.amount, order.total) <= 0) return undefined;
  const already = addAll(earlier);
  return (
    `Order ${order.id} has a total of ${order.currency} ${order.total}, of which ` +
    `${already.ok ? already.amount : "all"} is refunded already: ${refund.amount} is more than what is left.`
  );
}

function addAll(amounts: readonly Amount[]): AddedAmount {
  const zero: AddedAmount = { ok: true, amount: amountSchema.parse("0.00") };
  return amounts.reduce<AddedAmount>((sum, next) => (sum.ok ? addAmounts(sum.amount, next) : sum), zero);
}
