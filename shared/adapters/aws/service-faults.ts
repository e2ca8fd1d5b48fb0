import { type CountersignError, InvariantBroken, TableNotGranted } from "../../domain/errors.ts";

/** Answers that say "not now" with a 4xx: each service has its own word for throttling. */
const passingNames: ReadonlySet<string> = new Set([
  "ExecutionLimitExceeded",
  "InternalError",
  "KmsThrottlingException",
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestTimeout",
  "ServiceQuotaExceededException",
  "ServiceUnavailable",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);

const deniedNames: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "KMSAccessDeniedException",
  "KmsAccessDeniedException",
]);

/** What every exception of the SDK has that stands for an answer; a lost connection or a timeout has none of it. */
interface ServiceAnswer extends Error {
  readonly $fault: "client" | "server";
}

/** The service's own name of the error; `undefined` when it did not answer. */
export function faultNameOf(error: unknown): string | undefined {
  return isServiceAnswer(error) ? error.name : undefined;
}

/**
 * What a failed call means to a port: the Retryable `Unavailable` when it may succeed later or nobody knows its outcome
 * (no answer, throttled, a fault of the service), else Terminal. Nothing of the SDK's message goes along.
 */
export function toServiceFault(
  error: unknown,
  call: string,
  Unavailable: new (message: string) => CountersignError,
): CountersignError {
  if (!isServiceAnswer(error)) return new Unavailable(`AWS did not answer ${call}: try again.`);
  const { name, $fault } = error;
  if ($fault === "server" || passingNames.has(name)) {
    return new Unavailable(`AWS could not do ${call} now (${name}): try again later.`);
  }
  if (deniedNames.has(name)) {
    return new TableNotGranted(
      `AWS refuses ${call} to this function: compare its role with shared/wiring.ts.`,
    );
  }
  return new InvariantBroken(`AWS refused ${call} (${name}): compare what is deployed with the stacks.`);
}

function isServiceAnswer(error: unknown): error is ServiceAnswer {
  return error instanceof Error && "$fault" in error;
}
