import { describe, expect, test } from "vitest";
import { deploy } from "./deployment.ts";
import { giveEveryRight, mutate, propertiesOf } from "./mutate-stacks.ts";
import { type Permissions, readPermissions } from "./permissions.ts";
import { synthesizeStacks } from "./synthesize-stacks.ts";
import { table } from "./wired-grants.ts";

// What the seals' table and the published log's bucket refuse, whatever permissions a role holds.

const stacks = synthesizeStacks();
const resources = deploy(stacks);
const names = [...readPermissions(resources).roles.keys()];
const logBucket = resources.find(({ type }) => type === "AWS::S3::Bucket")?.arn ?? "no bucket";

/** The deployment, but every role may do everything. */
const withEveryRight = readPermissions(giveEveryRight(resources));

/** Who of all may do it. */
function whoMay(action: string, resource: string, among: Permissions = withEveryRight): readonly string[] {
  return names.filter((name) => among.isAllowed(name, action, resource)).toSorted();
}

describe("the seals", () => {
  test.for([
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
  ])("are closed to %s, whoever asks and whatever else a role may do", (action) => {
    expect(whoMay(action, table("seal"))).toEqual([]);
  });

  test("are put by nobody but sign-checkpoint, whatever else a role may do", () => {
    expect(whoMay("dynamodb:PutItem", table("seal"))).toEqual(["sign-checkpoint"]);
  });

  test("cannot be deleted with their table, nor be given an end of life", () => {
    expect(whoMay("dynamodb:DeleteTable", table("seal"))).toEqual([]);
    expect(whoMay("dynamodb:UpdateTimeToLive", table("seal"))).toEqual([]);
  });

  test("of a trial go with its stack", () => {
    const trial = deploy(synthesizeStacks({ retention: "destroy" }));
    const everything = readPermissions(giveEveryRight(trial));
    expect(whoMay("dynamodb:DeleteTable", table("seal"), everything)).toEqual(names.toSorted());
    expect(whoMay("dynamodb:PutItem", table("seal"), everything)).toEqual(["sign-checkpoint"]);
  });
});

describe("the published log", () => {
  const removals = ["DeleteObject", "DeleteObjectVersion", "BypassGovernanceRetention", "PutObjectRetention"];

  test.for(removals)("is closed to %s, whatever else a role may do", (action) => {
    expect(whoMay(`s3:${action}`, `${logBucket}/tile/0/000`)).toEqual([]);
  });

  test("is written by nobody but publish-log, whatever else a role may do", () => {
    expect(whoMay("s3:PutObject", `${logBucket}/checkpoint`)).toEqual(["publish-log"]);
  });

  test("of a trial can be emptied, and is written by nobody else all the same", () => {
    const trial = deploy(synthesizeStacks({ retention: "destroy" }));
    const everything = readPermissions(giveEveryRight(trial));
    expect(whoMay("s3:DeleteObject", `${logBucket}/checkpoint`, everything)).toEqual(names.toSorted());
    expect(whoMay("s3:PutObject", `${logBucket}/checkpoint`, everything)).toEqual(["publish-log"]);
  });
});

describe("the tests would notice", () => {
  test.for([0, 1])("a Deny taken out of the policy of the seals: %i", (place) => {
    const mutated = mutate(stacks, "stateful", (template) => {
      const seal = propertiesOf(template, "AWS::DynamoDB::Table", "TableName", "countersign-seal");
      const policy = seal["ResourcePolicy"] as { PolicyDocument: { Statement: unknown[] } };
      policy.PolicyDocument.Statement.splice(place, 1);
    });
    const everything = readPermissions(giveEveryRight(deploy(mutated)));
    const action = place === 0 ? "dynamodb:DeleteItem" : "dynamodb:PutItem";
    expect(whoMay(action, table("seal"), everything)).toEqual(names.toSorted());
  });

  test("the Denies taken out of the policy of the published log", () => {
    const mutated = mutate(stacks, "stateful", (template) => {
      const policy = propertiesOf(template, "AWS::S3::BucketPolicy");
      (policy as { PolicyDocument: { Statement: unknown[] } }).PolicyDocument.Statement.splice(1, 2);
    });
    const everything = readPermissions(giveEveryRight(deploy(mutated)));
    expect(whoMay("s3:PutObject", `${logBucket}/checkpoint`, everything)).toEqual(names.toSorted());
    expect(whoMay("s3:DeleteObjectVersion", `${logBucket}/checkpoint`, everything)).toEqual(names.toSorted());
  });
});
