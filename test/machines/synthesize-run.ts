import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { readConfig } from "../../infra/config.ts";
import { RunStack } from "../../infra/stacks/run-stack.ts";
import { resolveStateMachine } from "../../local/state-machine/resolve-template.ts";

const cdkSettingsSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** The stack with default settings and the flags of cdk.json, in this process and without bundling. */
export function synthesizeRun(): { readonly template: Template; readonly definition: unknown } {
  const settings: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../../cdk.json"), "utf8"));
  const { context } = cdkSettingsSchema.parse(settings);
  const app = new App({ analyticsReporting: false, context: { ...context, "aws:cdk:bundling-stacks": [] } });
  const config = readConfig(() => undefined);
  const template = Template.fromStack(new RunStack(app, "Run", { config }));
  return { template, definition: resolveStateMachine(template.toJSON(), "countersign-run").definition };
}
