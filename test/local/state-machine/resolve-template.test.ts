import { describe, expect, test } from "vitest";
import { resolveStateMachine } from "../../../local/state-machine/resolve-template.ts";

function template(reference: unknown): unknown {
  return {
    Resources: {
      pay1234: { Type: "AWS::Lambda::Function", Properties: { FunctionName: "shop-pay" } },
      role1234: { Type: "AWS::IAM::Role", Properties: {} },
      run1234: {
        Type: "AWS::StepFunctions::StateMachine",
        Properties: {
          StateMachineName: "shop-run",
          DefinitionString: { "Fn::Join": ["", ['{"at":"', reference, '"}']] },
        },
      },
    },
  };
}

describe("resolveStateMachine", () => {
  test("a function's ARN becomes its physical name and the partition aws", () => {
    expect(resolveStateMachine(template({ "Fn::GetAtt": ["pay1234", "Arn"] }), "shop-run")).toEqual({
      name: "shop-run",
      definition: { at: "shop-pay" },
    });
    const partition = { "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":states:::lambda:invoke"]] };
    expect(resolveStateMachine(template(partition), "shop-run").definition).toEqual({
      at: "arn:aws:states:::lambda:invoke",
    });
  });

  test.for([
    ["the account", { Ref: "AWS::AccountId" }, 'refers to "AWS::AccountId"'],
    ["a role", { "Fn::GetAtt": ["role1234", "Arn"] }, 'refers to "role1234.Arn"'],
    ["nothing", { "Fn::GetAtt": ["gone1234", "Arn"] }, 'refers to "gone1234.Arn"'],
  ] as const)("a reference to %s is refused", ([, reference, message]) => {
    expect(() => resolveStateMachine(template(reference), "shop-run")).toThrow(message);
  });

  test("a template without the machine is refused", () => {
    expect(() => resolveStateMachine(template("x"), "other-run")).toThrow(
      'The template has no state machine "other-run"; check its StateMachineName.',
    );
  });
});
