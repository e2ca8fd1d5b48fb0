import { randomUUID } from "node:crypto";
import { CreateTableCommand, DynamoDBClient, type StreamViewType } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { inject } from "vitest";

function settings(endpoint: string) {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { endpoint, region: "us-east-1", credentials, maxAttempts: 2 };
}

/** A client of DynamoDB Local; `endpoint` is another one where something stands between them. */
export function connect(endpoint = inject("dynamoEndpoint")): DynamoDBClient {
  return new DynamoDBClient(settings(endpoint));
}

/** A client of DynamoDB Local's streams. */
export function connectStreams(): DynamoDBStreamsClient {
  return new DynamoDBStreamsClient(settings(inject("dynamoEndpoint")));
}

/** Makes a new, empty table of the keys `pk` and `sk`, and answers its name. */
export async function createTable(client: DynamoDBClient, name: string): Promise<string> {
  return (await create(client, name, undefined)).tableName;
}

export interface StreamedTable {
  readonly tableName: string;
  readonly streamArn: string;
}

/** The same with a stream of its changes. */
export async function createStreamedTable(
  client: DynamoDBClient,
  name: string,
  carries: "keys" | "items",
): Promise<StreamedTable> {
  return create(client, name, carries === "keys" ? "KEYS_ONLY" : "NEW_IMAGE");
}

async function create(
  client: DynamoDBClient,
  name: string,
  view: StreamViewType | undefined,
): Promise<StreamedTable> {
  const tableName = `${name}-${randomUUID()}`;
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      ...(view && { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
    }),
  );
  return { tableName, streamArn: TableDescription?.LatestStreamArn ?? "no stream" };
}
