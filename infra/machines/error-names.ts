import type { MachineErrorName } from "../../shared/domain/errors.ts";

/**
 * What the Lambda service itself answers when it did not run the function to its end for reasons that pass (Step
 * Functions developer guide, "Handle transient Lambda service exceptions").
 */
export const passingLambdaErrors = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
] as const;

export type MatchableError = MachineErrorName | (typeof passingLambdaErrors)[number];

/** The errors of a Retry or Catch; a name that nothing throws is a type error. `States.ALL` is `catchAll`'s. */
export function matching(...names: readonly MatchableError[]): string[] {
  return [...names];
}
