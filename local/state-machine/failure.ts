/** Largest JSON text, in UTF-8 bytes, of an input, output, result or variable (Step Functions quota: 256 KiB). */
export const MAX_PAYLOAD_BYTES = 262_144;

/** Events an execution may have before Step Functions fails it (quota: 25,000). */
export const MAX_HISTORY_EVENTS = 25_000;

/** Errors of the States language that this interpreter raises. */
export const errorNames = {
  timeout: "States.Timeout",
  runtime: "States.Runtime",
  dataLimitExceeded: "States.DataLimitExceeded",
  queryEvaluationError: "States.QueryEvaluationError",
} as const;

/** A JSONata field that gave nothing, the wrong type or an error; `message` is AWS's wording without the state. */
export class EvaluationFailure extends Error {
  override readonly name = "EvaluationFailure";
}

/** Why a state, an iteration or an execution failed; `errorName` is null only after a Fail state without Error. */
export class StateFailure extends Error {
  override readonly name = "StateFailure";
  readonly errorName: string | null;
  readonly causeText: string | null;

  constructor(errorName: string | null, causeText: string | null) {
    super(errorName ?? "a Fail state without Error");
    this.errorName = errorName;
    this.causeText = causeText;
  }
}

/** The execution would get a history event more than Step Functions keeps; no Catch can help it. */
export class HistoryFull extends Error {
  override readonly name = "HistoryFull";
}

/** `States.DataLimitExceeded`, in AWS's words; `place` is a state's name or `lambda`. */
export function dataLimitExceeded(place: string): StateFailure {
  return new StateFailure(
    errorNames.dataLimitExceeded,
    `The state/task '${place}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** What a Catch sees as `$states.errorOutput`, and its default output. */
export function toErrorOutput(failure: StateFailure): { readonly Error: string; readonly Cause: string } {
  return { Error: failure.errorName ?? "", Cause: failure.causeText ?? "" };
}

/**
 * Whether one `ErrorEquals` list matches. `States.Runtime` always fails the execution; the wildcards `States.ALL` and
 * `States.TaskFailed` do not match `States.DataLimitExceeded`, and `States.TaskFailed` does not match `States.Timeout`
 * (Step Functions developer guide, "Handling errors"). Where AWS was seen to be more lenient, the documented rule is
 * kept: an execution that fails is adopted, one that goes on by mistake is not noticed.
 */
export function matchesError(errorEquals: readonly string[], failure: StateFailure): boolean {
  const { errorName } = failure;
  if (errorName === errorNames.runtime) return false;
  if (errorName !== null && errorEquals.includes(errorName)) return true;
  if (errorName === errorNames.dataLimitExceeded) return false;
  if (errorEquals.includes("States.ALL")) return true;
  return errorEquals.includes("States.TaskFailed") && errorName !== errorNames.timeout;
}
