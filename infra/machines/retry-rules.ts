import { Duration } from "aws-cdk-lib";
import { JitterType, type RetryProps } from "aws-cdk-lib/aws-stepfunctions";
import { matching, passingLambdaErrors } from "./error-names.ts";

/** Lambda was throttled or failed; about two minutes (2 + 4 + … + 64 s), CDK's own numbers. */
export const whenLambdaFailed: RetryProps = {
  errors: matching(...passingLambdaErrors),
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
};

/** The store or a key did not answer; about four minutes (2 + 4 + … + 60 + 60 s), then adoption or the next turn tries again. */
export const whenStoreIsAway: RetryProps = {
  errors: matching("StoreUnavailable", "KeyUnavailable"),
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay: Duration.seconds(60),
  maxAttempts: 8,
};

/** The key of task tokens, or the model's, could not be used; as long as for the store. */
export const whenKeyIsAway: RetryProps = {
  ...whenStoreIsAway,
  errors: matching("KeyUnavailable", "SecretUnavailable"),
};

/** Siblings of one turn write the same run; jitter parts those that collided, and seconds are enough. */
export const whenRunIsContended: RetryProps = {
  errors: matching("RunContended"),
  interval: Duration.seconds(1),
  backoffRate: 2,
  maxDelay: Duration.seconds(10),
  maxAttempts: 8,
  jitterStrategy: JitterType.FULL,
};

/** The release overtook the seal of a decision it counts, normally by milliseconds; about a minute in all. */
export const whenReceiptIsMissing: RetryProps = {
  errors: matching("ReceiptMissing"),
  interval: Duration.seconds(1),
  backoffRate: 1.5,
  maxDelay: Duration.seconds(10),
  maxAttempts: 10,
};

/**
 * Another invocation holds the claim. Its lease ends with that invocation's deadline and a margin, so the retries last
 * 216 s, longer than two deadlines of `execute-call`; the one after the lease's end settles what became of the call.
 */
export const whenExecutionIsInProgress: RetryProps = {
  errors: matching("ExecutionInProgress"),
  interval: Duration.seconds(5),
  backoffRate: 1.5,
  maxDelay: Duration.seconds(30),
  maxAttempts: 10,
};
