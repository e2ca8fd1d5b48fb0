import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import {
  DefinitionBody,
  LogLevel,
  QueryLanguage,
  StateMachine,
  StateMachineType,
} from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { runMachineNameOf } from "../../shared/names.ts";
import type { Config } from "../config.ts";
import { defineRun, type RunFunctions } from "../machines/run.ts";

/** The state machine `run`; its role may invoke the functions of its definition and nothing else of the project. */
export class RunMachine extends StateMachine {
  constructor(scope: Construct, id: string, functions: RunFunctions, config: Config) {
    const stateMachineName = runMachineNameOf(config.prefix);
    super(scope, id, {
      stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      queryLanguage: QueryLanguage.JSONATA,
      comment:
        "Takes a run's agent steps, asks people about its consequential calls and runs each call once.",
      definitionBody: DefinitionBody.fromChainable(defineRun(scope, functions)),
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(scope, `${id}-log`, {
          // Under this prefix the account's log resource policy stays below its limit of 5,120 characters.
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        // The payload of "Ask people" has the task token in it.
        includeExecutionData: false,
      },
    });
  }
}
