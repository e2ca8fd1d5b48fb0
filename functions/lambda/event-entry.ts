import type { Context } from "aws-lambda";
import type { Invocation, Log } from "../../shared/ports/functions.ts";
import { describeFailure } from "./describe-failure.ts";

export type LambdaContext = Pick<Context, "getRemainingTimeInMillis">;

/** Lambda's form of a function that takes an event of ours: from the state machine, a rule, a schedule or a function. */
export function createEventEntry<Answer>(
  handle: (event: unknown, invocation: Invocation) => Promise<Answer>,
  log: Log,
): (event: unknown, context: LambdaContext) => Promise<Answer> {
  return async (event, context) => {
    try {
      return await handle(event, { deadlineAt: Date.now() + context.getRemainingTimeInMillis() });
    } catch (error) {
      throw describeFailure(error, log);
    }
  };
}
