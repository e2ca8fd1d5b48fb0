import * as z from "zod/mini";
import type { AgentRow, AgentTables } from "../../shared/domain/agent-tables.ts";
import { amountSchema } from "../../shared/domain/decimal.ts";
import { MalformedRecord } from "../../shared/domain/errors.ts";

/** Partitions of the agent's table. The first four hold what one can look at, the rest one row per call that ran. */
export const partitions = {
  orders: "orders",
  customers: "customers",
  outbox: "outbox",
  restarts: "restarts",
  refunds: "refunds",
  notes: "notes",
  addressChanges: "address-changes",
  deletions: "deletions",
} as const;

export const currencies = ["EUR", "USD", "GBP"] as const;

/** When something was done (RFC 3339, UTC) and the requirement that people approved; null where nobody was asked. */
const done = { at: z.string(), requirement: z.nullable(z.string()) };

/** Sorted by order id. */
export const orderSchema = z.strictObject({
  id: z.string(),
  customerId: z.string(),
  total: amountSchema,
  currency: z.enum(currencies),
  notes: z.array(z.string()),
  refunds: z.array(z.strictObject({ amount: amountSchema, ...done })),
});
export type Order = z.infer<typeof orderSchema>;

/** Sorted by customer id; the personal fields are empty once they were deleted. */
export const customerSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  address: z.string(),
});
export type Customer = z.infer<typeof customerSchema>;

/** Sorted by the idempotency key of the call that sent it. */
export const outboxSchema = z.strictObject({
  to: z.string(),
  subject: z.string(),
  body: z.string(),
  ...done,
});

/** Sorted by service, oldest restart first. */
export const restartsSchema = z.strictObject({
  service: z.string(),
  restarts: z.array(z.strictObject(done)),
});
export type Restarts = z.infer<typeof restartsSchema>;

/** `version` goes back with the write that builds on this row. */
export interface Found<Row> {
  readonly row: Row;
  readonly version: string;
}

export async function readOrder(tables: AgentTables, id: string): Promise<Found<Order> | undefined> {
  return parseRow(orderSchema, await tables.read(partitions.orders, id));
}

export async function readCustomer(tables: AgentTables, id: string): Promise<Found<Customer> | undefined> {
  return parseRow(customerSchema, await tables.read(partitions.customers, id));
}

export async function readRestarts(
  tables: AgentTables,
  service: string,
): Promise<Found<Restarts> | undefined> {
  return parseRow(restartsSchema, await tables.read(partitions.restarts, service));
}

export function isDeleted(customer: Customer): boolean {
  return customer.name === "" && customer.email === "" && customer.address === "";
}

function parseRow<Row>(schema: z.ZodMiniType<Row>, stored: AgentRow | undefined): Found<Row> | undefined {
  if (stored === undefined) return undefined;
  const parsed = schema.safeParse(stored.value);
  if (parsed.success) return { row: parsed.data, version: stored.version };
  throw new MalformedRecord(
    `The row "${stored.sort}" of ${stored.partition} is not as its schema says; nothing was done: mend the row.`,
  );
}
