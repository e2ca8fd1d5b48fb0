import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { TaskState } from "./definition.ts";
import type { Outcome, TaskPhase } from "./execution.ts";
import { dataLimitExceeded, errorNames, MAX_PAYLOAD_BYTES, StateFailure } from "./failure.ts";
import { countBytes } from "./json-text.ts";
import { evaluateTemplate } from "./payload-template.ts";
import { bind, checkSize, evaluateInteger, type StateRun } from "./state-run.ts";
import { createTaskToken } from "./task-tokens.ts";

/** Evaluates what the function gets. Each entry and each retry of a token wait makes a new token, as on AWS. */
export async function scheduleTask(run: StateRun, state: TaskState): Promise<TaskPhase> {
  const token = state.waitsForToken ? createTaskToken() : null;
  const bindings = bind(run, {}, { token });
  const timeoutSeconds = await evaluateInteger(state.timeoutSeconds, bindings);
  const taskArguments = await evaluateTemplate(state.arguments, bindings);
  checkSize(taskArguments, state.name);
  const { functionName, payload } = readArguments(taskArguments);
  run.execution.addEvent("TaskScheduled", null);
  run.execution.addEvent("TaskStarted", null);
  const deadlineAt = run.now + timeoutSeconds * 1000;
  return { kind: "task", functionName, payload, deadlineAt, token, submitted: false };
}

/** The Task's result, or the failure that it ended with. */
export function readTaskResult(run: StateRun, outcome: Outcome): JsonValue {
  switch (outcome.kind) {
    case "succeeded":
      if (countBytes(outcome.output) > MAX_PAYLOAD_BYTES) {
        run.execution.addEvent("TaskFailed", null);
        throw dataLimitExceeded("lambda");
      }
      run.execution.addEvent("TaskSucceeded", null);
      return outcome.output;
    case "failed":
      run.execution.addEvent("TaskFailed", null);
      throw new StateFailure(outcome.error, outcome.cause);
    case "timed-out":
      run.execution.addEvent("TaskTimedOut", null);
      throw new StateFailure(errorNames.timeout, null);
  }
}

/** The result object of the `lambda:invoke` integration, without the SDK's metadata. */
export function wrapLambdaResult(payload: JsonValue): JsonValue {
  return { ExecutedVersion: "$LATEST", Payload: payload, StatusCode: 200 };
}

/** An ARN's or a name's own part: `arn:aws:lambda:local:000000000000:function:end-run:live` is `end-run`. */
export function toLocalFunctionName(functionName: string): string {
  const marker = ":function:";
  const start = functionName.lastIndexOf(marker);
  const qualified = start === -1 ? functionName : functionName.slice(start + marker.length);
  return qualified.split(":", 1)[0] ?? qualified;
}

function readArguments(value: JsonValue): { readonly functionName: string; readonly payload: JsonValue } {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const members = new Map<string, JsonValue>(isObject ? Object.entries(value) : []);
  const functionName = members.get("FunctionName");
  const strange = [...members.keys()].find((name) => name !== "FunctionName" && name !== "Payload");
  if (typeof functionName !== "string" || strange !== undefined) {
    throw new StateFailure(
      errorNames.runtime,
      strange === undefined
        ? "The Arguments of a lambda:invoke Task must be an object with a string FunctionName."
        : `The Arguments of a lambda:invoke Task have "${strange}"; the local engine knows FunctionName and Payload.`,
    );
  }
  return { functionName: toLocalFunctionName(functionName), payload: members.get("Payload") ?? {} };
}
