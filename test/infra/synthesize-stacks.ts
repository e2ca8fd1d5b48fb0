import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { readConfig } from "../../infra/config.ts";
import { ServiceStack } from "../../infra/stacks/service-stack.ts";
import { StatefulStack } from "../../infra/stacks/stateful-stack.ts";
import { readContext } from "../machines/synthesize-run.ts";

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  DeletionPolicy: z.string().optional(),
});
const outputSchema = z.object({
  Value: z.unknown(),
  Export: z.object({ Name: z.string() }).optional(),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), outputSchema).default({}),
});

/** A CloudFormation template, as far as the tests look at it. */
export type CloudTemplate = z.infer<typeof templateSchema>;

/** The templates of a deployment, by the name of their stack. */
export type Stacks = { readonly [stack in "stateful" | "service"]: CloudTemplate };

/** Both stacks with the given settings and the flags of cdk.json, in this process and without bundling. */
export function synthesizeStacks(settings: Readonly<Record<string, unknown>> = {}): Stacks {
  const app = new App({ analyticsReporting: false, context: { ...readContext() } });
  const config = readConfig({ countersign: settings });
  const stateful = new StatefulStack(app, `${config.prefix}-stateful`, { config });
  const service = new ServiceStack(app, `${config.prefix}-service`, { config, stateful });
  return {
    stateful: templateSchema.parse(Template.fromStack(stateful).toJSON()),
    service: templateSchema.parse(Template.fromStack(service).toJSON()),
  };
}
