import { type Conditions, PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  deletableTables,
  type FunctionName,
  functions,
  type FunctionWiring,
  machineFunctions,
  outboxPrefix,
  spanConsumer,
  streams,
  writesOf,
} from "../../shared/wiring.ts";
import type { Config } from "../config.ts";
import type { Arns } from "./arns.ts";
import { isInvokedAsynchronously } from "./function-kinds.ts";

/** What grants are given on. */
export interface GrantTargets {
  readonly config: Config;
  readonly arns: Arns;
  readonly tokenKeyArn: string;
  readonly ledgerKeyArn: string;
  readonly logBucketArn: string;
  /** DynamoDB streams, by the name of their table. */
  readonly streamArns: ReadonlyMap<string, string>;
  /** Tables of the agents, such as `agent-support`. */
  readonly agentTables: readonly string[];
}

/**
 * All that a function may do: `shared/wiring.ts` as IAM, with the actions that the adapters use and no other. Every
 * permission that the project gives stands in this file; test/infra/permissions.test.ts holds them to a list.
 */
export function grantsOf(name: FunctionName, targets: GrantTargets): PolicyStatement[] {
  const wiring: FunctionWiring = functions[name];
  return [
    ...tableGrants(name, wiring, targets),
    ...agentTableGrants(wiring, targets),
    ...ledgerGrants(wiring, targets),
    ...ledgerKeyGrants(wiring, targets),
    ...publishedLogGrants(wiring, targets),
    ...tokenKeyGrants(wiring, targets),
    ...stateMachineGrants(wiring, targets),
    ...spanGrants(wiring, targets),
    ...modelGrants(wiring, targets),
    ...invocationGrants(wiring, targets),
    ...eventGrants(name, targets),
    ...observationGrants(name, targets),
  ];
}

function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions: Conditions = {},
): PolicyStatement[] {
  if (resources.length === 0) return [];
  return [new PolicyStatement({ actions: [...actions], resources: [...resources], conditions })];
}

/** The actions of shared/adapters/aws/dynamodb-store.ts. A transaction needs those of its parts and none of its own. */
const tableActions = {
  read: ["dynamodb:BatchGetItem", "dynamodb:Query"],
  write: ["dynamodb:PutItem"],
  delete: ["dynamodb:DeleteItem"],
  check: ["dynamodb:ConditionCheckItem"],
} as const;

/** Partition keys of every item that a request names; a put always has one. */
const outboxRowsOnly = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${outboxPrefix}*`] } };

function tableGrants(name: FunctionName, { reads, outboxes, checks }: FunctionWiring, targets: GrantTargets) {
  const { config, arns } = targets;
  const writes = writesOf(name, config.spanTransport);
  const deletable: ReadonlySet<string> = new Set(deletableTables);
  // Whoever may write an item may also make its state the condition of a transaction.
  const checked = new Set([...writes, ...checks]);
  const deleted = writes.filter((table) => deletable.has(table));
  return [
    ...allow(tableActions.read, reads.map(arns.table)),
    ...allow(tableActions.write, writes.map(arns.table)),
    ...allow(tableActions.write, outboxes.map(arns.table), outboxRowsOnly),
    ...allow(tableActions.delete, deleted.map(arns.table)),
    ...allow(tableActions.check, [...checked].map(arns.table)),
  ];
}

/** Agents' tools read and put rows (shared/domain/agent-tables.ts); they delete none. */
function agentTableGrants({ agentTables: access }: FunctionWiring, { arns, agentTables }: GrantTargets) {
  if (access === "none") return [];
  const resources = agentTables.map(arns.table);
  return [
    ...allow(tableActions.read, resources),
    ...(access === "write" ? allow(tableActions.write, resources) : []),
  ];
}

/** The actions of shared/adapters/aws/dynamodb-ledger-store.ts. Nobody may put: a put can always overwrite. */
function ledgerGrants({ ledger }: FunctionWiring, { arns }: GrantTargets) {
  const read = ["dynamodb:GetItem", "dynamodb:Query"];
  switch (ledger) {
    case "none":
      return [];
    case "read":
      return allow(read, [arns.table("ledger")]);
    case "append":
      return allow([...read, "dynamodb:BatchGetItem", "dynamodb:PartiQLInsert"], [arns.table("ledger")]);
  }
}

/** The actions of shared/adapters/aws/kms-ledger-trust.ts and kms-ledger-signer.ts. */
function ledgerKeyGrants({ ledgerKey }: FunctionWiring, { ledgerKeyArn }: GrantTargets) {
  switch (ledgerKey) {
    case "none":
      return [];
    case "verify":
      return allow(["kms:GetPublicKey"], [ledgerKeyArn]);
    case "sign":
      return allow(["kms:GetPublicKey", "kms:Sign"], [ledgerKeyArn]);
  }
}

/** The actions of shared/adapters/aws/s3-published-log.ts. */
function publishedLogGrants({ publishes }: FunctionWiring, { logBucketArn }: GrantTargets) {
  if (!publishes) return [];
  return [
    ...allow(["s3:GetObject", "s3:PutObject"], [`${logBucketArn}/*`]),
    ...allow(["s3:ListBucket"], [logBucketArn]),
  ];
}

function tokenKeyGrants({ taskToken }: FunctionWiring, { tokenKeyArn }: GrantTargets) {
  switch (taskToken) {
    case "none":
      return [];
    case "seal":
      return allow(["kms:Encrypt"], [tokenKeyArn]);
    case "open":
      return allow(["kms:Decrypt"], [tokenKeyArn]);
  }
}

function stateMachineGrants({ stateMachine }: FunctionWiring, { arns }: GrantTargets) {
  switch (stateMachine) {
    case "none":
      return [];
    case "start":
      return [
        ...allow(["states:StartExecution"], [arns.runMachine]),
        ...allow(["states:DescribeExecution"], [arns.runExecutions]),
      ];
    case "send":
      // A token is no resource: the machine whose execution waits for it is.
      return allow(["states:SendTaskSuccess"], [arns.runMachine]);
  }
}

function spanGrants({ spans }: FunctionWiring, { config, arns }: GrantTargets) {
  if (spans !== "emit" || config.spanTransport === "direct") return [];
  return allow(["kinesis:PutRecords"], [arns.spanStream]);
}

function modelGrants({ callsModel }: FunctionWiring, { config, arns }: GrantTargets) {
  if (!callsModel || config.modelKeySecret === undefined) return [];
  // Secrets Manager ends a secret's ARN with six characters of its own.
  return allow(["secretsmanager:GetSecretValue"], [arns.secret(`${config.modelKeySecret}-??????`)]);
}

function invocationGrants({ invokes }: FunctionWiring, { arns }: GrantTargets) {
  return allow(["lambda:InvokeFunction"], invokes.map(arns.function));
}

/** What Lambda does in a function's name: read its streams, and put aside what failed for good. */
function eventGrants(name: FunctionName, { config, arns, streamArns }: GrantTargets) {
  const sources = new Set<string>(
    streams.filter((stream) => stream.function === name).map(({ source }) => source),
  );
  const consumed = [...streamArns].filter(([table]) => sources.has(table)).map(([, arn]) => arn);
  const readsSpans = name === spanConsumer.function && config.spanTransport === "kinesis";
  const leavesDeadLetters = sources.size > 0 || readsSpans || isInvokedAsynchronously(name);
  return [
    ...allow(dynamoStreamActions, consumed),
    ...allow(kinesisActions, readsSpans ? [arns.spanStream] : []),
    ...allow(["sqs:SendMessage"], leavesDeadLetters ? [arns.deadLetters] : []),
  ];
}

// Lambda asks for these of a role before it makes an event source mapping.
const dynamoStreamActions = [
  "dynamodb:DescribeStream",
  "dynamodb:GetRecords",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
];
const kinesisActions = [
  "kinesis:DescribeStream",
  "kinesis:DescribeStreamSummary",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
  "kinesis:ListShards",
];

/** In place of AWSLambdaBasicExecutionRole, which may write to every log group of the account. */
function observationGrants(name: FunctionName, { arns }: GrantTargets) {
  return [
    ...allow(["logs:CreateLogStream", "logs:PutLogEvents"], [arns.logStreams(name)]),
    ...allow(tracingActions, ["*"]),
  ];
}

// X-Ray has no resource to name (Service Authorization Reference).
const tracingActions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/** All that the state machine `run` may do: call its four functions, and say what it does. */
export function machineGrants(arns: Arns): PolicyStatement[] {
  return [
    ...allow(["lambda:InvokeFunction"], machineFunctions.map(arns.function)),
    ...allow([...tracingActions, "xray:GetSamplingRules", "xray:GetSamplingTargets"], ["*"]),
    ...allow(logDeliveryActions, ["*"]),
  ];
}

// Deliveries of logs have no resource to name either (Step Functions developer guide, "Logging").
const logDeliveryActions = [
  "logs:CreateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:DescribeLogGroups",
  "logs:DescribeResourcePolicies",
  "logs:GetLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:UpdateLogDelivery",
];
