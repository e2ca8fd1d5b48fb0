import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { Outcome, TaskPhase } from "./execution.ts";
import { parseJson } from "./json-text.ts";
import { wrapLambdaResult } from "./run-task.ts";

/** One call of a function; `deadlineAt` is when the Task times out, in epoch milliseconds. */
export interface Invocation {
  readonly functionName: string;
  readonly payload: unknown;
  readonly deadlineAt: number;
}

/** Runs a local Lambda function. What it throws fails the Task with the error's `name`, as Node's Lambda runtime does. */
export type InvokeFunction = (invocation: Invocation) => Promise<unknown>;

/** Never rejects: a function that throws is an outcome. */
export async function invokeFunction(invoke: InvokeFunction, phase: TaskPhase): Promise<Outcome> {
  const { functionName, deadlineAt } = phase;
  try {
    // The function gets a copy, so that it cannot change what the engine holds.
    const payload: unknown = JSON.parse(JSON.stringify(phase.payload));
    const result = await invoke({ functionName, payload, deadlineAt });
    return { kind: "succeeded", output: wrapLambdaResult(serialize(result)) };
  } catch (error) {
    return describeThrown(error);
  }
}

/** What JSON makes of a function's answer; `undefined` is null, as in Lambda. */
function serialize(result: unknown): JsonValue {
  const text = JSON.stringify(result ?? null);
  return typeof text === "string" ? parseJson(text) : null;
}

function describeThrown(thrown: unknown): Outcome {
  const errorType = thrown instanceof Error && thrown.name !== "" ? thrown.name : "Error";
  const errorMessage = thrown instanceof Error ? thrown.message : String(thrown);
  return { kind: "failed", error: errorType, cause: JSON.stringify({ errorType, errorMessage, trace: [] }) };
}
