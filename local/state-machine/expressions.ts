import jsonata from "jsonata";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { EvaluationFailure } from "./failure.ts";
import { inspectExpression, type StatesField } from "./inspect-expression.ts";
import { stepFunctionsFunctions } from "./jsonata-functions.ts";

/** A JSONata string of a definition; `field` is where it stands, such as `Output/result` or `Choices[0]/Condition`. */
export interface Expression {
  readonly text: string;
  readonly field: string;
  readonly compiled: jsonata.Expression;
}

/** What an expression may read. `nowMillis` is what `$now()` and `$millis()` tell. */
export interface Bindings {
  readonly variables: Readonly<Record<string, JsonValue>>;
  readonly states: Readonly<Record<string, JsonValue>>;
  readonly nowMillis: number;
}

/** Compiling takes a hundred times as long as evaluating; the same text stands in a definition many times. */
const compiledByText = new Map<string, jsonata.Expression>();

const formatTime = jsonata("$fromMillis($millis, $picture, $timezone)");

/** The text between `{%` and `%}`, or undefined for any other string. */
export function readJsonataString(value: string): string | undefined {
  return value.length >= 4 && value.startsWith("{%") && value.endsWith("%}")
    ? value.slice(2, -2).trim()
    : undefined;
}

/** Compiles once per text; throws an Error that says what is wrong with the expression. */
export function compileExpression(text: string, field: string, readable: readonly StatesField[]): Expression {
  let compiled = compiledByText.get(text);
  if (compiled === undefined) {
    try {
      compiled = jsonata(text);
    } catch (error) {
      throw new Error(`does not parse as JSONata: ${describeJsonataError(error)}`, { cause: error });
    }
    for (const [name, implementation] of Object.entries(stepFunctionsFunctions))
      compiled.assign(name, implementation);
    compiledByText.set(text, compiled);
  }
  const objection = inspectExpression(compiled.ast(), readable);
  if (objection !== undefined) throw new Error(objection);
  return { text, field, compiled };
}

/** Evaluates to a JSON value; throws `EvaluationFailure` for undefined, functions and errors. */
export async function evaluateExpression(expression: Expression, bindings: Bindings): Promise<JsonValue> {
  const { nowMillis } = bindings;
  let result: unknown;
  try {
    // No input document: JSONata of the States language reads variables only.
    result = await expression.compiled.evaluate(undefined, {
      ...bindings.variables,
      states: bindings.states,
      millis: () => nowMillis,
      now: (picture?: string, timezone?: string) =>
        formatTime.evaluate(undefined, { millis: nowMillis, picture, timezone }),
    });
  } catch (error) {
    throw new EvaluationFailure(
      `${describe(expression)} threw an error during evaluation. ${describeJsonataError(error)}`,
    );
  }
  if (result === undefined)
    throw new EvaluationFailure(`${describe(expression)} returned nothing (undefined).`);
  return toJson(result, expression);
}

/** The wording for a value of the wrong type, with the value cut short. */
export function wrongType(expression: Expression, expected: string, value: JsonValue): EvaluationFailure {
  return new EvaluationFailure(
    `${describe(expression)} returned an unexpected result type. ` +
      `Expected '${expected}', but was '${typeOf(value)}' for value: ${JSON.stringify(value).slice(0, 1024)}`,
  );
}

/** JSON's own six types. */
export function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function describe(expression: Expression): string {
  return `The JSONata expression '${expression.text}' specified for the field '${expression.field}'`;
}

/** Copies, so that JSONata's marked arrays (sequences) and shared references stay out of the journal. */
function toJson(value: unknown, expression: Expression): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item) => toJson(item, expression));
  if (typeof value === "object" && isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item, expression)]));
  }
  throw new EvaluationFailure(
    `${describe(expression)} returned a value that JSON cannot hold (${typeof value}).`,
  );
}

function isPlainObject(value: object): boolean {
  // JSONata's functions and regular expressions are objects of its own; lambdas carry a marker.
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    !("_jsonata_lambda" in value) &&
    !("_jsonata_function" in value)
  );
}

/** JSONata throws plain objects with `code` and `message`. */
function describeJsonataError(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const message = "message" in error && typeof error.message === "string" ? error.message : "unknown error";
  return "code" in error && typeof error.code === "string" ? `${error.code}: ${message}` : message;
}
