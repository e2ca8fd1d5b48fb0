import * as z from "zod";
import { attributesSchema, sizeOfItem, type StoredAttributes } from "./aws-system-units.ts";

/** One item that a request reads or writes, or a query as a whole. */
export interface TouchedItem {
  readonly tableName: string;
  /** The permission it needs, without its service. */
  readonly action: string;
  readonly kind: "read" | "write";
  /** `undefined` for a query. */
  readonly key: readonly [partition: string, sort: string] | undefined;
  /** Bytes of the item afterwards, 0 when it is deleted; `undefined` when it stays as it is. */
  readonly after?: number;
}

export interface DynamoRequest {
  /** As in the API: `Query`, `TransactWriteItems`. */
  readonly operation: string;
  readonly isTransaction: boolean;
  readonly items: readonly TouchedItem[];
  /** Bytes of the items that a query answered with. */
  readonly sizeOfAnswer: (output: unknown) => number;
}

const text = z.object({ S: z.string() });
const keySchema = z.object({ pk: text, sk: text });
const keyOf = (attributes: unknown) => {
  const { pk, sk } = keySchema.parse(attributes);
  return [pk.S, sk.S] as const;
};

// Every read of ours is consistent; another one would cost half.
const getSchema = z.object({ TableName: z.string(), Key: keySchema, ConsistentRead: z.literal(true) });
const batchSchema = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(keySchema), ConsistentRead: z.literal(true) })),
});
const querySchema = z.object({
  TableName: z.string(),
  ConsistentRead: z.literal(true),
  FilterExpression: z.undefined().optional(),
  ProjectionExpression: z.undefined().optional(),
});
const answerSchema = z.object({ Items: z.array(attributesSchema).default([]) });
const putSchema = z.object({ TableName: z.string(), Item: attributesSchema });
const deleteSchema = z.object({ TableName: z.string(), Key: keySchema });
const transactionSchema = z.object({
  TransactItems: z.array(
    z.strictObject({
      Put: putSchema.optional(),
      Delete: deleteSchema.optional(),
      ConditionCheck: deleteSchema.optional(),
    }),
  ),
});
const statementsSchema = z.object({
  TransactStatements: z.array(z.object({ Statement: z.string(), Parameters: z.array(z.unknown()) })),
});

/** Reads what the SDK is about to send; throws for a request that none of our adapters makes. */
export function readRequest(commandName: string, input: unknown): DynamoRequest {
  const operation = commandName.replace(/Command$/, "");
  const isTransaction = ["ExecuteTransaction", "TransactWriteItems"].includes(operation);
  const sizeOfAnswer = (output: unknown) =>
    operation === "Query"
      ? answerSchema.parse(output).Items.reduce((sum, item) => sum + sizeOfItem(item), 0)
      : 0;
  return { operation, isTransaction, items: readItems(operation, input), sizeOfAnswer };
}

function readItems(operation: string, input: unknown): readonly TouchedItem[] {
  switch (operation) {
    case "GetItem": {
      const { TableName: tableName, Key } = getSchema.parse(input);
      return [{ tableName, action: operation, kind: "read", key: keyOf(Key) }];
    }
    case "BatchGetItem":
      return Object.entries(batchSchema.parse(input).RequestItems).flatMap(([tableName, { Keys }]) =>
        Keys.map((key) => ({ tableName, action: operation, kind: "read", key: keyOf(key) }) as const),
      );
    case "Query": {
      const { TableName: tableName } = querySchema.parse(input);
      return [{ tableName, action: operation, kind: "read", key: undefined }];
    }
    case "PutItem":
      return [toPut(putSchema.parse(input), operation)];
    case "DeleteItem":
      return [toDelete(deleteSchema.parse(input))];
    case "TransactWriteItems":
      return transactionSchema.parse(input).TransactItems.flatMap(readPart);
    case "ExecuteTransaction":
      return statementsSchema.parse(input).TransactStatements.map(readStatement);
    default:
      throw new Error(`The recorder does not know the operation ${operation}.`);
  }
}

/** A transaction needs the permissions of its parts (DynamoDB developer guide, "IAM with transactions"). */
function readPart({
  Put,
  Delete,
  ConditionCheck,
}: z.infer<typeof transactionSchema>["TransactItems"][number]): readonly TouchedItem[] {
  if (Put !== undefined) return [toPut(Put, "PutItem")];
  if (Delete !== undefined) return [toDelete(Delete)];
  if (ConditionCheck === undefined) return [];
  const { TableName: tableName, Key } = ConditionCheck;
  return [{ tableName, action: "ConditionCheckItem", kind: "write", key: keyOf(Key) }];
}

function toPut({ TableName, Item }: z.infer<typeof putSchema>, action: string): TouchedItem {
  return { tableName: TableName, action, kind: "write", key: keyOf(Item), after: sizeOfItem(Item) };
}

function toDelete({ TableName, Key }: z.infer<typeof deleteSchema>): TouchedItem {
  return { tableName: TableName, action: "DeleteItem", kind: "write", key: keyOf(Key), after: 0 };
}

function readStatement({
  Statement,
  Parameters,
}: z.infer<typeof statementsSchema>["TransactStatements"][number]): TouchedItem {
  const [, tableName, members] = /^INSERT INTO "([^"]+)" VALUE \{(.*)\}$/.exec(Statement) ?? [];
  if (tableName === undefined || members === undefined) {
    throw new Error(`The recorder does not know the statement ${Statement}.`);
  }
  const names = [...members.matchAll(/'(\w+)': \?/g)].map(([, name = ""]) => name);
  const item: StoredAttributes = attributesSchema.parse(
    Object.fromEntries(names.map((name, place) => [name, Parameters[place]])),
  );
  return toPut({ TableName: tableName, Item: item }, "PartiQLInsert");
}
