import * as z from "zod";
import { account, type DeployedResource } from "./deployment.ts";

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const conditionSchema = z.record(z.string(), z.record(z.string(), texts));
const principalSchema = z.union([z.literal("*"), z.record(z.string(), texts)]);

const statementSchema = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(["Allow", "Deny"]),
    Principal: principalSchema.optional(),
    Action: texts.optional(),
    NotAction: texts.optional(),
    Resource: texts.optional(),
    NotResource: texts.optional(),
    Condition: conditionSchema.default({}),
  })
  .refine((statement) => (statement.Action === undefined) !== (statement.NotAction === undefined));
const documentSchema = z.object({ Statement: z.array(statementSchema) });
type Statement = z.infer<typeof statementSchema>;

/** A statement with what it hangs on: the ARN of a role, or of the resource whose policy it is a part of. */
interface Attached {
  readonly to: string;
  readonly statement: Statement;
}

export interface Grant {
  readonly action: string;
  readonly resource: string;
}

/** What IAM would answer to the roles of a deployment. */
export interface Permissions {
  /**
   * Whether the role of a function, or of the machine as `run`, may do `action` on the resource; on an item of a table its
   * partition key is `leadingKey`.
   */
  isAllowed(name: string, action: string, resource: string, leadingKey?: string): boolean;
  /** What the role's own policies say, pair by pair. A Deny elsewhere may still outweigh it. */
  listGrants(name: string): readonly Grant[];
  /** Roles by the name of their function, without the prefix. */
  readonly roles: ReadonlyMap<string, string>;
}

const policyProperties: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "ResourcePolicy",
  "AWS::KMS::Key": "KeyPolicy",
};

/**
 * A small IAM: explicit Deny, then an Allow of the role or of the resource, as the IAM user guide orders them ("Policy
 * evaluation logic"), within one account. It throws for everything that it does not model.
 */
export function readPermissions(resources: readonly DeployedResource[]): Permissions {
  for (const { type, properties } of resources) refuseUnmodelled(type, properties);
  const roles = readRoles(resources);
  const identity = [...readInlinePolicies(resources), ...readRolePolicies(resources)];
  const attached = [
    ...readResourcePolicies(resources),
    ...readFunctionPermissions(resources),
    ...readPolicyResources(resources),
    ...readBucketPolicies(resources),
  ];
  const arnOf = (role: string): string => {
    const arn = roles.get(role);
    if (arn === undefined) throw new Error(`No function or machine is called "${role}".`);
    return arn;
  };

  return {
    roles,
    listGrants: (role) =>
      identity
        .filter(({ to }) => to === arnOf(role))
        .flatMap(({ statement: { Action = [], Resource = [] } }) =>
          Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))),
        ),
    isAllowed: (role, action, resource, leadingKey = "pools#default") => {
      const principal = arnOf(role);
      const own = identity.filter(
        ({ to, statement }) =>
          to === principal && applies(statement, principal, action, resource, leadingKey),
      );
      const theirs = attached.filter(
        ({ to, statement }) =>
          covers(to, resource) && applies(statement, principal, action, resource, leadingKey),
      );
      const names = ({ statement }: Attached) => principalsOf(statement);
      const addressed = theirs.filter((policy) =>
        names(policy).some((name) => name === "*" || name === principal),
      );
      if ([...own, ...addressed].some(({ statement }) => statement.Effect === "Deny")) return false;
      // An Allow for the whole account lets its roles' own policies speak; only a key asks for it.
      const lets = theirs.filter((policy) => names(policy).includes(`arn:aws:iam::${account}:root`));
      const mayOwnPolicySpeak = !resource.startsWith("arn:aws:kms:") || lets.length > 0;
      return addressed.length > 0 || (mayOwnPolicySpeak && own.length > 0);
    },
  };
}

function refuseUnmodelled(type: string, properties: Readonly<Record<string, unknown>>): void {
  const isPolicy = /^AWS::IAM::|Policy$|Permission$|Grant$/.test(type);
  const known = [
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
  ];
  if (isPolicy && !known.includes(type)) throw new Error(`The tests do not model ${type}.`);
  for (const property of ["ManagedPolicyArns", "PermissionsBoundary"]) {
    if (properties[property] !== undefined)
      throw new Error(`A role has ${property}, which nobody here can read.`);
  }
  if (type !== "AWS::DynamoDB::Table") return;
  const stream = z.object({ ResourcePolicy: z.undefined().optional() }).optional();
  if (!stream.safeParse(properties["StreamSpecification"]).success) {
    throw new Error("A table's stream has a policy, which the tests do not model.");
  }
}

function readRoles(resources: readonly DeployedResource[]): ReadonlyMap<string, string> {
  const holders = z.object({ FunctionName: z.string(), Role: z.string() });
  const machines = z.object({ StateMachineName: z.string(), RoleArn: z.string() });
  const roles = new Map<string, string>();
  for (const { type, properties } of resources) {
    if (type === "AWS::Lambda::Function") {
      const { FunctionName, Role } = holders.parse(properties);
      roles.set(withoutPrefix(FunctionName), Role);
    } else if (type === "AWS::StepFunctions::StateMachine") {
      const { StateMachineName, RoleArn } = machines.parse(properties);
      roles.set(withoutPrefix(StateMachineName), RoleArn);
    }
  }
  return roles;
}

function withoutPrefix(physicalName: string): string {
  return physicalName.replace(/^countersign-/, "");
}

function readInlinePolicies(resources: readonly DeployedResource[]): readonly Attached[] {
  const policies = z.array(z.object({ PolicyDocument: documentSchema })).default([]);
  return resources
    .filter(({ type }) => type === "AWS::IAM::Role")
    .flatMap(({ arn = "", properties }) =>
      policies.parse(properties["Policies"]).flatMap((policy) => attach(arn, policy.PolicyDocument)),
    );
}

function readRolePolicies(resources: readonly DeployedResource[]): readonly Attached[] {
  const policy = z.object({ Roles: z.array(z.string()), PolicyDocument: documentSchema });
  return resources
    .filter(({ type }) => type === "AWS::IAM::Policy")
    .flatMap(({ properties }) => {
      const { Roles, PolicyDocument } = policy.parse(properties);
      return Roles.flatMap((role) => attach(`arn:aws:iam::${account}:role/${role}`, PolicyDocument));
    });
}

function readResourcePolicies(resources: readonly DeployedResource[]): readonly Attached[] {
  const wrapped = z.object({ PolicyDocument: documentSchema }).transform((policy) => policy.PolicyDocument);
  return resources.flatMap(({ type, arn = "", properties }) => {
    const property = policyProperties[type];
    const policy = property === undefined ? undefined : properties[property];
    return policy === undefined ? [] : attach(arn, z.union([wrapped, documentSchema]).parse(policy));
  });
}

function readFunctionPermissions(resources: readonly DeployedResource[]): readonly Attached[] {
  const permission = z.object({ FunctionName: z.string(), Action: z.string(), Principal: z.string() });
  return resources
    .filter(({ type }) => type === "AWS::Lambda::Permission")
    .flatMap(({ properties }) => {
      const { FunctionName, Action, Principal } = permission.parse(properties);
      const isService = Principal.endsWith(".amazonaws.com");
      const Statement = {
        Effect: "Allow",
        Action,
        Resource: FunctionName,
        Principal: isService ? { Service: Principal } : { AWS: Principal },
      };
      return attach(FunctionName, documentSchema.parse({ Statement: [Statement] }));
    });
}

function readPolicyResources(resources: readonly DeployedResource[]): readonly Attached[] {
  const policy = z.object({
    PolicyDocument: documentSchema,
    Topics: z.array(z.string()).default([]),
    Queues: z.array(z.string()).default([]),
  });
  const queues = new Map(
    resources
      .filter(({ type }) => type === "AWS::SQS::Queue")
      .map(({ arn = "", properties }) => [String(properties["QueueName"]), arn]),
  );
  return resources
    .filter(({ type }) => ["AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"].includes(type))
    .flatMap(({ properties }) => {
      const { Topics, Queues, PolicyDocument } = policy.parse(properties);
      const targets = [...Topics, ...Queues.map((queue) => queues.get(queue) ?? queue)];
      return targets.flatMap((target) => attach(target, PolicyDocument));
    });
}

function readBucketPolicies(resources: readonly DeployedResource[]): readonly Attached[] {
  const policy = z.object({ Bucket: z.string(), PolicyDocument: documentSchema });
  return resources
    .filter(({ type }) => type === "AWS::S3::BucketPolicy")
    .flatMap(({ properties }) => {
      const { Bucket, PolicyDocument } = policy.parse(properties);
      return attach(`arn:aws:s3:::${Bucket}`, PolicyDocument);
    });
}

function attach(to: string, { Statement }: z.infer<typeof documentSchema>): readonly Attached[] {
  return Statement.map((statement) => ({ to, statement }));
}

/** A table's policy speaks for its indexes too, while its stream has one of its own; a bucket's for its objects. */
function covers(policyOf: string, resource: string): boolean {
  const below = policyOf.startsWith("arn:aws:s3:") ? `${policyOf}/` : `${policyOf}/index/`;
  return resource === policyOf || resource.startsWith(below);
}

function principalsOf({ Principal }: Statement): readonly string[] {
  if (Principal === undefined) return [];
  return Principal === "*" ? ["*"] : (Principal["AWS"] ?? []);
}

function applies(
  statement: Statement,
  principal: string,
  action: string,
  resource: string,
  leadingKey: string,
): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const isAction = Action?.some((pattern) => matches(pattern, action, "i")) ?? false;
  const isOther = NotAction !== undefined && !NotAction.some((pattern) => matches(pattern, action, "i"));
  const isResource = Resource?.some((pattern) => matches(pattern, resource)) ?? NotResource === undefined;
  const isElsewhere = NotResource !== undefined && !NotResource.some((pattern) => matches(pattern, resource));
  return (isAction || isOther) && (isResource || isElsewhere) && holds(Condition, principal, leadingKey);
}

/** `*` is any number of characters, `?` is one. */
function matches(pattern: string, text: string, flags = ""): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, flags).test(text);
}

function holds(conditions: z.infer<typeof conditionSchema>, principal: string, leadingKey: string): boolean {
  // What every request of a role over TLS brings along; a key that is absent fits no positive operator.
  const context: Readonly<Record<string, string>> = {
    "aws:principalarn": principal,
    "aws:principalaccount": account,
    "aws:securetransport": "true",
    "dynamodb:leadingkeys": leadingKey,
  };
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => compare(operator, context[key.toLowerCase()], wanted)),
  );
}

function compare(operator: string, actual: string | undefined, wanted: readonly string[]): boolean {
  const isAnyOf = actual !== undefined && wanted.some((pattern) => matches(pattern, actual));
  switch (operator) {
    case "ArnEquals":
    case "ArnLike":
    case "StringLike":
    // One item, so that all of the request's values are this one.
    case "ForAllValues:StringLike":
      return isAnyOf;
    case "ArnNotEquals":
    case "ArnNotLike":
      return !isAnyOf;
    case "StringEquals":
    case "Bool":
      return actual !== undefined && wanted.includes(actual);
    default:
      throw new Error(`The tests do not model the condition ${operator}.`);
  }
}
