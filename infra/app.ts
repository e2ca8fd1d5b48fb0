import { App } from "aws-cdk-lib";
import { readConfig } from "./config.ts";
import { ServiceStack } from "./stacks/service-stack.ts";
import { StatefulStack } from "./stacks/stateful-stack.ts";

const app = new App({ analyticsReporting: false });
const config = readConfig(app.node.getAllContext());

const stateful = new StatefulStack(app, `${config.prefix}-stateful`, { config });
new ServiceStack(app, `${config.prefix}-service`, { config, stateful });
