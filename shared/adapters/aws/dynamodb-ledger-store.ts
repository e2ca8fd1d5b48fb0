import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  ExecuteTransactionCommand,
  GetItemCommand,
  type ParameterizedStatement,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { MalformedRecord } from "../../domain/errors.ts";
import type { Block } from "../../ledger/block.ts";
import type { AppendedEntry, LedgerStore } from "../../ports/ledger-store.ts";
import { blockSchema, checkBlockPage, encodeBlock, readAppended } from "../ledger-limits.ts";
import { type Attributes, readJson, readNumber, readText } from "./dynamodb-attributes.ts";
import { isContended, retryContended, toStoreFault } from "./dynamodb-faults.ts";
import { queryItems } from "./dynamodb-query.ts";

/**
 * All blocks lie in one partition, so that the last one is one consistent query away. One partition takes 1,000 write
 * units a second: 500 blocks of up to 1 kB, more than a log whose every block waits for the one before can reach.
 */
const BLOCKS = "block#log";

/** Digits that make indexes sort by their bytes; the largest, 2^53 - 1, has 16. */
const INDEX_DIGITS = 16;

type Key = Readonly<{ pk: string; sk: string }>;

/**
 * The ledger in one table with the string keys `pk` and `sk`, written by PartiQL INSERT alone, which fails where an item
 * stands already, whereas a right to put could always overwrite.
 *
 * | item | pk | sk | attributes |
 * |---|---|---|---|
 * | block | `block#log` | the number of entries before it | body = the block's JSON |
 * | entry by id | `entry#{id}` | `entry` | body = the entry's text, index |
 * | entry by requirement | `requirement#{id}` | index | the same |
 *
 * Entries are held beside their block so that each read is one request; up to 1 kB an item costs the same.
 * Permissions: PartiQLInsert to append; GetItem, BatchGetItem and Query to read.
 */
export function createDynamoLedgerStore(parts: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): LedgerStore {
  return new DynamoLedgerStore(parts.client, parts.tableName);
}

class DynamoLedgerStore implements LedgerStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  /** A size that the ledger once had. A block of that key follows the one that ended there, or its key is taken. */
  #lastSeenSize = 0;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async last(): Promise<Block | undefined> {
    const last = await this.#findLastBlock({});
    this.#lastSeenSize = last === undefined ? 0 : last.from + last.entries.length;
    return last;
  }

  /** The newest block whose key is below `before`. */
  async #findLastBlock(bound: { readonly before?: string }): Promise<Block | undefined> {
    const bounds = { tableName: this.#tableName, partition: BLOCKS, order: "descending", ...bound } as const;
    const { items } = await queryItems(this.#client, bounds, 1);
    return items.map(toBlock)[0];
  }

  async append(block: Block): Promise<"appended" | "conflict"> {
    const { entries, body } = encodeBlock(block);
    if (!(await this.#continuesTheLedger(block))) return "conflict";
    const statements = [this.#insert(blockKey(block.from), { body: { S: body } })];
    for (const { entry, text, index } of entries) {
      const appended = { body: { S: text }, index: { N: String(index) } };
      statements.push(this.#insert(entryKey(entry.id), appended));
      if (entry.requirement !== undefined) {
        statements.push(this.#insert(requirementKey(entry.requirement, index), appended));
      }
    }
    const taken = [blockKey(block.from), ...entries.map(({ entry }) => entryKey(entry.id))];
    return this.#insertAll(statements, taken, block.from + entries.length);
  }

  /** Whether the ledger has, or once had, as many entries as stand before the block. */
  async #continuesTheLedger({ from }: Block): Promise<boolean> {
    if (from !== this.#lastSeenSize) await this.last();
    return from === this.#lastSeenSize;
  }

  /**
   * All items or none. A cancellation's own reasons are not relied upon: what the table holds then decides between
   * `conflict` and another try.
   */
  async #insertAll(
    statements: ParameterizedStatement[],
    claimed: readonly Key[],
    size: number,
  ): Promise<"appended" | "conflict"> {
    // The token makes repetitions of this very request one: each of them hears what the first one did.
    const command = { TransactStatements: statements, ClientRequestToken: randomUUID() };
    const { outcome } = await retryContended("an append", async () => {
      try {
        await this.#client.send(new ExecuteTransactionCommand(command));
        this.#lastSeenSize = size;
        return { outcome: "appended" as const };
      } catch (error) {
        if (!(error instanceof TransactionCanceledException || isContended(error))) {
          throw toStoreFault(error, "an append");
        }
        return (await this.#isAnyTaken(claimed)) ? { outcome: "conflict" as const } : undefined;
      }
    });
    return outcome;
  }

  async #isAnyTaken(keys: readonly Key[]): Promise<boolean> {
    // A block claims at most 50 places, which fit into one batch; what an answer leaves out, the next try asks for.
    const request = {
      ConsistentRead: true,
      Keys: keys.map(toAttributes),
      ProjectionExpression: "pk",
    };
    try {
      const { Responses = {} } = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [this.#tableName]: request } }),
      );
      return (Responses[this.#tableName] ?? []).length > 0;
    } catch (error) {
      throw toStoreFault(error, "BatchGetItem");
    }
  }

  async find(entryId: string): Promise<AppendedEntry | undefined> {
    const attributes = await this.#get(entryKey(entryId));
    return attributes && toAppended(attributes);
  }

  async entriesOf(requirementId: string): Promise<readonly AppendedEntry[]> {
    const partition = requirementPartition(requirementId);
    const entries: AppendedEntry[] = [];
    for await (const attributes of this.#readPartition(partition)) entries.push(toAppended(attributes));
    return entries;
  }

  async *#readPartition(partition: string): AsyncGenerator<Attributes> {
    const bounds = { tableName: this.#tableName, partition, order: "ascending" } as const;
    let after: string | undefined;
    do {
      const { items, more } = await queryItems(this.#client, { ...bounds, ...(after && { after }) }, 1_000);
      yield* items;
      const last = items.at(-1);
      after = more && last !== undefined ? readText(last, "sk") : undefined;
    } while (after !== undefined);
  }

  async blockOf(index: number): Promise<Block | undefined> {
    const block = await this.#findLastBlock({ before: padIndex(index + 1) });
    return block !== undefined && index < block.from + block.entries.length ? block : undefined;
  }

  async blocks(from: number, limit: number): Promise<readonly Block[]> {
    checkBlockPage(limit);
    const { items } = await queryItems(
      this.#client,
      { tableName: this.#tableName, partition: BLOCKS, from: padIndex(from), order: "ascending" },
      limit,
    );
    return items.map(toBlock);
  }

  async #get(key: Key): Promise<Attributes | undefined> {
    const input = { TableName: this.#tableName, Key: toAttributes(key), ConsistentRead: true };
    try {
      return (await this.#client.send(new GetItemCommand(input))).Item;
    } catch (error) {
      throw toStoreFault(error, "GetItem");
    }
  }

  #insert(key: Key, attributes: Record<string, AttributeValue>): ParameterizedStatement {
    const values = Object.entries({ ...toAttributes(key), ...attributes });
    return {
      Statement: `INSERT INTO "${this.#tableName}" VALUE {${values.map(([name]) => `'${name}': ?`).join(", ")}}`,
      Parameters: values.map(([, value]) => value),
    };
  }
}

function blockKey(from: number): Key {
  return { pk: BLOCKS, sk: padIndex(from) };
}

function entryKey(id: string): Key {
  return { pk: `entry#${id}`, sk: "entry" };
}

function requirementPartition(requirement: string): string {
  return `requirement#${requirement}`;
}

function requirementKey(requirement: string, index: number): Key {
  return { pk: requirementPartition(requirement), sk: padIndex(index) };
}

function padIndex(index: number): string {
  return String(index).padStart(INDEX_DIGITS, "0");
}

function toAttributes({ pk, sk }: Key) {
  return { pk: { S: pk }, sk: { S: sk } };
}

function toBlock(attributes: Attributes): Block {
  const parsed = blockSchema.safeParse(readJson(attributes, "body"));
  if (parsed.success) return parsed.data;
  throw new MalformedRecord(
    `Block ${readText(attributes, "sk")} of the ledger is not readable; nothing is done by it.`,
  );
}

function toAppended(attributes: Attributes): AppendedEntry {
  return readAppended(readText(attributes, "body"), readNumber(attributes, "index"));
}
