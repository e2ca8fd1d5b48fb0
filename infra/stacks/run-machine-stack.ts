import { Stack } from "aws-cdk-lib";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { functionNameOf } from "../../shared/names.ts";
import { RunMachine } from "../constructs/run-machine.ts";

/**
 * The state machine `run` with functions that have nothing but their names: what the local engine interprets, without
 * bundling any code. It is never deployed.
 */
export class RunMachineStack extends Stack {
  constructor(scope: Construct, id: string, prefix: string) {
    super(scope, id);
    const name = (name: string) =>
      new LambdaFunction(this, name, {
        functionName: functionNameOf(prefix, name),
        runtime: Runtime.NODEJS_24_X,
        handler: "index.handler",
        code: Code.fromInline("// Named, not run."),
      });
    new RunMachine(
      this,
      "run",
      {
        "take-agent-steps": name("take-agent-steps"),
        "open-requirement": name("open-requirement"),
        "execute-call": name("execute-call"),
        "end-run": name("end-run"),
      },
      prefix,
    );
  }
}
