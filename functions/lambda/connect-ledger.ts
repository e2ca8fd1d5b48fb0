import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { restrictLedger } from "../../shared/adapters/restrict-store.ts";
import { tableNameOf } from "../../shared/names.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import { type FunctionName, functions } from "../../shared/wiring.ts";
import { dynamoClient } from "./dynamo-client.ts";

/** The ledger as `shared/wiring.ts` grants it to this function; only append-ledger's may insert. */
export function connectLedger(name: FunctionName, { PREFIX }: { readonly PREFIX: string }): LedgerStore {
  const tableName = tableNameOf(PREFIX, "ledger");
  const ledger = createDynamoLedgerStore({ client: dynamoClient, tableName });
  return restrictLedger(ledger, functions[name].ledger, name);
}
