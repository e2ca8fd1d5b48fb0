import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Architecture, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { functionNameOf } from "../../shared/names.ts";
import { type FunctionName, functions } from "../../shared/wiring.ts";
import type { Config } from "../config.ts";
import { bundling } from "./bundling.ts";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/** The Lambda function of `shared/wiring.ts` with its own role and log group; it may do nothing until it is granted. */
export class WiredFunction extends NodejsFunction {
  constructor(scope: Construct, name: FunctionName, config: Config) {
    const functionName = functionNameOf(config.prefix, name);
    const { purpose, timeoutSeconds, memoryMegabytes } = functions[name];
    super(scope, name, {
      functionName,
      description: purpose,
      entry: findEntry(name),
      projectRoot,
      depsLockFilePath: join(projectRoot, "package-lock.json"),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: memoryMegabytes,
      environment: { TENANT: config.tenant },
      tracing: Tracing.ACTIVE,
      bundling,
      logGroup: new LogGroup(scope, `${name}-log`, {
        logGroupName: `/aws/lambda/${functionName}`,
        retention: RetentionDays.THREE_MONTHS,
        // What has to be kept is in the ledger; a log group left behind would block the next deployment's name.
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
  }
}

/**
 * The file that esbuild starts from. It is the handler until `functions/<name>/index.ts` gives it the AWS adapters:
 * the stack synthesizes and its machine runs locally, but a deployed function has no ports yet.
 */
function findEntry(name: FunctionName): string {
  const entry = join(projectRoot, "functions", name, "handler.ts");
  if (existsSync(entry)) return entry;
  throw new Error(`Function "${name}" of shared/wiring.ts has no functions/${name}/handler.ts: write it.`);
}
