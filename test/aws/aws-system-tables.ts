import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { synthesizeStacks } from "../infra/synthesize-stacks.ts";
import type { StreamedTable } from "./dynamodb-tables.ts";

const tableSchema = z.object({
  TableName: z.string(),
  BillingMode: z.literal("PAY_PER_REQUEST"),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(["S", "N"]) })),
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) })),
  StreamSpecification: z.object({ StreamViewType: z.enum(["KEYS_ONLY", "NEW_IMAGE"]) }).optional(),
});

/**
 * Makes every table of the stateful stack's template, with its keys, stream and name, in a deployment called `prefix`.
 * Answers them by their name without the prefix.
 */
export async function createDeployedTables(
  client: DynamoDBClient,
  prefix: string,
): Promise<ReadonlyMap<string, StreamedTable>> {
  const { stateful } = synthesizeStacks({ prefix, spanTransport: "direct" });
  const resources = Object.values(stateful.Resources).filter(({ Type }) => Type === "AWS::DynamoDB::Table");
  const tables = new Map<string, StreamedTable>();
  for (const { Properties } of resources) {
    const { StreamSpecification: stream, ...table } = tableSchema.parse(Properties);
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        ...table,
        ...(stream && { StreamSpecification: { StreamEnabled: true, ...stream } }),
      }),
    );
    const { TableName: tableName } = table;
    const streamArn = TableDescription?.LatestStreamArn ?? "no stream";
    tables.set(tableName.slice(prefix.length + 1), { tableName, streamArn });
  }
  return tables;
}
