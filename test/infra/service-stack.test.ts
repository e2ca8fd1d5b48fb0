import { describe, expect, test } from "vitest";
import * as z from "zod";
import { resolveStateMachine } from "../../local/state-machine/resolve-template.ts";
import { readDocument } from "../docs/read-document.ts";
import { readGolden } from "../machines/definition.ts";
import { synthesizeRun } from "../machines/synthesize-run.ts";
import { account, deploy, type DeployedResource, region } from "./deployment.ts";
import { synthesizeStacks } from "./synthesize-stacks.ts";

const stacks = synthesizeStacks();
const resources = deploy(stacks);
const direct = synthesizeStacks({ spanTransport: "direct" });
const trial = synthesizeStacks({ retention: "destroy", alarmEmail: "ops@example.com", machineClient: "on" });

/** The properties of every resource of a type. */
function list(type: string, among: readonly DeployedResource[] = resources) {
  return among.filter((resource) => resource.type === type).map(({ properties }) => properties);
}

describe("the state machine of the service stack", () => {
  test("is the committed definition", () => {
    expect(resolveStateMachine(stacks.service, "countersign-run").definition).toEqual(readGolden("run"));
  });

  test("is what the local engine runs", () => {
    expect(synthesizeRun()).toEqual(readGolden("run"));
  });

  test("logs errors without their data, which has the task token in it", () => {
    const [machine] = list("AWS::StepFunctions::StateMachine");
    expect(machine).toMatchObject({
      StateMachineName: "countersign-run",
      StateMachineType: "STANDARD",
      LoggingConfiguration: { Level: "ERROR", IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
  });
});

describe("the functions", () => {
  const functions = list("AWS::Lambda::Function");

  test("are those of the wiring, with their deadlines and memory", () => {
    const sizes = functions.map(({ FunctionName, Timeout, MemorySize }) => [
      FunctionName,
      Timeout,
      MemorySize,
    ]);
    expect(sizes).toEqual([
      ["countersign-take-agent-steps", 300, 1024],
      ["countersign-open-requirement", 10, 512],
      ["countersign-execute-call", 60, 1024],
      ["countersign-end-run", 10, 512],
      ["countersign-append-ledger", 30, 512],
      ["countersign-sign-checkpoint", 30, 512],
      ["countersign-publish-log", 55, 512],
      ["countersign-resume-run", 30, 512],
      ["countersign-adopt-runs", 30, 512],
      ["countersign-keep-deadlines", 55, 512],
      ["countersign-write-traces", 30, 512],
      ["countersign-serve-reads", 29, 512],
      ["countersign-control-runs", 29, 512],
      ["countersign-record-decisions", 29, 512],
      ["countersign-erase-subjects", 29, 512],
    ]);
  });

  test("run on Node 24 for arm64 and are traced, and none holds back a part of the account's concurrency", () => {
    const kinds = functions.map(
      ({ Runtime, Architectures, TracingConfig, ReservedConcurrentExecutions }) => ({
        Runtime,
        Architectures,
        TracingConfig,
        ReservedConcurrentExecutions,
      }),
    );
    const kind = {
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      TracingConfig: { Mode: "PassThrough" },
      ReservedConcurrentExecutions: undefined,
    };
    expect(kinds).toEqual(Array(15).fill(kind));
  });

  test("have a role each", () => {
    const roles = functions.map(({ FunctionName, Role }) => [FunctionName, Role]);
    const own = functions.map(({ FunctionName }) => [
      FunctionName,
      `arn:aws:iam::${account}:role/${String(FunctionName)}`,
    ]);
    expect(roles).toEqual(own);
  });

  test("write their lines to a log group of their own, for three months", () => {
    const groups = list("AWS::Logs::LogGroup");
    const used = functions.map(({ LoggingConfig }) =>
      z.object({ LogGroup: z.string() }).parse(LoggingConfig),
    );
    const own = functions.map(({ FunctionName }) => ({ LogGroup: `/aws/lambda/${String(FunctionName)}` }));
    expect(used).toEqual(own);
    expect(groups).toHaveLength(17);
    expect(groups.filter(({ RetentionInDays }) => RetentionInDays === 90)).toHaveLength(17);
  });

  test("are told what their wiring calls for", () => {
    const variables = z.object({ Variables: z.record(z.string(), z.string()) });
    const told = functions.map(({ FunctionName, Environment }) => [
      String(FunctionName).replace("countersign-", ""),
      Object.keys(variables.parse(Environment).Variables).toSorted().join(" "),
    ]);
    const identity = "CLIENT_IDS GROUPS_CLAIM ISSUER NAME_CLAIM";
    expect(told).toEqual([
      ["take-agent-steps", "MODEL MODEL_URL PREFIX SPAN_STREAM TENANT"],
      ["open-requirement", "PREFIX TENANT TOKEN_KEY_ARN"],
      ["execute-call", "LEDGER_KEY_ARN LEDGER_ORIGIN PREFIX SPAN_STREAM TENANT"],
      ["end-run", "PREFIX TENANT"],
      ["append-ledger", "PREFIX TENANT"],
      ["sign-checkpoint", "LEDGER_KEY_ARN LEDGER_ORIGIN PREFIX TENANT"],
      ["publish-log", "LEDGER_KEY_ARN LEDGER_ORIGIN LOG_BUCKET PREFIX TENANT"],
      ["resume-run", "PREFIX STATE_MACHINE_ARN TENANT TOKEN_KEY_ARN"],
      ["adopt-runs", "PREFIX STATE_MACHINE_ARN TENANT"],
      ["keep-deadlines", "PREFIX STATE_MACHINE_ARN TENANT"],
      ["write-traces", "PREFIX TENANT"],
      ["serve-reads", "CLIENT_IDS GROUPS_CLAIM ISSUER LEDGER_KEY_ARN LEDGER_ORIGIN NAME_CLAIM PREFIX TENANT"],
      ["control-runs", `${identity} PREFIX STATE_MACHINE_ARN TENANT`],
      ["record-decisions", `${identity} PREFIX TENANT`],
      ["erase-subjects", `${identity} PREFIX TENANT`],
    ]);
  });
});

describe("events", () => {
  const deadLetters = `arn:aws:sqs:${region}:${account}:countersign-dead-letters`;
  const delivery = {
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: deadLetters } },
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    StartingPosition: "TRIM_HORIZON",
  };
  const ofTable = (name: string, prefix: string, reader: string) => ({
    ...delivery,
    EventSourceArn: `arn:aws:dynamodb:${region}:${account}:table/countersign-${name}/stream/label`,
    FunctionName: `countersign-${reader}`,
    BatchSize: 45,
    MaximumRetryAttempts: 9,
    FilterCriteria: {
      Filters: [
        {
          Pattern: `{"eventName":["INSERT","MODIFY"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"${prefix}"}]}}}}`,
        },
      ],
    },
  });

  test("of tables go to the functions of the wiring, new outbox rows, blocks and seals alone", () => {
    expect(list("AWS::Lambda::EventSourceMapping").slice(0, 7)).toEqual([
      ofTable("work", "outbox#", "append-ledger"),
      ofTable("decisions", "outbox#", "append-ledger"),
      ofTable("executions", "outbox#", "append-ledger"),
      ofTable("rules", "outbox#", "append-ledger"),
      ofTable("observations", "outbox#", "append-ledger"),
      ofTable("ledger", "block#", "sign-checkpoint"),
      ofTable("seal", "seals#", "resume-run"),
    ]);
  });

  test("of spans go through one shard to write-traces", () => {
    expect(list("AWS::Lambda::EventSourceMapping").slice(7)).toEqual([
      {
        ...delivery,
        EventSourceArn: `arn:aws:kinesis:${region}:${account}:stream/countersign-spans`,
        FunctionName: "countersign-write-traces",
        BatchSize: 500,
        MaximumRetryAttempts: 2,
      },
    ]);
    expect(list("AWS::Kinesis::Stream")).toMatchObject([
      {
        ShardCount: 1,
        StreamModeDetails: { StreamMode: "PROVISIONED" },
        StreamEncryption: { EncryptionType: "KMS" },
      },
    ]);
  });

  test("by the clock and at an execution's end call their functions, with dead letters", () => {
    expect(list("AWS::Events::Rule")).toMatchObject([
      {
        ScheduleExpression: "rate(1 minute)",
        Targets: [
          {
            Arn: `arn:aws:lambda:${region}:${account}:function:countersign-keep-deadlines`,
            DeadLetterConfig: { Arn: deadLetters },
          },
        ],
      },
      {
        ScheduleExpression: "rate(1 minute)",
        Targets: [
          {
            Arn: `arn:aws:lambda:${region}:${account}:function:countersign-sign-checkpoint`,
            DeadLetterConfig: { Arn: deadLetters },
          },
        ],
      },
      {
        ScheduleExpression: "rate(1 minute)",
        Targets: [
          {
            Arn: `arn:aws:lambda:${region}:${account}:function:countersign-publish-log`,
            DeadLetterConfig: { Arn: deadLetters },
          },
        ],
      },
      {
        EventPattern: {
          source: ["aws.states"],
          "detail-type": ["Step Functions Execution Status Change"],
          detail: {
            stateMachineArn: [`arn:aws:states:${region}:${account}:stateMachine:countersign-run`],
            status: ["ABORTED", "FAILED", "TIMED_OUT"],
          },
        },
        Targets: [
          {
            Arn: `arn:aws:lambda:${region}:${account}:function:countersign-adopt-runs`,
            DeadLetterConfig: { Arn: deadLetters },
          },
        ],
      },
    ]);
  });

  test("that nobody waits for are put aside when they fail", () => {
    const asides = list("AWS::Lambda::EventInvokeConfig").map((config) => [
      config["FunctionName"],
      config["MaximumRetryAttempts"],
      config["DestinationConfig"],
    ]);
    const toDeadLetters = { OnFailure: { Destination: deadLetters } };
    expect(asides).toEqual([
      ["countersign-append-ledger", 2, toDeadLetters],
      ["countersign-sign-checkpoint", 0, toDeadLetters],
      ["countersign-publish-log", 0, toDeadLetters],
      ["countersign-resume-run", 2, toDeadLetters],
      ["countersign-adopt-runs", 2, toDeadLetters],
      ["countersign-keep-deadlines", 0, toDeadLetters],
    ]);
  });
});

describe("the API", () => {
  test("asks each route but four for a token with its scope", () => {
    const routes = list("AWS::ApiGatewayV2::Route").map((route) => [
      route["RouteKey"],
      route["AuthorizationType"],
      route["AuthorizationScopes"],
    ]);
    expect(routes).toEqual([
      ["GET /health", "NONE", undefined],
      ["GET /openapi.json", "NONE", undefined],
      ["GET /config.json", "NONE", undefined],
      ["GET /ledger/key", "NONE", undefined],
      ["GET /runs", "JWT", ["countersign/read"]],
      ["GET /runs/{run}", "JWT", ["countersign/read"]],
      ["GET /runs/{run}/messages", "JWT", ["countersign/read"]],
      ["GET /requirements", "JWT", ["countersign/read"]],
      ["GET /requirements/{requirement}", "JWT", ["countersign/read"]],
      ["GET /requirements/{requirement}/eligibility", "JWT", ["countersign/read"]],
      ["GET /ledger/entries", "JWT", ["countersign/read"]],
      ["GET /ledger/receipts/{requirement}", "JWT", ["countersign/read"]],
      ["POST /ledger/entries/{index}/disclose", "JWT", ["countersign/read"]],
      ["GET /ledger/checkpoint", "JWT", ["countersign/read"]],
      ["GET /ledger/tile/{tile+}", "JWT", ["countersign/read"]],
      ["POST /agents/{agent}/runs", "JWT", ["countersign/run"]],
      ["POST /runs/{run}/cancel", "JWT", ["countersign/run"]],
      ["POST /requirements/{requirement}/decisions", "JWT", ["countersign/decide"]],
      ["POST /requirements/{requirement}/answers", "JWT", ["countersign/decide"]],
      ["POST /requirements/{requirement}/withdraw", "JWT", ["countersign/run"]],
      ["POST /subjects/{subject}/erase", "JWT", ["countersign/administer"]],
      ["POST /runs/{run}/continue", "JWT", ["countersign/decide"]],
    ]);
  });

  test("sends every route to the function of the wiring", () => {
    const integrations = new Map(
      resources
        .filter(({ type }) => type === "AWS::ApiGatewayV2::Integration")
        .map(({ id, properties }) => [
          `integrations/${id}`,
          String(properties["IntegrationUri"]).split(":").at(-1),
        ]),
    );
    const targets = list("AWS::ApiGatewayV2::Route").map(({ Target }) => integrations.get(String(Target)));
    const reads = Array<string>(15).fill("countersign-serve-reads");
    const controls = Array<string>(2).fill("countersign-control-runs");
    const decisions = Array<string>(3).fill("countersign-record-decisions");
    const others = ["countersign-erase-subjects", "countersign-record-decisions"];
    expect(targets).toEqual([...reads, ...controls, ...decisions, ...others]);
  });

  test("is held to a rate, and logs no header, no query and no address", () => {
    const [stage] = list("AWS::ApiGatewayV2::Stage");
    const { AccessLogSettings } = z
      .object({ AccessLogSettings: z.object({ Format: z.string() }) })
      .parse(stage);
    const fields = z.record(z.string(), z.string()).parse(JSON.parse(AccessLogSettings.Format));
    expect(stage).toMatchObject({
      StageName: "$default",
      DefaultRouteSettings: { ThrottlingBurstLimit: 200, ThrottlingRateLimit: 100 },
    });
    expect(Object.values(fields)).toEqual([
      "$context.requestTimeEpoch",
      "$context.requestId",
      "$context.routeKey",
      "$context.status",
      "$context.responseLatency",
      "$context.integrationLatency",
      "$context.responseLength",
      "$context.authorizer.error",
    ]);
  });
});

describe("spans without Kinesis", () => {
  const deployed = deploy(direct);

  test("need no stream, no reader and no permission on either", () => {
    expect(list("AWS::Kinesis::Stream", deployed)).toEqual([]);
    expect(list("AWS::Lambda::Function", deployed)).toHaveLength(14);
    expect(JSON.stringify(deployed)).not.toMatch(/kinesis:|SPAN_STREAM|write-traces/);
  });

  test("are written by those who make them", () => {
    const writers = list("AWS::IAM::Role", deployed)
      .filter((role) => /dynamodb:PutItem[^{}]*table\/countersign-traces/.test(JSON.stringify(role)))
      .map(({ RoleName }) => RoleName);
    expect(writers).toEqual(["countersign-take-agent-steps", "countersign-execute-call"]);
  });
});

describe("alarms", () => {
  test("are six, and tell one topic", () => {
    const alarms = list("AWS::CloudWatch::Alarm");
    const topic = `arn:aws:sns:${region}:${account}:countersign-alarms`;
    expect(alarms.map(({ AlarmName }) => AlarmName)).toEqual([
      "countersign-log-alarms",
      "countersign-dead-letters",
      "countersign-executions-failed",
      "countersign-late-append-ledger",
      "countersign-late-sign-checkpoint",
      "countersign-late-resume-run",
    ]);
    expect(alarms.map(({ AlarmActions }) => AlarmActions)).toEqual(Array(6).fill([topic]));
  });

  test("have an article each in the runbook", () => {
    const articles = [...readDocument("docs/runbook.md").matchAll(/^### Alarm (.+)$/gm)].map(
      ([, name]) => name,
    );
    const names = list("AWS::CloudWatch::Alarm").map(({ AlarmName }) => String(AlarmName));
    expect(articles.map((name) => `countersign-${name}`)).toEqual(names);
  });

  test("count the alarm lines of every function in one metric", () => {
    const filters = list("AWS::Logs::MetricFilter");
    const metric = {
      FilterPattern: '{ $.level = "alarm" }',
      MetricTransformations: [
        { MetricName: "AlarmLines", MetricNamespace: "countersign-logs", MetricValue: "1" },
      ],
    };
    expect(new Set(filters.map(({ LogGroupName }) => LogGroupName)).size).toBe(15);
    for (const filter of filters) expect(filter).toMatchObject(metric);
    expect(list("AWS::CloudWatch::Alarm")[0]).toMatchObject({
      MetricName: "AlarmLines",
      Namespace: "countersign-logs",
    });
  });

  test("go to the e-mail address of the settings, if there is one", () => {
    expect(list("AWS::SNS::Subscription")).toEqual([]);
    expect(list("AWS::SNS::Subscription", deploy(trial))).toMatchObject([
      { Protocol: "email", Endpoint: "ops@example.com" },
    ]);
  });

  test("and messages to pools travel by TLS alone, as do dead letters", () => {
    const refused = ["AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"].flatMap((type) =>
      list(type).filter((policy) =>
        JSON.stringify(policy).includes(
          '"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"',
        ),
      ),
    );
    expect(list("AWS::SNS::Topic").map(({ TopicName }) => TopicName)).toEqual([
      "countersign-alarms",
      "countersign-pools",
    ]);
    expect(refused).toHaveLength(3);
  });
});
