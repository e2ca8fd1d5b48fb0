import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import {
  DefinitionBody,
  LogLevel,
  QueryLanguage,
  StateMachine,
  StateMachineType,
} from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { roleNameOf, runMachineNameOf } from "../../shared/names.ts";
import { defineRun, type RunFunctions } from "../machines/run.ts";
import { type Arns, createArns } from "./arns.ts";
import { machineGrants } from "./grants.ts";

/** The state machine `run`; its role may invoke the functions of its definition and nothing else of the project. */
export class RunMachine extends StateMachine {
  constructor(scope: Construct, id: string, functions: RunFunctions, prefix: string) {
    const stateMachineName = runMachineNameOf(prefix);
    super(scope, id, {
      stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      queryLanguage: QueryLanguage.JSONATA,
      comment:
        "Takes a run's agent steps, asks people about its consequential calls and runs each call once.",
      definitionBody: DefinitionBody.fromChainable(defineRun(scope, functions)),
      role: createMachineRole(scope, prefix, createArns(Stack.of(scope), prefix)).withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(scope, `${id}-log`, {
          // Under this prefix the account's log resource policy stays below its limit of 5,120 characters.
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ERROR,
        // The payload of "Ask people" has the task token in it.
        includeExecutionData: false,
      },
    });
  }
}

function createMachineRole(scope: Construct, prefix: string, arns: Arns): Role {
  return new Role(scope, "run-role", {
    roleName: roleNameOf(prefix, "run"),
    description: "What the state machine run may do",
    // Only for this machine, so that another one cannot borrow the right to call the executor.
    assumedBy: new ServicePrincipal("states.amazonaws.com").withConditions({
      ArnEquals: { "aws:SourceArn": arns.runMachine },
      StringEquals: { "aws:SourceAccount": Stack.of(scope).account },
    }),
    inlinePolicies: { grants: new PolicyDocument({ statements: machineGrants(arns) }) },
  });
}
