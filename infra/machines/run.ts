import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  type Chain,
  Choice,
  Condition,
  Fail,
  type IChainable,
  IntegrationPattern,
  Map,
  Pass,
  Timeout,
} from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { machineFunctions } from "../../shared/wiring.ts";
import { callFunction } from "./call-function.ts";
import { matching } from "./error-names.ts";
import {
  whenExecutionIsInProgress,
  whenKeyIsAway,
  whenLambdaFailed,
  whenReceiptIsMissing,
  whenRunIsContended,
  whenStoreIsAway,
} from "./retry-rules.ts";

export type RunFunctions = Readonly<Record<(typeof machineFunctions)[number], IFunction>>;

/** As many gated calls as one turn may have (docs/design.md section 4); an inline Map would run 40 at once. */
const CALLS_AT_ONCE = 20;

/**
 * How long Step Functions holds one task token. Deadlines are not kept here: `keep-deadlines` moves and ends them, at
 * the latest 180 days after asking (the longest `expiresIn`). This is only the wait's hard lifetime beyond that.
 */
const TOKEN_LIFETIME = Duration.days(200);

/** The item of the Map, `{ callId, ask, requirementId? }`, handed on as it is: no result, error or token is kept. */
const sameItem = "{% $states.input %}";
const nothing = {};

/**
 * The state machine `run` (docs/design.md section 4). Its input is `{ tenant, runId, epoch }`; everything else lives in
 * the tables. A run with one gate enters nine states.
 */
export function defineRun(scope: Construct, functions: RunFunctions): Chain {
  const takeAgentSteps = callFunction(scope, "Take agent steps", {
    of: functions["take-agent-steps"],
    outputs: "{% $states.result.Payload %}",
    retries: [whenRunIsContended, whenStoreIsAway, whenKeyIsAway, whenLambdaFailed],
  });
  const whatComesNext = Choice.jsonata(scope, "What comes next?");
  // Without Items the Map's input is the array itself, which every implementation of the language understands.
  const settleEachCall = Map.jsonata(scope, "Settle each call", {
    maxConcurrency: CALLS_AT_ONCE,
    outputs: nothing,
  });
  const endTheRun = callFunction(scope, "End the run", {
    of: functions["end-run"],
    outputs: nothing,
    retries: [whenRunIsContended, whenStoreIsAway, whenLambdaFailed],
  });
  const refuseAnUnknownAnswer = Fail.jsonata(scope, "Refuse an unknown answer", {
    error: "UnknownAnswer",
    cause: "take-agent-steps answered none of finished, yielded and calls.",
  });
  const leaveTheRunToAdoption = Fail.jsonata(scope, "Leave the run to adoption", {
    error: "LeftToAdoption",
    cause:
      "A function failed beyond its retries; adopt-runs starts the next execution of a run that still needs one.",
  });

  takeAgentSteps.addCatch(leaveTheRunToAdoption, { outputs: nothing });
  endTheRun.addCatch(leaveTheRunToAdoption, { outputs: nothing });
  settleEachCall.itemProcessor(defineCall(scope, functions));

  return takeAgentSteps.next(
    whatComesNext
      .when(answerIsFinished, endTheRun)
      .when(answerIsYielded, takeAgentSteps)
      .when(answerHasCalls, settleEachCall.next(takeAgentSteps), { outputs: "{% $states.input.calls %}" })
      .otherwise(refuseAnUnknownAnswer),
  );
}

/** What happens to one call. Every path ends in a normal state, since a failing iteration would stop its siblings. */
function defineCall(scope: Construct, functions: RunFunctions): IChainable {
  const doesAnyoneHaveToBeAsked = Choice.jsonata(scope, "Does anyone have to be asked?");
  const askPeople = callFunction(scope, "Ask people", {
    of: functions["open-requirement"],
    integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
    payload: {
      requirementId: "{% $states.input.requirementId %}",
      token: "{% $states.context.Task.Token %}",
      // Every retry waits on a new token; the count tells open-requirement which of two is the newer one.
      retryCount: "{% $states.context.State.RetryCount %}",
    },
    taskTimeout: Timeout.duration(TOKEN_LIFETIME),
    outputs: sameItem,
    retries: [whenStoreIsAway, whenKeyIsAway, whenLambdaFailed],
  });
  const executeTheCall = callFunction(scope, "Execute the call", {
    of: functions["execute-call"],
    payload: { callId: "{% $states.input.callId %}" },
    outputs: nothing,
    retries: [
      whenExecutionIsInProgress,
      whenReceiptIsMissing,
      whenRunIsContended,
      whenStoreIsAway,
      whenLambdaFailed,
    ],
  });
  const prepareTheNextRequirement = callFunction(scope, "Prepare the next requirement", {
    of: functions["take-agent-steps"],
    payload: { callId: "{% $states.input.callId %}" },
    outputs: "{% $states.result.Payload.calls[0] %}",
    retries: [whenRunIsContended, whenStoreIsAway, whenLambdaFailed],
  });
  // The next turn's "Take agent steps" finds the call unresolved and returns it again.
  const leaveTheCallOpen = Pass.jsonata(scope, "Leave the call open", { outputs: nothing });

  askPeople
    .addCatch(executeTheCall, { errors: matching("RequirementReleased"), outputs: sameItem })
    .addCatch(leaveTheCallOpen, { outputs: nothing });
  executeTheCall
    .addCatch(prepareTheNextRequirement, { errors: matching("RequirementsRemain"), outputs: sameItem })
    .addCatch(leaveTheCallOpen, { outputs: nothing });
  prepareTheNextRequirement.addCatch(leaveTheCallOpen, { outputs: nothing });

  askPeople.next(executeTheCall);
  prepareTheNextRequirement.next(doesAnyoneHaveToBeAsked);
  // Only an explicit "no" spares the question.
  return doesAnyoneHaveToBeAsked.when(nobodyIsToBeAsked, executeTheCall).otherwise(askPeople);
}

const answerIsFinished = Condition.jsonata('{% $states.input.outcome = "finished" %}');
const answerIsYielded = Condition.jsonata('{% $states.input.outcome = "yielded" %}');
// An answer of no calls at all would make the machine spin.
const answerHasCalls = Condition.jsonata(
  '{% $states.input.outcome = "calls" and $count($states.input.calls) > 0 %}',
);
const nobodyIsToBeAsked = Condition.jsonata("{% $states.input.ask = false %}");
