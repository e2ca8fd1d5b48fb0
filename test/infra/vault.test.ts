import { describe, expect, test } from "vitest";
import { deploy } from "./deployment.ts";
import { readPermissions } from "./permissions.ts";
import { synthesizeStacks } from "./synthesize-stacks.ts";
import { table } from "./wired-grants.ts";

const permissions = readPermissions(deploy(synthesizeStacks({})));
const names = [...permissions.roles.keys()];

function whoMay(action: string, resource: string): readonly string[] {
  return names.filter((name) => permissions.isAllowed(name, action, resource)).toSorted();
}

describe("which function", () => {
  test("adds outbox rows to rules without writing a pool", () => {
    const mayPut = (leadingKey: string) =>
      names.filter((name) => permissions.isAllowed(name, "dynamodb:PutItem", table("rules"), leadingKey));
    expect(mayPut("outbox#default#0")).toEqual(["erase-subjects"]);
    expect(mayPut("pools#default")).toEqual([]);
  });

  test("reads keys of personal values: whoever opens some, and who erases them", () => {
    expect(whoMay("dynamodb:BatchGetItem", table("vault"))).toEqual([
      "adopt-runs",
      "control-runs",
      "end-run",
      "erase-subjects",
      "execute-call",
      "keep-deadlines",
      "record-decisions",
      "serve-reads",
      "take-agent-steps",
    ]);
  });

  test("writes keys of personal values: who makes runs, and who erases", () => {
    expect(whoMay("dynamodb:PutItem", table("vault"))).toEqual(["control-runs", "erase-subjects"]);
    expect(whoMay("dynamodb:DeleteItem", table("vault"))).toEqual([]);
  });
});
