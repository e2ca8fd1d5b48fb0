import { describe, expect, test } from "vitest";
import { deploy, type DeployedResource } from "./deployment.ts";
import { actionsOnEverything, expectedGrants } from "./expected-grants.ts";
import { giveEveryRight, mutate, propertiesOf } from "./mutate-stacks.ts";
import { type Permissions, readPermissions } from "./permissions.ts";
import { synthesizeStacks } from "./synthesize-stacks.ts";
import { execution, functionArn, here, listWired, machine, table } from "./wired-grants.ts";

const stacks = synthesizeStacks({ modelKeySecret: "countersign/model-key" });
const resources = deploy(stacks);
const permissions = readPermissions(resources);
const names = [...permissions.roles.keys()];

const key = arnOfKey("token");
const ledgerKey = arnOfKey("ledger");
const logBucket = resources.find(({ type }) => type === "AWS::S3::Bucket")?.arn ?? "no bucket";

function arnOfKey(name: string, among: readonly DeployedResource[] = resources): string {
  const [found, ...others] = among.filter(
    ({ type, arn }) => type === "AWS::KMS::Key" && arn?.includes(`key/${name}`) === true,
  );
  if (found?.arn === undefined || others.length > 0) throw new Error(`Not exactly one key "${name}".`);
  return found.arn;
}

/** Who of all may do it. */
function whoMay(action: string, resource: string, among: Permissions = permissions): readonly string[] {
  return names.filter((name) => among.isAllowed(name, action, resource)).toSorted();
}

const itemWrites = [
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PartiQLDelete",
];

describe("the function that reads the model's words", () => {
  const model = "take-agent-steps";

  test.for(["decisions", "executions", "rules", "tokens", "ledger", "seal", "agent-support"])(
    "cannot write %s",
    (name) => {
      expect(itemWrites.filter((action) => permissions.isAllowed(model, action, table(name)))).toEqual([]);
    },
  );

  test.for(["tokens", "ledger", "decisions", "seal"])("cannot read %s", (name) => {
    const reads = ["GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect", "ConditionCheckItem"];
    const allowed = reads.filter((read) => permissions.isAllowed(model, `dynamodb:${read}`, table(name)));
    expect(allowed).toEqual([]);
  });

  test("cannot invoke the executor, or any other function", () => {
    const invocable = names.filter((name) =>
      permissions.isAllowed(model, "lambda:InvokeFunction", functionArn(name)),
    );
    expect(invocable).toEqual([]);
  });

  test.for(["SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat", "StartExecution", "StopExecution"])(
    "cannot call %s",
    (action) => {
      expect(permissions.isAllowed(model, `states:${action}`, machine)).toBe(false);
      expect(permissions.isAllowed(model, `states:${action}`, execution)).toBe(false);
    },
  );

  test.for(["Decrypt", "Encrypt", "ReEncryptFrom", "GenerateDataKey", "CreateGrant"])(
    "cannot use the token key to %s",
    (action) => {
      expect(permissions.isAllowed(model, `kms:${action}`, key)).toBe(false);
    },
  );

  test("is the only one that reads the model's key", () => {
    const secret = here("secretsmanager", "secret:countersign/model-key-AbCdEf");
    expect(whoMay("secretsmanager:GetSecretValue", secret)).toEqual(["take-agent-steps"]);
    expect(whoMay("secretsmanager:GetSecretValue", here("secretsmanager", "secret:other-AbCdEf"))).toEqual(
      [],
    );
  });
});

describe("one role alone", () => {
  test.for([
    ["completes a waiting task", "states:SendTaskSuccess", machine, ["resume-run"]],
    ["fails a waiting task", "states:SendTaskFailure", machine, []],
    ["beats for a waiting task", "states:SendTaskHeartbeat", machine, []],
    ["opens a task token", "kms:Decrypt", key, ["resume-run"]],
    ["opens and seals a token elsewhere", "kms:ReEncryptFrom", key, []],
    ["hands the key on", "kms:CreateGrant", key, []],
    ["seals a task token", "kms:Encrypt", key, ["open-requirement"]],
    ["invokes the executor", "lambda:InvokeFunction", functionArn("execute-call"), ["run"]],
    ["signs checkpoints", "kms:Sign", ledgerKey, ["sign-checkpoint"]],
    ["hands the ledger's key on", "kms:CreateGrant", ledgerKey, []],
    [
      "reads the ledger's public key",
      "kms:GetPublicKey",
      ledgerKey,
      ["execute-call", "publish-log", "serve-reads", "sign-checkpoint"],
    ],
    ["publishes the log", "s3:PutObject", `${logBucket}/tile/0/000`, ["publish-log"]],
    ["reads the published log past the API", "s3:GetObject", `${logBucket}/checkpoint`, ["publish-log"]],
    ["writes seals", "dynamodb:PutItem", table("seal"), ["sign-checkpoint"]],
    ["inserts into the ledger", "dynamodb:PartiQLInsert", table("ledger"), ["append-ledger"]],
    ["writes decisions", "dynamodb:PutItem", table("decisions"), ["record-decisions"]],
    ["writes executions", "dynamodb:PutItem", table("executions"), ["execute-call"]],
    ["writes rules", "dynamodb:PutItem", table("rules"), []],
    ["writes tokens", "dynamodb:PutItem", table("tokens"), ["open-requirement", "resume-run"]],
    ["writes traces", "dynamodb:PutItem", table("traces"), ["write-traces"]],
    ["writes the agent's table", "dynamodb:PutItem", table("agent-support"), ["execute-call"]],
  ] as const)("%s", ([, action, resource, expected]) => {
    expect(whoMay(action, resource)).toEqual(expected);
  });

  test("completes tasks of our machine and of no other", () => {
    const other = here("states", "stateMachine:another");
    expect(whoMay("states:SendTaskSuccess", other)).toEqual([]);
    expect(whoMay("states:SendTaskSuccess", "*")).toEqual([]);
  });

  test("deletes, and from work only", () => {
    const tables = [
      "work",
      "decisions",
      "executions",
      "rules",
      "tokens",
      "traces",
      "ledger",
      "seal",
      "vault",
      "agent-support",
    ];
    const deleting = tables.filter((name) => whoMay("dynamodb:DeleteItem", table(name)).length > 0);
    expect(deleting).toEqual(["work"]);
  });

  test("service takes on each role: Lambda, and for the machine's Step Functions on our machine's behalf", () => {
    const trusted = resources
      .filter(({ type }) => type === "AWS::IAM::Role")
      .map(({ properties }) => properties["AssumeRolePolicyDocument"]);
    const byLambda = {
      Statement: [
        { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } },
      ],
      Version: "2012-10-17",
    };
    const byOurMachine = {
      Statement: [
        {
          Action: "sts:AssumeRole",
          Condition: {
            ArnEquals: { "aws:SourceArn": machine },
            StringEquals: { "aws:SourceAccount": "111122223333" },
          },
          Effect: "Allow",
          Principal: { Service: "states.amazonaws.com" },
        },
      ],
      Version: "2012-10-17",
    };
    expect(trusted).toHaveLength(16);
    expect(trusted.filter((trust) => JSON.stringify(trust) === JSON.stringify(byLambda))).toHaveLength(15);
    expect(trusted).toContainEqual(byOurMachine);
  });
});

describe("the ledger", () => {
  test.for(itemWrites.filter((action) => action !== "dynamodb:PartiQLInsert"))(
    "is closed to %s, whoever asks",
    (action) => {
      expect(whoMay(action, table("ledger"))).toEqual([]);
      expect(whoMay(action, table("ledger"), withEveryRight())).toEqual([]);
    },
  );

  test("takes entries of nobody but append-ledger, whatever else a role may do", () => {
    expect(whoMay("dynamodb:PartiQLInsert", table("ledger"), withEveryRight())).toEqual(["append-ledger"]);
  });

  test("cannot be deleted, nor be given an end of life", () => {
    expect(whoMay("dynamodb:DeleteTable", table("ledger"), withEveryRight())).toEqual([]);
    expect(whoMay("dynamodb:UpdateTimeToLive", table("ledger"), withEveryRight())).toEqual([]);
    expect(whoMay("dynamodb:DeleteTable", table("traces"), withEveryRight())).toEqual(names.toSorted());
  });

  test("of a trial goes with its stack", () => {
    const trial = deploy(synthesizeStacks({ retention: "destroy" }));
    const everything = readPermissions(giveEveryRight(trial));
    expect(whoMay("dynamodb:DeleteTable", table("ledger"), everything)).toEqual(names.toSorted());
    expect(whoMay("dynamodb:PutItem", table("ledger"), everything)).toEqual([]);
  });
});

test("the ledger's key signs for nobody but sign-checkpoint, whatever else a role may do", () => {
  expect(whoMay("kms:Sign", ledgerKey, withEveryRight())).toEqual(["sign-checkpoint"]);
  expect(whoMay("kms:CreateGrant", ledgerKey, withEveryRight())).toEqual(["sign-checkpoint"]);
  expect(whoMay("kms:GetPublicKey", ledgerKey, withEveryRight())).toEqual(names.toSorted());
});

test("task tokens stay closed to a role with every right of the account", () => {
  expect(whoMay("kms:Decrypt", key, withEveryRight())).toEqual(["resume-run"]);
  expect(whoMay("kms:ReEncryptFrom", key, withEveryRight())).toEqual(["resume-run"]);
  expect(whoMay("kms:Encrypt", key, withEveryRight())).toEqual(names.toSorted());
});

describe("the grants", () => {
  const ownLog = (name: string) => `log-group:/aws/lambda/countersign-${name}:*`;

  test.for(names)("of %s are those of the list and no other", (name) => {
    const granted = new Map<string, Set<string>>();
    for (const { action, resource } of permissions.listGrants(name)) {
      const [service, verb = ""] = action.split(":");
      const place = resource
        .replace(/^arn:aws:\w+:[\w-]*:\d*:/, "")
        .replace(/^key\/(token|ledger)\w*$/, "key/$1")
        .replace(/^log[0-9A-F]{8}/, "log");
      if (resource === "*" || place === ownLog(name)) continue;
      const known = granted.get(`${service} ${place}`) ?? new Set();
      granted.set(`${service} ${place}`, known.add(verb));
    }
    const listed = [...granted].map(([place, verbs]) => [place, [...verbs].toSorted().join(" ")]);
    expect(Object.fromEntries(listed)).toEqual(expectedGrants[name]);
  });

  test("of the list have no role that is not deployed", () => {
    expect(Object.keys(expectedGrants).toSorted()).toEqual(names.toSorted());
  });

  test.for(names)("on everything are what AWS cannot narrow, for %s too", (name) => {
    const everywhere = permissions.listGrants(name).filter(({ resource }) => resource === "*");
    const listed = actionsOnEverything[name === "run" ? "machine" : "function"];
    expect(new Set(everywhere.map(({ action }) => action))).toEqual(new Set(listed));
  });

  test.for(names)("name every action of %s in full", (name) => {
    const wild = permissions.listGrants(name).filter(({ action }) => /[*?]/.test(action));
    expect(wild).toEqual([]);
  });

  test.for(names.filter((name) => name !== "run"))("let %s write its own log and no other", (name) => {
    const logs = names.map((other) =>
      here("logs", `log-group:/aws/lambda/countersign-${other}:log-stream:a`),
    );
    const written = logs.filter((log) => permissions.isAllowed(name, "logs:PutLogEvents", log));
    expect(written).toEqual([here("logs", `log-group:/aws/lambda/countersign-${name}:log-stream:a`)]);
  });

  test("of the wiring are all allowed", () => {
    const wired = listWired({ token: key, ledger: ledgerKey, log: logBucket });
    expect(wired).toHaveLength(181);
    const refused = wired.filter(
      ([name, action, resource]) => !permissions.isAllowed(name, action, resource),
    );
    expect(refused).toEqual([]);
  });

  test("go no further than the list, for any action on any resource that appears in one", () => {
    const all = names
      .flatMap((name) => permissions.listGrants(name))
      .filter(({ resource }) => resource !== "*");
    const actions = [...new Set(all.map(({ action }) => action))];
    const places = [...new Set(all.map(({ resource }) => resource))];
    const tried = names.flatMap((name) =>
      actions.flatMap((action) => places.map((resource) => ({ name, action, resource }))),
    );
    const allowed = tried.filter(({ name, action, resource }) =>
      ["pools#default", "outbox#default#0"].some((leadingKey) =>
        permissions.isAllowed(name, action, resource, leadingKey),
      ),
    );
    const pairs = new Set(
      names.flatMap((name) =>
        permissions
          .listGrants(name)
          .filter(({ resource }) => resource !== "*")
          .map(({ action, resource }) => `${name} ${action} ${resource}`),
      ),
    );
    expect(tried.length).toBeGreaterThan(10_000);
    expect(allowed).toHaveLength(pairs.size);
  });
});

describe("the tests would notice", () => {
  test("a Deny taken out of the ledger's policy", () => {
    const mutated = mutate(stacks, "stateful", (template) => {
      delete propertiesOf(template, "AWS::DynamoDB::Table", "TableName", "countersign-ledger")[
        "ResourcePolicy"
      ];
    });
    const everything = readPermissions(giveEveryRight(deploy(mutated)));
    expect(whoMay("dynamodb:PutItem", table("ledger"), everything)).toEqual(names.toSorted());
  });

  test.for([
    ["SYMMETRIC_DEFAULT", "kms:Decrypt", key],
    ["ECC_NIST_EDWARDS25519", "kms:Sign", ledgerKey],
  ] as const)("a Deny taken out of the policy of the key %s", ([spec, action, arn]) => {
    const mutated = mutate(stacks, "stateful", (template) => {
      const properties = propertiesOf(
        template,
        "AWS::KMS::Key",
        "KeySpec",
        spec === "SYMMETRIC_DEFAULT" ? undefined : spec,
      );
      (properties as { KeyPolicy: { Statement: unknown[] } }).KeyPolicy.Statement.pop();
    });
    const everything = readPermissions(giveEveryRight(deploy(mutated)));
    expect(whoMay(action, arn, everything)).toEqual(names.toSorted());
  });

  test("a table widened to all tables", () => {
    const widened = mutate(stacks, "service", (template) => {
      const role = propertiesOf(template, "AWS::IAM::Role", "RoleName", "countersign-take-agent-steps");
      const text = JSON.stringify(role["Policies"]).replaceAll(
        "table/countersign-work",
        "table/countersign-*",
      );
      role["Policies"] = JSON.parse(text) as unknown;
    });
    const mutated = readPermissions(deploy(widened));
    expect(mutated.isAllowed("take-agent-steps", "dynamodb:PutItem", table("decisions"))).toBe(true);
    expect(mutated.isAllowed("take-agent-steps", "dynamodb:PutItem", table("ledger"))).toBe(false);
  });

  test("an action widened with a wildcard", () => {
    const widened = mutate(stacks, "service", (template) => {
      const role = propertiesOf(template, "AWS::IAM::Role", "RoleName", "countersign-adopt-runs");
      const text = JSON.stringify(role["Policies"]).replaceAll("states:StartExecution", "states:*");
      role["Policies"] = JSON.parse(text) as unknown;
    });
    const mutated = readPermissions(deploy(widened));
    expect(mutated.isAllowed("adopt-runs", "states:SendTaskSuccess", machine)).toBe(true);
  });

  test("a policy beside the role", () => {
    const added = mutate(stacks, "service", (template) => {
      template.Resources["extra"] = {
        Type: "AWS::IAM::Policy",
        Properties: {
          Roles: ["countersign-take-agent-steps"],
          PolicyDocument: {
            Statement: [
              { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn("execute-call") },
            ],
          },
        },
        DependsOn: [],
      };
    });
    const mutated = readPermissions(deploy(added));
    expect(whoMay("lambda:InvokeFunction", functionArn("execute-call"), mutated)).toEqual([
      "run",
      "take-agent-steps",
    ]);
  });

  test("a permission on the executor for the account", () => {
    const added = mutate(stacks, "service", (template) => {
      template.Resources["extra"] = {
        Type: "AWS::Lambda::Permission",
        Properties: {
          FunctionName: functionArn("execute-call"),
          Action: "lambda:InvokeFunction",
          Principal: "*",
        },
        DependsOn: [],
      };
    });
    const mutated = readPermissions(deploy(added));
    expect(whoMay("lambda:InvokeFunction", functionArn("execute-call"), mutated)).toEqual(names.toSorted());
  });

  test("a managed policy, which nobody here can read", () => {
    const added = mutate(stacks, "service", (template) => {
      const role = propertiesOf(template, "AWS::IAM::Role", "RoleName", "countersign-end-run");
      role["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"];
    });
    expect(() => readPermissions(deploy(added))).toThrow("ManagedPolicyArns");
  });

  test("a kind of policy that they do not model", () => {
    const added = mutate(stacks, "stateful", (template) => {
      template.Resources["extra"] = { Type: "AWS::Kinesis::ResourcePolicy", Properties: {}, DependsOn: [] };
    });
    expect(() => readPermissions(deploy(added))).toThrow("AWS::Kinesis::ResourcePolicy");
  });
});

/** The deployment, but every role may do everything: what is then still refused, a Deny refuses. */
function withEveryRight(): Permissions {
  return readPermissions(giveEveryRight(resources));
}
