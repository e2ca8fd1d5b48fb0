import { setTimeout as wait } from "node:timers/promises";
import { DynamoDBServiceException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type CountersignError,
  InvariantBroken,
  StoreUnavailable,
  TableNotGranted,
} from "../../domain/errors.ts";

/** Tries of one call within 25 + 50 + … + 400 ms at most, beyond those of the SDK, which knows only throttling. */
const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 25;

/** Answers that say neither yes nor no: the same call may succeed later. */
const transientNames: ReadonlySet<string> = new Set([
  "InternalServerError",
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "ReplicatedWriteConflictException",
  "RequestLimitExceeded",
  "ServiceUnavailable",
  "ThrottlingException",
]);

/** Another transaction holds one of the items, or an earlier attempt of this one is still at work. */
const contendedNames: ReadonlySet<string> = new Set([
  "TransactionConflictException",
  "TransactionInProgressException",
]);

/** Why an item let a transaction be cancelled although its condition may hold; nothing was written. */
const contendedReasons: ReadonlySet<string> = new Set([
  "TransactionConflict",
  "ProvisionedThroughputExceeded",
  "ThrottlingError",
]);

/** Nothing was written because others are at the same items: worth another try at once. */
export function isContended(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    return reasonsOf(error).some((reason) => contendedReasons.has(reason));
  }
  return error instanceof DynamoDBServiceException && contendedNames.has(error.name);
}

/** The code of each item's reason in a cancelled transaction, in the order of its items; `None` where it had none. */
export function reasonsOf(error: TransactionCanceledException): readonly string[] {
  return error.CancellationReasons?.map(({ Code }) => Code ?? "None") ?? [];
}

/** Whether the SDK sent the request more than once, so that a lost answer may stand behind a failed condition. */
export function wasRepeated(error: unknown): boolean {
  return error instanceof DynamoDBServiceException && (error.$metadata.attempts ?? 1) > 1;
}

/**
 * What a failed call means to the port: `StoreUnavailable` when nobody knows the outcome (no answer, throttled, a fault
 * of the service), else Terminal. Nothing of the SDK's message goes along: it can hold keys.
 */
export function toStoreFault(error: unknown, call: string): CountersignError {
  if (!(error instanceof DynamoDBServiceException)) {
    return new StoreUnavailable(`DynamoDB did not answer ${call}: read again before acting.`);
  }
  if (error.$fault === "server" || transientNames.has(error.name) || isContended(error)) {
    return new StoreUnavailable(
      `DynamoDB could not do ${call} now (${error.name}): read again before acting.`,
    );
  }
  if (error.name === "AccessDeniedException") {
    return new TableNotGranted(
      `DynamoDB refuses ${call} to this function: compare its role with shared/wiring.ts.`,
    );
  }
  return new InvariantBroken(
    `DynamoDB refused ${call} (${error.name}): compare the deployed tables with the stateful stack.`,
  );
}

/**
 * Repeats `attempt` while it answers `undefined` for "contended", with growing random pauses.
 *
 * @throws StoreUnavailable when it is contended to the end.
 */
export async function retryContended<T extends object>(
  call: string,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (tries === MAX_TRIES) {
      throw new StoreUnavailable(`DynamoDB was too busy for ${call} ${MAX_TRIES} times: try again later.`);
    }
    // Jitter over the whole pause, so that those who met once do not meet again.
    await wait(Math.random() * FIRST_PAUSE_MS * 2 ** (tries - 1));
  }
}
