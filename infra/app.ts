import { App } from "aws-cdk-lib";
import { readConfig } from "./config.ts";
import { RunStack } from "./stacks/run-stack.ts";

const app = new App({ analyticsReporting: false });
const config = readConfig((key): unknown => app.node.tryGetContext(key));

new RunStack(app, "Run", { config, stackName: `${config.prefix}-run` });
