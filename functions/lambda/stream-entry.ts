import type { DynamoDBBatchResponse } from "aws-lambda";
import { toBatchResponse, toStreamRecords } from "../../shared/adapters/aws/dynamodb-stream.ts";
import { tableNameOf } from "../../shared/names.ts";
import type { Log, StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import { type FunctionName, streams } from "../../shared/wiring.ts";
import { createEventEntry, type LambdaContext } from "./event-entry.ts";

export interface StreamHandler {
  readonly deliver: (records: readonly StreamRecord[]) => Promise<StreamOutcome>;
  /** What the reconciler asks for, by ids alone. */
  readonly invoke: (event: unknown) => Promise<unknown>;
}

/**
 * Lambda's form of a function that reads DynamoDB streams. A record that could not be done, or not even be read, is
 * answered as failed: Lambda hands it over again with everything after it, and in the end to the dead letters. What has
 * no `Records` is a request of the reconciler.
 */
export function createStreamEntry(
  name: FunctionName,
  { PREFIX }: { readonly PREFIX: string },
  { deliver, invoke }: StreamHandler,
  log: Log,
): (event: unknown, context: LambdaContext) => Promise<unknown> {
  const sources = streams.filter((stream) => stream.function === name).map(({ source }) => source);
  const tableOf = (tableName: string) => sources.find((source) => tableNameOf(PREFIX, source) === tableName);
  const deliverAll = async (event: object): Promise<DynamoDBBatchResponse> => {
    const { records, failed } = toStreamRecords(event, tableOf);
    const outcome = await deliver(records);
    return toBatchResponse({ failed: [...failed, ...outcome.failed] });
  };
  return createEventEntry(async (event) => (isStreamEvent(event) ? deliverAll(event) : invoke(event)), log);
}

function isStreamEvent(event: unknown): event is object {
  return typeof event === "object" && event !== null && "Records" in event;
}
