import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createDynamoLedgerStore } from "../shared/adapters/aws/dynamodb-ledger-store.ts";
import { createDynamoStore } from "../shared/adapters/aws/dynamodb-store.ts";
import type { MeasuredLedger } from "./ledger-measures.ts";

/** Makes the tables of an empty ledger and of its seals in DynamoDB Local, named after `prefix`. */
export async function createDynamoLedger(
  endpoint: string,
  prefix: string,
): Promise<Omit<MeasuredLedger, "signer">> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials });
  const tableNameOf = (table: string) => `${prefix}-${table}`;
  for (const table of ["ledger", "seal"]) {
    await client.send(
      new CreateTableCommand({
        TableName: tableNameOf(table),
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
  }
  return {
    store: createDynamoStore({ client, tableNameOf }),
    ledger: createDynamoLedgerStore({ client, tableName: tableNameOf("ledger") }),
  };
}
