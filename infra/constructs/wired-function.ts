import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { functionNameOf } from "../../shared/names.ts";
import { type FunctionName, functions } from "../../shared/wiring.ts";
import { functionLogGroupNameOf } from "./arns.ts";
import { bundleFunction } from "./bundling.ts";

export interface WiredFunctionProps {
  readonly prefix: string;
  /** All that it may do; it is given nothing beyond. */
  readonly role: IRole;
  readonly environment: Record<string, string>;
}

/** The Lambda function of `shared/wiring.ts` with its log group. */
export class WiredFunction extends LambdaFunction {
  constructor(scope: Construct, name: FunctionName, { prefix, role, environment }: WiredFunctionProps) {
    const { purpose, timeoutSeconds, memoryMegabytes } = functions[name];
    super(scope, name, {
      functionName: functionNameOf(prefix, name),
      description: purpose,
      code: bundleFunction(name),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: memoryMegabytes,
      role,
      environment,
      // A trace costs as much as a fifth of a transition: an execution has one, with the functions that it calls in it.
      tracing: Tracing.PASS_THROUGH,
      logGroup: new LogGroup(scope, `${name}-log`, {
        logGroupName: functionLogGroupNameOf(prefix, name),
        retention: RetentionDays.THREE_MONTHS,
        // What has to be kept is in the ledger; a log group left behind would block the next deployment's name.
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
  }
}
