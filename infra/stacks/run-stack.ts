import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { RunMachine } from "../constructs/run-machine.ts";
import { WiredFunction } from "../constructs/wired-function.ts";

/** The state machine `run` and the functions it calls. */
export class RunStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { readonly config: Config }) {
    super(scope, id, props);
    const { config } = props;

    const functions = {
      "take-agent-steps": new WiredFunction(this, "take-agent-steps", config),
      "open-requirement": new WiredFunction(this, "open-requirement", config),
      "execute-call": new WiredFunction(this, "execute-call", config),
      "end-run": new WiredFunction(this, "end-run", config),
    };

    new RunMachine(this, "run", functions, config);
  }
}
