import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadDefinition } from "../../../local/state-machine/load-definition.ts";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";
import { machine, pass, runToEnd, task } from "./build-engine.ts";

async function evaluate(expression: string, input: JsonValue = {}): Promise<JsonValue | undefined> {
  const outcome = await runToEnd(machine({ P: { ...pass, Output: `{% ${expression} %}` } }), input);
  if (outcome?.status === "FAILED") throw new Error(`${outcome.error}: ${outcome.cause}`);
  return outcome?.output;
}

function load(output: unknown): void {
  loadDefinition(machine({ P: { ...pass, Output: output } }));
}

describe("functions that Step Functions adds", () => {
  test.each<[string, JsonValue]>([
    ["$partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]],
    ["$partition([], 2)", []],
    ["$range(1, 9, 2)", [1, 3, 5, 7, 9]],
    ["$range(3, 1, -1)", [3, 2, 1]],
    ["$range(0, 0, 1)", [0]],
    ["$range(1, 0, 1)", []],
    ["$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
    ["$hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["$hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["$parse('{\"a\":[1,null]}').a", [1, null]],
    ["$parse('[1,2]')", [1, 2]],
    ["$random(7) = $random(7)", true],
    ["$random() < 1 and $random() >= 0", true],
    ["$length($uuid())", 36],
    ["$uuid() = $uuid()", false],
  ])("%s", async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });

  test.each([
    "$partition([1], 0)",
    "$range(1, 2, 0)",
    "$range(0, 1000, 1)",
    "$hash('a', 'SHA-3')",
    "$parse('{')",
  ])("%s fails as an evaluation error", async (expression) => {
    await expect(evaluate(expression)).rejects.toThrow(
      /^States\.QueryEvaluationError: .*threw an error during evaluation/,
    );
  });
});

describe("what AWS does not have", () => {
  test.each<[string, string]>([
    ["$eval('1')", "uses $eval, which AWS does not have; use $parse"],
    ["$map([1], $eval)", "uses $eval"],
    ["$$.a", "uses $$, but there is no input document"],
    ["$", "reads $ at its top level"],
    ["$.a", "reads $ at its top level"],
    ["total", 'reads "total" from an input document, but there is none; use $states.input.total'],
    ["1 + total.sum", 'reads "total" from an input document'],
    ["$count(items)", 'reads "items" from an input document'],
    ["{'a': total}", 'reads "total" from an input document'],
    ["true ? total : 1", 'reads "total" from an input document'],
    ["($x := total; $x)", 'reads "total" from an input document'],
    ["*", "reads from an input document"],
    ["$states.result.a", "reads $states.result, which this field does not have (it has input, context)"],
    ["$states.errorOutput", "reads $states.errorOutput"],
    ["$states.inptu.a", "reads $states.inptu"],
    ["$states.input.a ?? 1", "does not parse as JSONata"],
    ["(1", "does not parse as JSONata: S0203"],
  ])("%s is refused at load", (expression, problem) => {
    expect(() => load({ deep: [`{% ${expression} %}`] })).toThrow(
      `State "P", field Output/deep[0]: ${problem}`,
    );
  });

  test.each<[string, JsonValue]>([
    ["$states.input.items[price > 3].name", "b"],
    ["$states.input.items[$.price > 3].price", 5],
    ["$states.input.items.(price * 2)", [4, 10]],
    ["$map($states.input.items, function($i) { $i.price })", [2, 5]],
    ["$states.input.items^(>price)[0].name", "b"],
    ["$states.input.items{name: $sum(price)}", { a: 2, b: 5 }],
    ["$count($filter($states.input.items, function($i) { $exists($i.price) }))", 2],
    ["$sum($states.input.items.price)", 7],
  ])("%s reads names inside an expression, which is allowed", async (expression, expected) => {
    const items = [
      { name: "a", price: 2 },
      { name: "b", price: 5 },
    ];
    expect(await evaluate(expression, { items })).toEqual(expected);
  });

  test("a string that opens an expression and does not close it is refused", () => {
    expect(() => load("{% 1 }")).toThrow('State "P", field Output: starts with {% but does not end with %}');
  });

  test("$states.result is there after the work of a Task, not for its Arguments", () => {
    const wrong = task("f", { Arguments: { FunctionName: "f", Payload: "{% $states.result %}" } });
    expect(() => loadDefinition(machine({ T: wrong }))).toThrow(
      'State "T", field Arguments/Payload: reads $states.result',
    );
    expect(loadDefinition(machine({ T: task("f", { Output: "{% $states.result %}" }) })).block.startAt).toBe(
      "T",
    );
  });
});

describe("results", () => {
  test("a function is no JSON value", async () => {
    await expect(evaluate("$sum")).rejects.toThrow("returned a value that JSON cannot hold (object)");
    await expect(evaluate("[function($x) { $x }]")).rejects.toThrow("returned a value that JSON cannot hold");
  });

  test("an operator's type error is told with JSONata's code", async () => {
    await expect(evaluate("$states.input.a + 1", { a: "x" })).rejects.toThrow(
      "The JSONata expression '$states.input.a + 1' specified for the field 'Output' threw an error during evaluation. " +
        'T2001: The left side of the "+" operator must evaluate to a number',
    );
  });

  test("a path to nothing is an error, also deep in an object", async () => {
    const outcome = await runToEnd(machine({ P: { ...pass, Output: { a: ["{% $states.input.none %}"] } } }));
    expect(outcome?.cause).toBe(
      "An error occurred while executing the state 'P' (entered at the event id #2). " +
        "The JSONata expression '$states.input.none' specified for the field 'Output/a[0]' returned nothing (undefined).",
    );
  });

  test("$states.input gives any JSON value back as it was", async () => {
    const seen = { runs: 0, arrays: 0, objects: 0 };
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ noUnicodeString: false }), async (input) => {
        const json = JSON.parse(JSON.stringify(input)) as JsonValue;
        seen.runs += 1;
        if (Array.isArray(json)) seen.arrays += 1;
        else if (typeof json === "object" && json !== null) seen.objects += 1;
        expect(await evaluate("$states.input", json)).toEqual(json);
      }),
      { numRuns: 300 },
    );
    console.info(`expressions: ${JSON.stringify(seen)}`);
  });
});
