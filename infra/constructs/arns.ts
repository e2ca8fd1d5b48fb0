import { ArnFormat, type Stack } from "aws-cdk-lib";
import {
  functionNameOf,
  ledgerOriginOf,
  roleNameOf,
  runMachineNameOf,
  spanStreamNameOf,
  tableNameOf,
} from "../../shared/names.ts";

/** The ARNs of what a deployment owns. */
export type Arns = ReturnType<typeof createArns>;

/**
 * ARNs made from the physical names of `shared/names.ts`, without a reference to the resource: a policy may so name what
 * is made later, in another stack, or of what it is itself a part, and no two resources wait for each other
 * (docs/adr/0009-stacks-and-grants.md).
 */
export function createArns(stack: Stack, prefix: string) {
  const format = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName });
  const formatWithColons = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  return {
    table: (table: string) => format("dynamodb", "table", tableNameOf(prefix, table)),
    function: (name: string) => formatWithColons("lambda", "function", functionNameOf(prefix, name)),
    /** The log streams of a function's log group. */
    logStreams: (name: string) =>
      formatWithColons("logs", "log-group", `${functionLogGroupNameOf(prefix, name)}:*`),
    role: (name: string) =>
      stack.formatArn({
        service: "iam",
        region: "",
        resource: "role",
        resourceName: roleNameOf(prefix, name),
      }),
    runMachine: formatWithColons("states", "stateMachine", runMachineNameOf(prefix)),
    runExecutions: formatWithColons("states", "execution", `${runMachineNameOf(prefix)}:*`),
    /** No ARN, but made of the same parts. */
    ledgerOrigin: ledgerOriginOf(stack.account, stack.region, prefix),
    spanStream: format("kinesis", "stream", spanStreamNameOf(prefix)),
    deadLetters: stack.formatArn({
      service: "sqs",
      resource: deadLettersNameOf(prefix),
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    }),
    secret: (name: string) => formatWithColons("secretsmanager", "secret", name),
  };
}

/** Lambda's own name for a function's log group. */
export function functionLogGroupNameOf(prefix: string, name: string): string {
  return `/aws/lambda/${functionNameOf(prefix, name)}`;
}

/** The queue of what failed for good. */
export function deadLettersNameOf(prefix: string): string {
  return `${prefix}-dead-letters`;
}
