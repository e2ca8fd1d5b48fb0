import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { RunMachineStack } from "../../infra/stacks/run-machine-stack.ts";
import { resolveStateMachine } from "../../local/state-machine/resolve-template.ts";

const cdkSettingsSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** The flags of cdk.json, without bundling. */
export function readContext(): Readonly<Record<string, unknown>> {
  const settings: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../../cdk.json"), "utf8"));
  return { ...cdkSettingsSchema.parse(settings).context, "aws:cdk:bundling-stacks": [] };
}

/** The definition of the state machine `run`, in this process and without bundling. */
export function synthesizeRun(): unknown {
  const app = new App({ analyticsReporting: false, context: { ...readContext() } });
  const template = Template.fromStack(new RunMachineStack(app, "Run", "countersign"));
  return resolveStateMachine(template.toJSON(), "countersign-run").definition;
}
