import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import type { Store, TableName } from "../../shared/ports/store.ts";
import { describeStoreContract } from "../contract/store-contract.ts";
import { connect, createTable } from "./dynamodb-tables.ts";

const client = connect();

/** A table for each that the contract names; its tests share them, as each works in partitions of its own. */
const tables: readonly TableName[] = ["work", "decisions", "executions", "rules", "traces"];
const names = Promise.all(
  tables.map(async (table) => [table, await createTable(client, table)] as const),
).then((made) => new Map<TableName, string>(made));

async function openStore(): Promise<Store> {
  const made = await names;
  return createDynamoStore({ client, tableNameOf: (table) => made.get(table) ?? `no-table-for-${table}` });
}

describeStoreContract("DynamoDB", openStore);
