import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type DynamoRequest, readRequest, type TouchedItem } from "./aws-system-request.ts";
import { readUnitsOf, writeUnitsOf } from "./aws-system-units.ts";

/** What one request of a function asked of one table. */
export interface TableCall {
  readonly function: string;
  /** As in the API: `Query`, `TransactWriteItems`. */
  readonly operation: string;
  readonly table: string;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** That a function needed the permission `action` on a thing, such as `dynamodb:Query` on `table/work`. */
export interface Need {
  readonly function: string;
  readonly action: string;
  readonly on: string;
}

/** What functions did since counting began. */
export interface Usage {
  readonly calls: readonly TableCall[];
  /** How often each function was invoked. */
  readonly invocations: ReadonlyMap<string, number>;
  /** Requests of each function to AWS. */
  readonly requests: ReadonlyMap<string, number>;
  /** Requests that DynamoDB refused, as `function operation error`; AWS charges for them, and no answer says how much. */
  readonly refusals: readonly string[];
  /** Bytes by which the tables grew. */
  readonly bytesKept: number;
  /** To KMS. */
  readonly keyRequests: number;
  /** Checkpoints that were signed. */
  readonly signatures: number;
}

/** Writes down who asked what of AWS: the calls and units of each function, and every permission that it needed. */
export class UsageRecorder {
  /** Since the system was opened, each once. */
  readonly needs = new Map<string, Need>();
  readonly #prefix: string;
  /** Bytes of every item that was written through a watched client. */
  readonly #sizes = new Map<string, number>();
  #calls: TableCall[] = [];
  #invocations = new Map<string, number>();
  #requests = new Map<string, number>();
  #refusals: string[] = [];
  #bytesKept = 0;
  #keyRequests = 0;
  #signatures = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Records every request of the client as the function's; `told` hears of each one that is done. */
  watch(client: DynamoDBClient, functionName: string, told: () => void): DynamoDBClient {
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (sent) => {
          const request = readRequest(String(commandName), sent.input);
          this.#countRequest(functionName);
          for (const { action, tableName } of request.items) {
            this.need(functionName, `dynamodb:${action}`, `table/${this.#withoutPrefix(tableName)}`);
          }
          try {
            const result = await next(sent);
            this.#record(functionName, request, request.sizeOfAnswer(result.output));
            return result;
          } catch (error) {
            const name = error instanceof Error ? error.name : "?";
            this.#refusals.push(`${functionName} ${request.operation} ${name}`);
            throw error;
          } finally {
            told();
          }
        },
      { step: "initialize", name: "recordUsage" },
    );
    return client;
  }

  countInvocation(functionName: string): void {
    this.#invocations.set(functionName, (this.#invocations.get(functionName) ?? 0) + 1);
  }

  /** A request to another service than DynamoDB; `action` is also the permission that it needs. */
  countOther(functionName: string, action: string, on: string): void {
    this.#countRequest(functionName);
    this.need(functionName, action, on);
    if (action === "kms:Sign") this.#signatures += 1;
    else if (action.startsWith("kms:")) this.#keyRequests += 1;
  }

  #countRequest(functionName: string): void {
    this.#requests.set(functionName, (this.#requests.get(functionName) ?? 0) + 1);
  }

  need(functionName: string, action: string, on: string): void {
    this.needs.set(`${functionName} ${action} ${on}`, { function: functionName, action, on });
  }

  /** What was counted since the last time; counting begins anew. */
  take(): Usage {
    const taken = {
      calls: this.#calls,
      invocations: this.#invocations,
      requests: this.#requests,
      refusals: this.#refusals,
      bytesKept: this.#bytesKept,
      keyRequests: this.#keyRequests,
      signatures: this.#signatures,
    };
    this.#calls = [];
    this.#invocations = new Map();
    this.#requests = new Map();
    this.#refusals = [];
    this.#bytesKept = 0;
    this.#keyRequests = 0;
    this.#signatures = 0;
    return taken;
  }

  #record(functionName: string, request: DynamoRequest, answerBytes: number): void {
    const { operation, items } = request;
    for (const tableName of new Set(items.map((item) => item.tableName))) {
      const own = items.filter((item) => item.tableName === tableName);
      const units = own.map((item) => this.#unitsOf(item, request, answerBytes));
      const add = (kind: TouchedItem["kind"]) =>
        units.reduce((sum, unit, place) => sum + (own[place]?.kind === kind ? unit : 0), 0);
      const table = this.#withoutPrefix(tableName);
      const call = { function: functionName, operation, table };
      this.#calls.push({ ...call, readUnits: add("read"), writeUnits: add("write") });
    }
  }

  #unitsOf(item: TouchedItem, { isTransaction }: DynamoRequest, answerBytes: number): number {
    if (item.key === undefined) return readUnitsOf(answerBytes);
    const name = JSON.stringify([item.tableName, item.key]);
    const before = this.#sizes.get(name) ?? 0;
    if (item.kind === "read") return readUnitsOf(before);
    if (item.after !== undefined) {
      this.#sizes.set(name, item.after);
      this.#bytesKept += item.after - before;
    }
    return writeUnitsOf(Math.max(before, item.after ?? 0), isTransaction);
  }

  #withoutPrefix(tableName: string): string {
    return tableName.slice(this.#prefix.length + 1);
  }
}
