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
import * as z from "zod/mini";
import { jsonValueSchema } from "../../domain/json.ts";
import { GENESIS_HASH, type Block } from "../../ledger/hash-chain.ts";
import type { LedgerHead, LedgerStore, SealedEntry } from "../../ports/ledger-store.ts";
import { ledgerEntrySchema } from "../../wire/ledger-entry.ts";
import { checkBlockPage, encodeBlock } from "../ledger-limits.ts";
import { type Attributes, readJson, readNumber, readText } from "./dynamodb-attributes.ts";
import { isContended, retryContended, toStoreFault } from "./dynamodb-faults.ts";
import { queryItems } from "./dynamodb-query.ts";

/**
 * All blocks lie in one partition, so that the last one is one consistent query away. One partition takes 1,000 write
 * units a second: 500 blocks of up to 1 kB, more than a chain whose every block waits for the one before can reach.
 */
const CHAIN = "block#chain";

/** Digits that make indexes and positions sort by their bytes. */
const INDEX_DIGITS = 12;
const POSITION_DIGITS = 3;

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const blockSchema = z.strictObject({
  v: z.literal(1),
  index: z.int().check(z.nonnegative()),
  previous: hash,
  entries: z.array(jsonValueSchema),
  hash,
});

type Key = Readonly<{ pk: string; sk: string }>;

/**
 * The ledger in one table with the string keys `pk` and `sk`, written by PartiQL INSERT alone, which fails where an item
 * stands already, whereas a right to put could always overwrite.
 *
 * | item | pk | sk | attributes |
 * |---|---|---|---|
 * | block | `block#chain` | index | body = the block's JSON, hash |
 * | entry by id | `entry#{id}` | `entry` | body = the entry's JSON, block, position, hash |
 * | entry by requirement | `requirement#{id}` | `{index}#{position}` | the same |
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
  /** A head that once stood. Blocks never change, so a block that follows it needs no look at its parent. */
  #lastSeen: LedgerHead = { size: 0, hash: GENESIS_HASH };

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async head(): Promise<LedgerHead> {
    const bounds = { tableName: this.#tableName, partition: CHAIN, order: "descending" } as const;
    const { items } = await queryItems(this.#client, bounds, 1);
    const [last] = items;
    if (last === undefined) return { size: 0, hash: GENESIS_HASH };
    this.#lastSeen = { size: Number(readText(last, "sk")) + 1, hash: readText(last, "hash") };
    return this.#lastSeen;
  }

  async append(block: Block): Promise<"appended" | "conflict"> {
    const { entries, body } = encodeBlock(block);
    if (!(await this.#followsItsParent(block))) return "conflict";
    const statements = [this.#insert(blockKey(block.index), { body: { S: body }, hash: { S: block.hash } })];
    for (const [position, { id, requirement }] of entries.entries()) {
      const sealed = {
        body: { S: JSON.stringify(block.entries[position]) },
        block: { N: String(block.index) },
        position: { N: String(position) },
        hash: { S: block.hash },
      };
      statements.push(this.#insert(entryKey(id), sealed));
      if (requirement !== undefined) {
        statements.push(this.#insert(requirementKey(requirement, block.index, position), sealed));
      }
    }
    const taken = [blockKey(block.index), ...entries.map(({ id }) => entryKey(id))];
    return this.#insertAll(statements, taken, { size: block.index + 1, hash: block.hash });
  }

  async #followsItsParent({ index, previous }: Block): Promise<boolean> {
    if (index === 0) return previous === GENESIS_HASH;
    if (index !== this.#lastSeen.size) {
      const parent = await this.#get(blockKey(index - 1));
      return parent !== undefined && readText(parent, "hash") === previous;
    }
    return previous === this.#lastSeen.hash;
  }

  /**
   * All items or none. A cancellation's own reasons are not relied upon: what the table holds then decides between
   * `conflict` and another try.
   */
  async #insertAll(
    statements: ParameterizedStatement[],
    claimed: readonly Key[],
    head: LedgerHead,
  ): Promise<"appended" | "conflict"> {
    // The token makes repetitions of this very request one: each of them hears what the first one did.
    const command = { TransactStatements: statements, ClientRequestToken: randomUUID() };
    const { outcome } = await retryContended("an append", async () => {
      try {
        await this.#client.send(new ExecuteTransactionCommand(command));
        this.#lastSeen = head;
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

  async find(entryId: string): Promise<SealedEntry | undefined> {
    const attributes = await this.#get(entryKey(entryId));
    return attributes && toSealed(attributes);
  }

  async entriesOf(requirementId: string): Promise<readonly SealedEntry[]> {
    const partition = requirementPartition(requirementId);
    const sealed: SealedEntry[] = [];
    for await (const attributes of this.#readPartition(partition)) sealed.push(toSealed(attributes));
    return sealed;
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

  async blocks(from: number, limit: number): Promise<readonly Block[]> {
    checkBlockPage(limit);
    const { items } = await queryItems(
      this.#client,
      { tableName: this.#tableName, partition: CHAIN, from: blockKey(from).sk, order: "ascending" },
      limit,
    );
    return items.map((attributes) => blockSchema.parse(readJson(attributes, "body")));
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

function blockKey(index: number): Key {
  return { pk: CHAIN, sk: padIndex(index) };
}

function entryKey(id: string): Key {
  return { pk: `entry#${id}`, sk: "entry" };
}

function requirementPartition(requirement: string): string {
  return `requirement#${requirement}`;
}

function requirementKey(requirement: string, index: number, position: number): Key {
  const place = `${padIndex(index)}#${String(position).padStart(POSITION_DIGITS, "0")}`;
  return { pk: requirementPartition(requirement), sk: place };
}

function padIndex(index: number): string {
  return String(index).padStart(INDEX_DIGITS, "0");
}

function toAttributes({ pk, sk }: Key) {
  return { pk: { S: pk }, sk: { S: sk } };
}

function toSealed(attributes: Attributes): SealedEntry {
  return {
    entry: ledgerEntrySchema.parse(readJson(attributes, "body")),
    block: readNumber(attributes, "block"),
    position: readNumber(attributes, "position"),
    blockHash: readText(attributes, "hash"),
  };
}
