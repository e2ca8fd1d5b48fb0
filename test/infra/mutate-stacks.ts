import type { DeployedResource } from "./deployment.ts";
import type { CloudTemplate, Stacks } from "./synthesize-stacks.ts";

/** A copy of the stacks in which one template is changed. */
export function mutate(
  stacks: Stacks,
  stack: keyof Stacks,
  change: (template: CloudTemplate) => void,
): Stacks {
  const copy = structuredClone(stacks);
  change(copy[stack]);
  return copy;
}

/** The properties of the one resource of a type, or of that type and name. */
export function propertiesOf(
  template: CloudTemplate,
  type: string,
  name?: string,
  value?: string,
): Record<string, unknown> {
  const [found, ...others] = Object.values(template.Resources).filter(
    ({ Type, Properties }) => Type === type && (name === undefined || Properties[name] === value),
  );
  if (found === undefined || others.length > 0) throw new Error(`Not exactly one ${type} matches.`);
  return found.Properties;
}

/** The deployment, but every role may do everything. */
export function giveEveryRight(deployed: readonly DeployedResource[]): readonly DeployedResource[] {
  const everything = { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  return deployed.map((resource) =>
    resource.type === "AWS::IAM::Role"
      ? { ...resource, properties: { ...resource.properties, Policies: [{ PolicyDocument: everything }] } }
      : resource,
  );
}
