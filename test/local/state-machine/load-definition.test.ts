import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DefinitionRefused } from "../../../local/state-machine/definition-refused.ts";
import { loadDefinition } from "../../../local/state-machine/load-definition.ts";
import { machine, pass, task } from "./build-engine.ts";

function refusalOf(
  definition: unknown,
): { readonly state: string | null; readonly field: string } | "loaded" {
  try {
    loadDefinition(definition);
    return "loaded";
  } catch (error) {
    if (!(error instanceof DefinitionRefused)) throw error;
    return { state: error.state, field: error.field };
  }
}

const wait = { Type: "Wait", Seconds: 1, End: true };
const choice = { Type: "Choice", Choices: [{ Condition: true, Next: "P" }] };
const map = { Type: "Map", ItemProcessor: { StartAt: "In", States: { In: pass } }, End: true };

describe("loadDefinition", () => {
  test("loads the synthesized machine of this project", () => {
    const golden = readFileSync(new URL("../../golden/run.asl.json", import.meta.url), "utf8");
    const { block } = loadDefinition(JSON.parse(golden));
    expect(block.startAt).toBe("Take agent steps");
    expect(block.states.get("Settle each call")?.type).toBe("Map");
  });

  test("accepts JSONata that each state names for itself, and the comments that AWS accepts", () => {
    const state = { ...pass, QueryLanguage: "JSONata", Comment: "why" };
    expect(refusalOf({ StartAt: "P", States: { P: state }, Comment: "what", Version: "1.0" })).toBe("loaded");
    expect(refusalOf({ StartAt: "P", States: { P: state }, QueryLanguage: "JSONPath" })).toBe("loaded");
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["a Parallel state", { Type: "Parallel", Branches: [], End: true }, "Type"],
    ["no type", { End: true }, "Type"],
    ["neither Next nor End", { Type: "Pass" }, "Next"],
    ["both Next and End", { ...pass, Next: "P" }, "Next"],
    ["End: false", { Type: "Pass", End: false }, "End"],
    ["a target that does not exist", { Type: "Pass", Next: "Nowhere" }, "Next"],
    ["a JSONPath field", { ...pass, InputPath: "$.a" }, "InputPath"],
    ["JSONPath as its language", { ...pass, QueryLanguage: "JSONPath" }, "QueryLanguage"],
    ["a field that nobody knows", { ...pass, Retries: 3 }, "Retries"],
    ["Retry on a Pass", { ...pass, Retry: [] }, "Retry"],
    ["Output on a Fail", { Type: "Fail", Output: 1 }, "Output"],
    ["Assign on a Succeed", { Type: "Succeed", Assign: { a: 1 } }, "Assign"],
    [
      "a Lambda ARN as Resource",
      task("f", { Resource: "arn:aws:lambda:x:1:function:f" }) as Record<string, unknown>,
      "Resource",
    ],
    ["another integration", { ...task("f"), Resource: "arn:aws:states:::sqs:sendMessage" }, "Resource"],
    ["a heartbeat", { ...task("f"), HeartbeatSeconds: 5 }, "HeartbeatSeconds"],
    ["credentials", { ...task("f"), Credentials: {} }, "Credentials"],
    [
      "a Task without Arguments",
      { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true },
      "Arguments",
    ],
    ["Arguments without FunctionName", { ...task("f"), Arguments: { Payload: 1 } }, "Arguments/FunctionName"],
    [
      "an invocation type",
      { ...task("f"), Arguments: { FunctionName: "f", InvocationType: "Event" } },
      "Arguments/InvocationType",
    ],
    ["a timeout of zero", { ...task("f"), TimeoutSeconds: 0 }, "TimeoutSeconds"],
    ["a timeout in words", { ...task("f"), TimeoutSeconds: "5" }, "TimeoutSeconds"],
    ["a Wait for both", { ...wait, Timestamp: "2026-01-01T00:00:00Z" }, "Seconds"],
    ["a Wait for nothing", { Type: "Wait", End: true }, "Seconds"],
    ["a Choice without rules", { Type: "Choice", Choices: [] }, "Choices"],
    ["a Choice with End", { ...choice, End: true }, "End"],
    [
      "a rule of JSONPath",
      { Type: "Choice", Choices: [{ Variable: "$.a", Next: "P" }] },
      "Choices[0]/Condition",
    ],
    [
      "a condition that is text",
      { Type: "Choice", Choices: [{ Condition: "yes", Next: "P" }] },
      "Choices[0]/Condition",
    ],
    ["a rule to nowhere", { Type: "Choice", Choices: [{ Condition: true, Next: "No" }] }, "Choices[0]/Next"],
    ["a Default to nowhere", { ...choice, Default: "No" }, "Default"],
    [
      "a distributed Map",
      { ...map, ItemProcessor: { ...map.ItemProcessor, ProcessorConfig: { Mode: "DISTRIBUTED" } } },
      "ItemProcessor/ProcessorConfig/Mode",
    ],
    ["a Map without processor", { Type: "Map", End: true }, "ItemProcessor"],
    ["an ItemReader", { ...map, ItemReader: {} }, "ItemReader"],
    ["an ItemBatcher", { ...map, ItemBatcher: {} }, "ItemBatcher"],
    ["a ResultWriter", { ...map, ResultWriter: {} }, "ResultWriter"],
    ["Items that are no array", { ...map, Items: { a: 1 } }, "Items"],
    ["a negative MaxConcurrency", { ...map, MaxConcurrency: -1 }, "MaxConcurrency"],
  ])("refuses %s and names the field", (_what, state, field) => {
    expect(refusalOf(machine({ S: state, P: pass }))).toEqual({ state: "S", field });
  });

  test.each<[string, object, string]>([
    ["without names", { ErrorEquals: [] }, "Retry[0]/ErrorEquals"],
    ["for States.Runtime", { ErrorEquals: ["States.Runtime"] }, "Retry[0]/ErrorEquals"],
    ["for an error it never raises", { ErrorEquals: ["States.HeartbeatTimeout"] }, "Retry[0]/ErrorEquals"],
    ["for a States error nobody knows", { ErrorEquals: ["States.Timeuot"] }, "Retry[0]/ErrorEquals"],
    ["for States.ALL beside others", { ErrorEquals: ["States.ALL", "E"] }, "Retry[0]/ErrorEquals"],
    ["with a factor below 1", { ErrorEquals: ["E"], BackoffRate: 0.5 }, "Retry[0]/BackoffRate"],
    ["with negative attempts", { ErrorEquals: ["E"], MaxAttempts: -1 }, "Retry[0]/MaxAttempts"],
    ["with half a second", { ErrorEquals: ["E"], IntervalSeconds: 0.5 }, "Retry[0]/IntervalSeconds"],
    ["with another jitter", { ErrorEquals: ["E"], JitterStrategy: "SOME" }, "Retry[0]/JitterStrategy"],
    ["with a field nobody knows", { ErrorEquals: ["E"], Interval: 1 }, "Retry[0]/Interval"],
  ])("refuses a Retry %s", (_what, retrier, field) => {
    expect(refusalOf(machine({ S: task("f", { Retry: [retrier] }) }))).toEqual({ state: "S", field });
  });

  test("refuses States.ALL before the last Catch, and a Catch to nowhere", () => {
    const all = { ErrorEquals: ["States.ALL"], Next: "P" };
    const first = task("f", { Catch: [all, { ErrorEquals: ["E"], Next: "P" }] });
    expect(refusalOf(machine({ S: first, P: pass }))).toEqual({ state: "S", field: "Catch[0]/ErrorEquals" });
    const nowhere = task("f", { Catch: [{ ...all, Next: "No" }] });
    expect(refusalOf(machine({ S: nowhere, P: pass }))).toEqual({ state: "S", field: "Catch[0]/Next" });
  });

  test.each<[string, object, string | null, string]>([
    ["no states", { StartAt: "P", States: {} }, null, "States"],
    ["a start that does not exist", machine({ P: pass }, { StartAt: "Q" }), null, "StartAt"],
    ["another version", machine({ P: pass }, { Version: "2.0" }), null, "Version"],
    ["a field of another format", machine({ P: pass }, { startAt: "P" }), null, "startAt"],
    ["JSONPath by default", { StartAt: "P", States: { P: pass } }, "P", "QueryLanguage"],
    ["a state that is no object", machine({ P: [] }), "P", "(itself)"],
    ["a name of 81 characters", machine({ ["P".repeat(81)]: pass }), "P".repeat(81), "(name)"],
  ])("refuses a machine with %s", (_what, definition, state, field) => {
    expect(refusalOf(definition)).toEqual({ state, field });
  });

  test("refuses what stands inside a Map as it refuses it outside, with the inner state's name", () => {
    const inner = { ...map, ItemProcessor: { StartAt: "In", States: { In: { ...pass, InputPath: "$" } } } };
    expect(refusalOf(machine({ M: inner }))).toEqual({ state: "In", field: "InputPath" });
    const escaping = {
      ...map,
      ItemProcessor: { StartAt: "In", States: { In: { Type: "Pass", Next: "P" } } },
    };
    expect(refusalOf(machine({ M: escaping, P: pass }))).toEqual({ state: "In", field: "Next" });
  });

  test("refuses an inner state that assigns a variable of the states around it", () => {
    const inner = {
      ...map,
      ItemProcessor: { StartAt: "In", States: { In: { ...pass, Assign: { total: 1 } } } },
    };
    const outer = { ...pass, Assign: { total: 0 } };
    expect(refusalOf(machine({ M: inner, P: outer }))).toEqual({ state: "In", field: "Assign/total" });
    expect(refusalOf(machine({ M: inner, P: { ...pass, Assign: { other: 0 } } }))).toBe("loaded");
    const middle = { ...map, ItemProcessor: { StartAt: "N", States: { N: inner } } };
    expect(refusalOf(machine({ M: middle, P: outer }))).toEqual({ state: "In", field: "Assign/total" });
  });

  test.each<[string, object, string]>([
    ["states", { states: 1 }, "Assign/states"],
    ["no identifier", { "a-b": 1 }, "Assign/a-b"],
    ["too long", { ["a".repeat(81)]: 1 }, `Assign/${"a".repeat(81)}`],
  ])("refuses a variable whose name is %s", (_what, assign, field) => {
    expect(refusalOf(machine({ P: { ...pass, Assign: assign } }))).toEqual({ state: "P", field });
  });

  test("says in words what is wrong and what to do", () => {
    expect(() => loadDefinition(machine({ "Ask people": task("f", { HeartbeatSeconds: 5 }) }))).toThrow(
      'State "Ask people", field HeartbeatSeconds: is not supported by the local engine; use TimeoutSeconds.',
    );
    expect(() => loadDefinition(machine({ P: { ...pass, ResultPath: "$.a" } }))).toThrow(
      'State "P", field ResultPath: belongs to JSONPath; say it with the fields of JSONata.',
    );
  });
});
