import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { readUnitsOf, sizeOfItem, writeUnitsOf } from "./aws-system-units.ts";
import { connect, createTable } from "./dynamodb-tables.ts";

const client = connect();
const counted = { ReturnConsumedCapacity: "TOTAL" } as const;

/** An item of exactly so many bytes under the key `name`, one character. */
function makeItem(name: string, bytes: number) {
  const key = { pk: { S: "p" }, sk: { S: name } };
  return { ...key, body: { S: "x".repeat(bytes - sizeOfItem(key) - "body".length) } };
}

function keyOf(name: string): Record<string, AttributeValue> {
  return { pk: { S: "p" }, sk: { S: name } };
}

test.for([
  ["two texts", { pk: { S: "p" }, sk: { S: "s" } }, 6],
  ["a text beyond ASCII", { body: { S: "é€" } }, 9],
  ["a number of 10 digits", { ttl: { N: "1795348800" } }, 9],
] as const)("%s has %i bytes", ([, item, bytes]) => {
  expect(sizeOfItem(item)).toBe(bytes);
});

describe("units of a write", () => {
  test.for([
    [0, 1, 2],
    [1, 1, 2],
    [1_024, 1, 2],
    [1_025, 2, 4],
    [3_500, 4, 8],
  ] as const)("of %i bytes are %i, in a transaction %i", ([bytes, alone, together]) => {
    expect(writeUnitsOf(bytes, false)).toBe(alone);
    expect(writeUnitsOf(bytes, true)).toBe(together);
  });

  test("alone are DynamoDB Local's too, by the larger of the item before and after", async () => {
    const TableName = await createTable(client, "units");
    const put = async (bytes: number) => {
      const { ConsumedCapacity } = await client.send(
        new PutItemCommand({ ...counted, TableName, Item: makeItem("a", bytes) }),
      );
      return ConsumedCapacity?.CapacityUnits;
    };
    expect(await put(1_024)).toBe(writeUnitsOf(1_024, false));
    expect(await put(1_025)).toBe(writeUnitsOf(1_025, false));
    expect(await put(3_500)).toBe(writeUnitsOf(3_500, false));
    expect(await put(100)).toBe(writeUnitsOf(3_500, false));
    const deletion = new DeleteItemCommand({ ...counted, TableName, Key: keyOf("none") });
    expect((await client.send(deletion)).ConsumedCapacity?.CapacityUnits).toBe(writeUnitsOf(0, false));
  });

  test("in a transaction are not DynamoDB Local's, which does not add up its items", async () => {
    const TableName = await createTable(client, "units");
    const transact = async (...names: readonly string[]) => {
      const TransactItems = names.map((name) => ({ Put: { TableName, Item: makeItem(name, 100) } }));
      const { ConsumedCapacity } = await client.send(
        new TransactWriteItemsCommand({ ...counted, TransactItems }),
      );
      return ConsumedCapacity?.[0]?.CapacityUnits;
    };
    // By AWS's rules 2, 4 and 6.
    expect(await transact("a")).toBe(4);
    expect(await transact("b", "c")).toBe(4);
    expect(await transact("d", "e", "f")).toBe(4);
  });
});

describe("units of a consistent read", () => {
  test.for([
    [0, 1],
    [4_096, 1],
    [4_097, 2],
  ] as const)("of %i bytes are %i", ([bytes, units]) => {
    expect(readUnitsOf(bytes)).toBe(units);
  });

  test("are DynamoDB Local's too, rounded up for each item of a batch and once for a query", async () => {
    const TableName = await createTable(client, "units");
    for (const name of ["a", "b", "c"]) {
      await client.send(new PutItemCommand({ TableName, Item: makeItem(name, name === "c" ? 5_000 : 100) }));
    }
    const get = new GetItemCommand({ ...counted, TableName, Key: keyOf("c"), ConsistentRead: true });
    expect((await client.send(get)).ConsumedCapacity?.CapacityUnits).toBe(readUnitsOf(5_000));
    const batch = { [TableName]: { ConsistentRead: true, Keys: ["a", "b", "c"].map(keyOf) } };
    const { ConsumedCapacity } = await client.send(
      new BatchGetItemCommand({ ...counted, RequestItems: batch }),
    );
    expect(ConsumedCapacity?.[0]?.CapacityUnits).toBe(2 * readUnitsOf(100) + readUnitsOf(5_000));
    const query = new QueryCommand({
      ...counted,
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: "p" } },
    });
    expect((await client.send(query)).ConsumedCapacity?.CapacityUnits).toBe(readUnitsOf(5_200));
  });

  test("of what is not there are not DynamoDB Local's, which takes nothing for it", async () => {
    const TableName = await createTable(client, "units");
    const batch = { [TableName]: { ConsistentRead: true, Keys: [keyOf("none")] } };
    const { ConsumedCapacity } = await client.send(
      new BatchGetItemCommand({ ...counted, RequestItems: batch }),
    );
    expect(ConsumedCapacity?.[0]?.CapacityUnits).toBe(0);
    expect(readUnitsOf(0)).toBe(1);
  });
});
