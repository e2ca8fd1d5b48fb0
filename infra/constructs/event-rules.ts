import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { EventInvokeConfig } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { executionStatusFunction, schedules } from "../../shared/wiring.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { isInvokedAsynchronously } from "./function-kinds.ts";
import type { WiredFunctions } from "./wired-functions.ts";

export interface EventRulesProps {
  readonly functions: WiredFunctions;
  readonly machine: IStateMachine;
  readonly deadLetters: DeadLetters;
}

/** Calls functions by the clock and when an execution of the machine ended without its run. */
export class EventRules extends Construct {
  constructor(scope: Construct, id: string, { functions, machine, deadLetters }: EventRulesProps) {
    super(scope, id);
    for (const { function: name, everySeconds } of schedules) {
      new Rule(this, name, {
        description: `Runs ${name} every ${everySeconds} seconds`,
        schedule: Schedule.rate(Duration.seconds(everySeconds)),
        targets: [new LambdaFunction(functions.get(name), { deadLetterQueue: deadLetters })],
      });
    }
    new Rule(this, "execution-ended", {
      description: "Tells adopt-runs of an execution that ended without its run",
      eventPattern: {
        source: ["aws.states"],
        detailType: ["Step Functions Execution Status Change"],
        // One that succeeded has ended its run. Where it did not, the sweep finds that out.
        detail: { stateMachineArn: [machine.stateMachineArn], status: ["ABORTED", "FAILED", "TIMED_OUT"] },
      },
      targets: [new LambdaFunction(functions.get(executionStatusFunction), { deadLetterQueue: deadLetters })],
    });
    this.#putAsideFailures(functions, deadLetters);
  }

  /** Nobody waits for these invocations, so what fails after its retries is kept where an alarm sees it. */
  #putAsideFailures(functions: WiredFunctions, deadLetters: DeadLetters): void {
    for (const [name, handler] of functions) {
      if (!isInvokedAsynchronously(name)) continue;
      // What runs by the clock comes again by itself.
      const isScheduled = schedules.some((schedule) => schedule.function === name);
      new EventInvokeConfig(this, `${name}-failures`, {
        function: handler,
        onFailure: new SqsDestination(deadLetters),
        maxEventAge: Duration.hours(1),
        retryAttempts: isScheduled ? 0 : 2,
      });
    }
  }
}
