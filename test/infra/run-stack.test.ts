import { Capture, Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { readConfig } from "../../infra/config.ts";
import { readGolden } from "../machines/definition.ts";
import { synthesizeRun } from "../machines/synthesize-run.ts";

const policySchema = z.object({
  Properties: z.object({
    Roles: z.array(z.object({ Ref: z.string() })),
    PolicyDocument: z.object({
      Statement: z.array(
        z.object({
          Effect: z.literal("Allow"),
          Action: z.union([z.string().transform((action) => [action]), z.array(z.string())]),
          Resource: z.unknown(),
        }),
      ),
    }),
  }),
});

let template: Template;
let definition: unknown;
beforeAll(() => {
  ({ template, definition } = synthesizeRun());
}, 60_000);

/** `role: action on resource` of every permission that a policy of the stack gives. */
function listPermissions(): readonly {
  readonly role: string;
  readonly action: string;
  readonly on: string;
}[] {
  return Object.values(template.findResources("AWS::IAM::Policy")).flatMap((resource) => {
    const { Roles, PolicyDocument } = policySchema.parse(resource).Properties;
    return PolicyDocument.Statement.flatMap((statement) =>
      Roles.flatMap(({ Ref }) =>
        statement.Action.map((action) => ({ role: Ref, action, on: JSON.stringify(statement.Resource) })),
      ),
    );
  });
}

function count(type: string, properties: object): number {
  return Object.keys(template.findResources(type, { Properties: properties })).length;
}

function findLogicalId(type: string, properties: object): string {
  const [id, ...others] = Object.keys(template.findResources(type, { Properties: properties }));
  if (id === undefined || others.length > 0) throw new Error(`Not exactly one ${type} matches.`);
  return id;
}

describe("the stack of the state machine run", () => {
  test("synthesizes to the committed definition", () => {
    expect(definition).toEqual(readGolden("run"));
  });

  test("logs every event of the machine without its data, which has the task token in it", () => {
    expect(count("AWS::StepFunctions::StateMachine", {})).toBe(1);
    const logged = {
      StateMachineName: "countersign-run",
      StateMachineType: "STANDARD",
      LoggingConfiguration: { Level: "ALL", IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    };
    expect(count("AWS::StepFunctions::StateMachine", logged)).toBe(1);
  });

  test("has the functions of the machine and no other", () => {
    const names = new Capture();
    template.allResourcesProperties("AWS::Lambda::Function", { FunctionName: names });
    expect(listCaptured(names).toSorted()).toEqual([
      "countersign-end-run",
      "countersign-execute-call",
      "countersign-open-requirement",
      "countersign-take-agent-steps",
    ]);
  });

  test("gives every function the runtime, a log group with an end and a trace", () => {
    const equipped = {
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      LoggingConfig: { LogGroup: Match.anyValue() },
      TracingConfig: { Mode: "Active" },
    };
    expect(count("AWS::Lambda::Function", equipped)).toBe(4);
    expect(count("AWS::Logs::LogGroup", {})).toBe(5);
    expect(count("AWS::Logs::LogGroup", { RetentionInDays: 90 })).toBe(5);
  });

  test.for([
    { FunctionName: "countersign-take-agent-steps", Timeout: 300, MemorySize: 1024 },
    { FunctionName: "countersign-open-requirement", Timeout: 10, MemorySize: 512 },
    { FunctionName: "countersign-execute-call", Timeout: 60, MemorySize: 1024 },
    { FunctionName: "countersign-end-run", Timeout: 10, MemorySize: 512 },
  ])("gives $FunctionName its deadline and memory", (properties) => {
    expect(count("AWS::Lambda::Function", properties)).toBe(1);
  });

  test("lets the machine invoke exactly its functions", () => {
    const machineRole = findLogicalId("AWS::IAM::Role", {
      AssumeRolePolicyDocument: {
        Statement: [Match.objectLike({ Principal: { Service: "states.amazonaws.com" } })],
      },
    });
    const functionIds = Object.keys(template.findResources("AWS::Lambda::Function"));
    const invocations = listPermissions().filter(({ action }) => action.startsWith("lambda:"));
    expect(invocations.map(({ role, action }) => ({ role, action }))).toEqual([
      { role: machineRole, action: "lambda:InvokeFunction" },
    ]);
    const invocable = [...(invocations[0]?.on ?? "").matchAll(/"Fn::GetAtt":\["(\w+)","Arn"\]/g)].map(
      ([, id]) => id,
    );
    expect(new Set(invocable)).toEqual(new Set(functionIds));
    expect(invocations[0]?.on).not.toContain('"*"');
  });

  test("lets no function complete a task, start a run or call another function", () => {
    const functionRoles = Object.keys(
      template.findResources("AWS::IAM::Role", {
        Properties: {
          AssumeRolePolicyDocument: {
            Statement: [Match.objectLike({ Principal: { Service: "lambda.amazonaws.com" } })],
          },
        },
      }),
    );
    const permissions = listPermissions();
    const given = permissions.filter(({ role }) => functionRoles.includes(role)).map(({ action }) => action);
    expect(functionRoles).toHaveLength(4);
    expect([...new Set(given)].toSorted()).toEqual(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]);
    expect(permissions.filter(({ action }) => action.startsWith("states:") || action.includes("*"))).toEqual(
      [],
    );
  });

  test("writes no policy into a role, where the tests above would not see it", () => {
    expect(count("AWS::IAM::Role", { Policies: Match.absent() })).toBe(5);
    const managed = Object.values(template.findResources("AWS::IAM::Role")).map((role) =>
      JSON.stringify(role).match(/:iam::aws:policy\/[\w/-]+/g),
    );
    expect(managed.filter((policies) => policies !== null)).toEqual(
      Array(4).fill([":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]),
    );
  });
});

function listCaptured(capture: Capture): readonly string[] {
  const values = [capture.asString()];
  while (capture.next()) values.push(capture.asString());
  return values;
}

describe("readConfig", () => {
  test("without settings the prefix is countersign and the tenant default", () => {
    expect(readConfig(() => undefined)).toEqual({ prefix: "countersign", tenant: "default" });
  });

  test("an invalid setting is refused by its name", () => {
    expect(() => readConfig((key) => (key === "prefix" ? "Counter Sign" : undefined))).toThrow(
      "The deployment's settings are not valid: prefix must be 1-40 lower-case letters, digits or hyphens, " +
        "a letter first. Correct -c or cdk.json.",
    );
  });
});
