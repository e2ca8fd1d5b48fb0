import type { JsonValue } from "../ledger/json-value.ts";

export interface ExecutionDescription {
  readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
}

/** The state machine `run`: Step Functions, or the interpreter of local/state-machine. */
export interface StateMachine {
  /** Idempotent by name, also after the execution ended; the second start changes nothing. Retryable: `StateMachineUnavailable`. */
  startExecution(request: {
    readonly name: string;
    readonly input: JsonValue;
  }): Promise<"started" | "already-exists">;

  /** Strongly consistent locally, within seconds on AWS; `undefined` = never started (or forgotten after 90 days). */
  describeExecution(name: string): Promise<ExecutionDescription | undefined>;

  /** Harmless to repeat: a token that was used, timed out or belongs to an ended execution answers `timed-out`. */
  sendTaskSuccess(request: {
    readonly token: string;
    readonly output: JsonValue;
  }): Promise<"accepted" | "timed-out">;
}
