import { App } from "aws-cdk-lib";
import { defaultPrefix } from "../shared/names.ts";
import { RunMachineStack } from "./stacks/run-machine-stack.ts";

// For local/state-machine/synthesized.ts, which needs the definition alone and runs under the default names.
new RunMachineStack(new App({ analyticsReporting: false }), "Run", defaultPrefix);
