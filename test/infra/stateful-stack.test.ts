import { describe, expect, test } from "vitest";
import * as z from "zod";
import { agents } from "../../agents/catalog.ts";
import { agentInfra } from "../../agents/infra-catalog.ts";
import { account, deploy, type DeployedResource } from "./deployment.ts";
import { type CloudTemplate, synthesizeStacks } from "./synthesize-stacks.ts";

const stacks = synthesizeStacks();
const resources = deploy(stacks);
const direct = synthesizeStacks({ spanTransport: "direct" });
const elsewhere = synthesizeStacks({ issuer: "https://id.example.com", clientIds: ["web", "backend"] });
const trial = synthesizeStacks({ retention: "destroy", alarmEmail: "ops@example.com", machineClient: "on" });

/** The properties of every resource of a type. */
function list(type: string, among: readonly DeployedResource[] = resources) {
  return among.filter((resource) => resource.type === type).map(({ properties }) => properties);
}

describe("the tables", () => {
  const tables = list("AWS::DynamoDB::Table");
  const streamSchema = z.object({ StreamViewType: z.string() }).optional();
  const ttlSchema = z.object({ AttributeName: z.string(), Enabled: z.literal(true) }).optional();

  test("carry on what the wiring's streams ask for, and end what has a clean-up time", () => {
    const kinds = tables.map(({ TableName, StreamSpecification, TimeToLiveSpecification }) => [
      TableName,
      streamSchema.parse(StreamSpecification)?.StreamViewType,
      ttlSchema.parse(TimeToLiveSpecification)?.AttributeName,
    ]);
    expect(kinds.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ["countersign-agent-support", undefined, undefined],
      ["countersign-decisions", "KEYS_ONLY", "ttl"],
      ["countersign-executions", "KEYS_ONLY", undefined],
      ["countersign-ledger", "KEYS_ONLY", undefined],
      ["countersign-observations", "KEYS_ONLY", undefined],
      ["countersign-rules", "KEYS_ONLY", undefined],
      ["countersign-seal", "KEYS_ONLY", undefined],
      ["countersign-tokens", undefined, undefined],
      ["countersign-traces", undefined, "ttl"],
      ["countersign-vault", undefined, undefined],
      ["countersign-work", "KEYS_ONLY", "ttl"],
    ]);
  });

  test("cost what is used, and can be restored to any second of 35 days", () => {
    const kept = {
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    };
    for (const table of tables) expect(table).toMatchObject(kept);
    expect(tables).toHaveLength(11);
  });

  test("of every agent are there", () => {
    expect(agentInfra.map(({ agent }) => agent)).toEqual(agents.map(({ name }) => name));
    const names = tables.map(({ TableName }) => TableName);
    const wanted = agentInfra.flatMap((infra) => infra.tables.map((name) => `countersign-${name}`));
    expect(names).toEqual(expect.arrayContaining(wanted));
  });
});

describe("what has to last", () => {
  const lasting = ["AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Cognito::UserPool", "AWS::S3::Bucket"];
  const policies = ({ Resources }: CloudTemplate) =>
    Object.values(Resources)
      .filter(({ Type }) => lasting.includes(Type))
      .map(({ DeletionPolicy }) => DeletionPolicy);

  test("stays when its stack is deleted", () => {
    expect(policies(stacks.stateful)).toEqual(Array(15).fill("Retain"));
  });

  test("goes with the stacks of a trial, which say so", () => {
    expect(policies(trial.stateful)).toEqual(Array(15).fill("Delete"));
    expect(list("AWS::DynamoDB::Table", deploy(trial))).not.toContainEqual(
      expect.objectContaining({ DeletionProtectionEnabled: true }),
    );
    expect(stacks.service.Outputs["Retention"]?.Value).toBe("retain");
    expect(trial.service.Outputs["Retention"]?.Value).toBe("destroy: removing the stacks deletes all data");
  });
});

describe("the bucket of the published log", () => {
  const closed = {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  };

  test("is private and encrypted, and locks every version for seven years", () => {
    expect(list("AWS::S3::Bucket")).toEqual([
      {
        ...closed,
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Days: 2_555, Mode: "GOVERNANCE" } },
        },
        VersioningConfiguration: { Status: "Enabled" },
      },
    ]);
  });

  test("stays private where the log is public", () => {
    const [bucket] = list("AWS::S3::Bucket", deploy(synthesizeStacks({ publicLog: "on" })));
    expect(bucket).toMatchObject(closed);
  });

  test("is locked as the settings say", () => {
    const settings = { logLock: "compliance", logLockYears: "10" };
    const [bucket] = list("AWS::S3::Bucket", deploy(synthesizeStacks(settings)));
    expect(bucket).toMatchObject({
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Days: 3_650, Mode: "COMPLIANCE" } } },
    });
  });

  test("of a trial is neither versioned nor locked, so that it can be emptied", () => {
    expect(list("AWS::S3::Bucket", deploy(trial))).toEqual([closed]);
  });

  test("answers nobody without TLS", () => {
    const [policy] = list("AWS::S3::BucketPolicy");
    expect(policy).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Action: "s3:*",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
            Effect: "Deny",
            Principal: { AWS: "*" },
          },
          { Sid: "OnlyPublishLogWrites" },
          { Sid: "NobodyRemovesWhatWasPublished" },
        ],
      },
    });
  });
});

describe("the key of task tokens", () => {
  test("is symmetric, is renewed each year and has its alias", () => {
    const [key] = list("AWS::KMS::Key");
    expect(key).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
    expect(key).not.toHaveProperty("KeySpec");
    expect(list("AWS::KMS::Alias")[0]).toMatchObject({ AliasName: "alias/countersign-token" });
  });
});

describe("the key of the ledger", () => {
  test("is an Ed25519 key pair that signs, and has its alias", () => {
    const [, key, ...others] = list("AWS::KMS::Key");
    expect(key).toMatchObject({
      KeySpec: "ECC_NIST_EDWARDS25519",
      KeyUsage: "SIGN_VERIFY",
      PendingWindowInDays: 30,
    });
    expect(others).toEqual([]);
    expect(list("AWS::KMS::Alias")[1]).toMatchObject({ AliasName: "alias/countersign-ledger" });
  });
});

describe("sign-in", () => {
  test("is by people whom an administrator made, with the scopes of the API", () => {
    expect(list("AWS::Cognito::UserPool")).toMatchObject([
      {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        DeletionProtection: "ACTIVE",
        EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
        MfaConfiguration: "OPTIONAL",
        UserPoolTier: "LITE",
        Policies: { PasswordPolicy: { MinimumLength: 14 } },
      },
    ]);
    expect(list("AWS::Cognito::UserPoolGroup").map(({ GroupName }) => GroupName)).toEqual([
      "admin",
      "auditor",
    ]);
    const [server] = list("AWS::Cognito::UserPoolResourceServer");
    const scopes = z.object({ Scopes: z.array(z.object({ ScopeName: z.string() })) }).parse(server).Scopes;
    expect(server?.["Identifier"]).toBe("countersign");
    expect(scopes.map(({ ScopeName }) => ScopeName)).toEqual(["read", "run", "decide", "administer"]);
    expect(list("AWS::Cognito::UserPoolDomain")).toMatchObject([{ Domain: `countersign-${account}` }]);
  });

  test("of the web app is a code without a secret, which PKCE protects", () => {
    expect(list("AWS::Cognito::UserPoolClient")).toMatchObject([
      {
        AllowedOAuthFlows: ["code"],
        GenerateSecret: false,
        CallbackURLs: ["http://localhost:4781/callback"],
      },
    ]);
  });

  test("of a machine may read and run, not decide", () => {
    const [, machine] = list("AWS::Cognito::UserPoolClient", deploy(trial));
    const { AllowedOAuthScopes } = z.object({ AllowedOAuthScopes: z.array(z.string()) }).parse(machine);
    expect(machine).toMatchObject({ AllowedOAuthFlows: ["client_credentials"], GenerateSecret: true });
    expect(AllowedOAuthScopes.map((scope) => scope.split("/").at(-1))).toEqual(["read", "run"]);
  });

  test("at another issuer leaves Cognito out and tells every function behind the API", () => {
    const types = Object.values(elsewhere.stateful.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith("AWS::Cognito::"))).toEqual([]);
    const [authorizer] = list("AWS::ApiGatewayV2::Authorizer", deploy(elsewhere));
    expect(authorizer).toMatchObject({
      JwtConfiguration: { Issuer: "https://id.example.com", Audience: ["web", "backend"] },
    });
    const told = list("AWS::Lambda::Function", deploy(elsewhere)).filter(({ Environment }) =>
      JSON.stringify(Environment).includes('"ISSUER":"https://id.example.com","CLIENT_IDS":"web,backend"'),
    );
    expect(told).toHaveLength(4);
  });
});

describe("the templates", () => {
  test("are the same when they are made again", () => {
    expect(JSON.stringify(synthesizeStacks())).toBe(JSON.stringify(stacks));
  });

  test.for([
    ["default settings", stacks],
    ["spans without Kinesis", direct],
    ["another issuer", elsewhere],
    ["a trial", trial],
  ] as const)("with %s refer to nothing in a circle", ([, { stateful, service }]) => {
    expect(findCircles(stateful)).toEqual([]);
    expect(findCircles(service)).toEqual([]);
    expect(JSON.stringify(stateful)).not.toContain("Fn::ImportValue");
    expect(Object.values(service.Outputs).filter(({ Export }) => Export !== undefined)).toEqual([]);
  });

  test("with a circle would be noticed", () => {
    const circular = structuredClone(stacks.stateful);
    const ids = Object.entries(circular.Resources)
      .filter(([, { Properties }]) => /-(?:agent-support|tokens)$/.test(String(Properties["TableName"])))
      .map(([id]) => id);
    for (const [place, id] of ids.entries()) {
      const resource = circular.Resources[id];
      if (resource !== undefined) resource.Properties["Tags"] = [{ "Fn::GetAtt": [ids[1 - place], "Arn"] }];
    }
    expect(ids).toHaveLength(2);
    expect(findCircles(circular)).toEqual(ids);
  });

  test("name every physical resource by the prefix, so that two deployments fit into one account", () => {
    const other = JSON.stringify(
      deploy(synthesizeStacks({ prefix: "second" })).map(({ properties }) => properties),
    );
    // The scopes of the API have the product's name, whatever a deployment is called.
    const names = other.replaceAll(
      /"(?:Identifier|Name)":"countersign"|countersign\/|countersign-service/g,
      "",
    );
    expect(names.match(/.{30}countersign.{30}/g)).toBeNull();
  });

  test("stay within CloudFormation's 500 resources", () => {
    const counts = [stacks.stateful, stacks.service].map(({ Resources }) => Object.keys(Resources).length);
    expect(Math.max(...counts)).toBeLessThan(500);
  });
});

/** Resources that can be put into no order: every one waits for another one of them. */
function findCircles({ Resources }: CloudTemplate): readonly string[] {
  const waitsFor = new Map(
    Object.entries(Resources).map(([id, { Properties, DependsOn }]) => [
      id,
      new Set([...listReferences(Properties), ...DependsOn].filter((target) => target in Resources)),
    ]),
  );
  for (;;) {
    const free = [...waitsFor].filter(([, targets]) => targets.size === 0).map(([id]) => id);
    if (free.length === 0) return [...waitsFor.keys()];
    for (const id of free) waitsFor.delete(id);
    for (const targets of waitsFor.values()) for (const id of free) targets.delete(id);
  }
}

function listReferences(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(listReferences);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    if (key === "Ref") return [String(part)];
    if (key === "Fn::GetAtt") return z.array(z.string()).parse(part).slice(0, 1);
    if (key === "Fn::Sub") return [...String(part).matchAll(/\$\{(\w+)/g)].map(([, id = ""]) => id);
    return listReferences(part);
  });
}
