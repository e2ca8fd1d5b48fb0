import type { AgentRow, AgentTables } from "../../shared/domain/agent-tables.ts";
import { amountSchema } from "../../shared/domain/decimal.ts";
import { type Customer, type Order, partitions } from "./tables.ts";

const firstOrder = 1001;
const orderCount = 100;
const customerCount = 40;

// 8 and 5 have no common divisor, so 40 customers have 40 different names.
const givenNames = ["Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Femi", "Greta", "Hiro"] as const;
const familyNames = ["Lindqvist", "Okafor", "Marino", "Novak", "Tanaka"] as const;
const streets = ["Harbour Street", "Mill Lane", "Station Road", "Orchard Way", "Castle Hill"] as const;
const towns = ["Dublin", "Porto", "Turku"] as const;

/**
 * Writes the demo's customers `cus_1` to `cus_40` and orders 1001 to 1100, the same ones everywhere. A row that is
 * there already stays as it is, so this may run at every start, also twice at once.
 */
export async function seedSupport(tables: AgentTables): Promise<void> {
  for (let number = 1; number <= customerCount; number += 1) {
    const customer = makeCustomer(number);
    await writeIfAbsent(tables, partitions.customers, customer.id, customer);
  }
  for (let number = firstOrder; number < firstOrder + orderCount; number += 1) {
    const order = makeOrder(number);
    await writeIfAbsent(tables, partitions.orders, order.id, order);
  }
}

/** A conflict means that the row is there, which is all that is wanted. */
async function writeIfAbsent(
  tables: AgentTables,
  partition: string,
  sort: string,
  value: AgentRow["value"],
): Promise<void> {
  await tables.write([{ partition, sort, value, expect: "absent" }]);
}

function makeCustomer(number: number): Customer {
  const given = pick(givenNames, number);
  const family = pick(familyNames, number);
  return {
    id: `cus_${number}`,
    name: `${given} ${family}`,
    email: `${given}.${family}@example.com`.toLowerCase(),
    address: `${1 + ((number * 7) % 90)} ${pick(streets, number)}, ${pick(towns, number)}`,
  };
}

/** Order 1042 is the one of the documentation: customer `cus_17`, EUR 1250.00. */
function makeOrder(number: number): Order {
  const place = number - firstOrder;
  const cents = number === 1042 ? 125_000 : 2_000 + ((place * 7_919) % 148_001);
  return {
    id: `${number}`,
    customerId: `cus_${1 + ((place * 7 + 9) % customerCount)}`,
    total: amountSchema.parse((cents / 100).toFixed(2)),
    currency: place % 10 === 3 ? "USD" : place % 10 === 7 ? "GBP" : "EUR",
    notes: [],
    refunds: [],
  };
}

function pick<Value>(values: readonly [Value, ...Value[]], number: number): Value {
  return values[number % values.length] ?? values[0];
}
