import { randomBytes, randomUUID } from "node:crypto";
import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  type KeysAndAttributes,
  PutItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { StoreUnavailable } from "../../domain/errors.ts";
import type {
  Expectation,
  Item,
  ItemKey,
  Range,
  Revision,
  Store,
  TableName,
  WriteAction,
  WriteOutcome,
} from "../../ports/store.ts";
import { checkKeys, checkRange, encodeWrite } from "../store-limits.ts";
import { type Attributes, readBody, readText } from "./dynamodb-attributes.ts";
import { isContended, reasonsOf, retryContended, toStoreFault, wasRepeated } from "./dynamodb-faults.ts";
import { queryItems } from "./dynamodb-query.ts";

/** What goes to DynamoDB for one action: its item's new revision if it has one, and its body's JSON text. */
interface Prepared {
  readonly action: WriteAction;
  readonly tableName: string;
  readonly body: string;
  readonly revision: Revision | undefined;
}

/**
 * Items in DynamoDB tables with the string keys `pk` and `sk`.
 *
 * `body` is the body's JSON text, not a map: a map holds neither numbers beyond 10^125 nor empty member names, and costs
 * three bytes for each list or object and one for each value; streams are filtered by `pk`, which needs no map.
 * `rev` is random, not counted: a count starts again when an item is deleted and made anew, and only a random one tells
 * whether an attempt whose answer was lost was the one that wrote. `ttl` is the clean-up time in epoch seconds.
 *
 * Permissions: BatchGetItem and Query to read, PutItem and DeleteItem to write, ConditionCheckItem to check.
 */
export function createDynamoStore(parts: {
  readonly client: DynamoDBClient;
  readonly tableNameOf: (table: TableName) => string;
}): Store {
  return new DynamoStore(parts.client, parts.tableNameOf);
}

class DynamoStore implements Store {
  readonly #client: DynamoDBClient;
  readonly #tableNameOf: (table: TableName) => string;

  constructor(client: DynamoDBClient, tableNameOf: (table: TableName) => string) {
    this.#client = client;
    this.#tableNameOf = tableNameOf;
  }

  async get(keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]> {
    checkKeys(keys);
    const found = await this.#readAll(keys);
    return keys.map((key) => {
      const attributes = found.get(nameOf(this.#tableNameOf(key.table), key.partition, key.sort));
      return attributes && toItem(key, attributes);
    });
  }

  async #readAll(keys: readonly ItemKey[]): Promise<ReadonlyMap<string, Attributes>> {
    const found = new Map<string, Attributes>();
    let asked = this.#toRequests(keys);
    while (countKeys(asked) > 0) {
      // What is beyond 16 MB or the table's throughput comes back as unprocessed; only a round without any is a failure.
      asked = await retryContended("BatchGetItem", async () => {
        const { Responses = {}, UnprocessedKeys = {} } = await this.#batchGet(asked);
        for (const [tableName, items] of Object.entries(Responses)) {
          for (const item of items)
            found.set(nameOf(tableName, readText(item, "pk"), readText(item, "sk")), item);
        }
        return countKeys(UnprocessedKeys) < countKeys(asked) ? UnprocessedKeys : undefined;
      });
    }
    return found;
  }

  /** Each key once, as a batch must not name one twice. */
  #toRequests(keys: readonly ItemKey[]): Record<string, KeysAndAttributes> {
    const requests: Record<string, KeysAndAttributes & { Keys: NonNullable<KeysAndAttributes["Keys"]> }> = {};
    const seen = new Set<string>();
    for (const { table, partition, sort } of keys) {
      const tableName = this.#tableNameOf(table);
      const name = nameOf(tableName, partition, sort);
      if (seen.has(name)) continue;
      seen.add(name);
      requests[tableName] ??= { ConsistentRead: true, Keys: [] };
      requests[tableName].Keys.push(toKey({ partition, sort }));
    }
    return requests;
  }

  async #batchGet(requests: Record<string, KeysAndAttributes>): Promise<BatchGetItemCommandOutput> {
    try {
      return await this.#client.send(new BatchGetItemCommand({ RequestItems: requests }));
    } catch (error) {
      throw toStoreFault(error, "BatchGetItem");
    }
  }

  async query(range: Range): Promise<{ readonly items: readonly Item[]; readonly more: boolean }> {
    checkRange(range);
    const bounds = { ...range, tableName: this.#tableNameOf(range.table) };
    const { items, more } = await queryItems(this.#client, bounds, range.limit);
    return {
      items: items.map((attributes) => {
        const key = { table: range.table, partition: range.partition, sort: readText(attributes, "sk") };
        return toItem(key, attributes);
      }),
      more,
    };
  }

  async write(actions: readonly WriteAction[]): Promise<WriteOutcome> {
    const bodies = encodeWrite(actions);
    const prepared = actions.map((action, position): Prepared => {
      const revision = action.action === "put" ? makeRevision() : undefined;
      return {
        action,
        tableName: this.#tableNameOf(action.key.table),
        body: bodies[position] ?? "",
        revision,
      };
    });
    const [first] = prepared;
    if (first === undefined) return { outcome: "written", revisions: [] };
    // Alone, a write costs half of what it costs in a transaction.
    if (prepared.length === 1 && first.action.action !== "check") return this.#writeOne(first);
    return this.#transact(prepared);
  }

  /**
   * A put or delete by itself. The SDK repeats a request whose answer was lost, and then the condition may fail because
   * the first attempt held: the item's revision tells, and where it cannot, the outcome is unknown.
   */
  async #writeOne(prepared: Prepared): Promise<WriteOutcome> {
    const written: WriteOutcome = { outcome: "written", revisions: [prepared.revision] };
    let isRepeated = false;
    return retryContended("a write", async () => {
      try {
        await this.#sendOne(prepared);
        return written;
      } catch (error) {
        isRepeated ||= wasRepeated(error);
        if (isContended(error)) return undefined;
        if (!(error instanceof ConditionalCheckFailedException)) throw toStoreFault(error, "a write");
        if (prepared.revision !== undefined && error.Item?.["rev"]?.S === prepared.revision) return written;
        if (!isRepeated) return { outcome: "conflict", failed: [0] };
        throw new StoreUnavailable(
          "DynamoDB did not answer whether a write was done: read again before acting.",
        );
      }
    });
  }

  async #sendOne(prepared: Prepared): Promise<void> {
    const { Put, Delete } = toTransactItem(prepared);
    if (Put !== undefined) {
      await this.#client.send(new PutItemCommand({ ...Put, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }));
    } else if (Delete !== undefined) {
      await this.#client.send(new DeleteItemCommand(Delete));
    }
  }

  async #transact(prepared: readonly Prepared[]): Promise<WriteOutcome> {
    // The token makes repetitions of this very request one: each of them hears what the first one did.
    const command = { TransactItems: prepared.map(toTransactItem), ClientRequestToken: randomUUID() };
    return retryContended("a transaction", async () => {
      try {
        await this.#client.send(new TransactWriteItemsCommand(command));
        return { outcome: "written", revisions: prepared.map(({ revision }) => revision) };
      } catch (error) {
        const failed = findFailed(error);
        if (failed.length > 0) return { outcome: "conflict", failed };
        if (isContended(error)) return undefined;
        throw toStoreFault(error, "a transaction");
      }
    });
  }
}

function findFailed(error: unknown): readonly number[] {
  if (!(error instanceof TransactionCanceledException)) return [];
  return reasonsOf(error).flatMap((reason, position) =>
    reason === "ConditionalCheckFailed" ? [position] : [],
  );
}

function toTransactItem({ action, tableName, body, revision }: Prepared): TransactWriteItem {
  const condition = toCondition(action.expect);
  const key = toKey(action.key);
  switch (action.action) {
    case "put": {
      const cleanUp = action.cleanUpAt === undefined ? {} : { ttl: { N: String(action.cleanUpAt) } };
      const item = { ...key, rev: { S: revision ?? "" }, body: { S: body }, ...cleanUp };
      return { Put: { TableName: tableName, Item: item, ...condition } };
    }
    case "delete":
      return { Delete: { TableName: tableName, Key: key, ...condition } };
    case "check":
      return { ConditionCheck: { TableName: tableName, Key: key, ...toCondition(action.expect) } };
  }
}

function toCondition(expect: Expectation): { ConditionExpression: string };
function toCondition(expect: Expectation | "anything"): { ConditionExpression?: string };
function toCondition(expect: Expectation | "anything") {
  if (expect === "anything") return {};
  if (expect === "absent") return { ConditionExpression: "attribute_not_exists(pk)" };
  return { ConditionExpression: "rev = :rev", ExpressionAttributeValues: { ":rev": { S: expect } } };
}

function toKey({ partition, sort }: Pick<ItemKey, "partition" | "sort">) {
  return { pk: { S: partition }, sk: { S: sort } };
}

function toItem(key: ItemKey, attributes: Attributes): Item {
  return { key, body: readBody(attributes), revision: toRevision(readText(attributes, "rev")) };
}

function nameOf(tableName: string, partition: string, sort: string): string {
  return `${tableName}#${partition.length}#${partition}#${sort}`;
}

function countKeys(requests: Record<string, KeysAndAttributes>): number {
  return Object.values(requests).reduce((count, { Keys = [] }) => count + Keys.length, 0);
}

/** 96 random bits: two of 10^12 revisions are the same with a chance of one in 10^5, and must meet on one item. */
function makeRevision(): Revision {
  return toRevision(randomBytes(12).toString("base64url"));
}

// The brand has no schema to come from: a revision is made or read here and nowhere else.
function toRevision(text: string): Revision {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return text as Revision;
}
