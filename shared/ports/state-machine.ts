import type { JsonValue } from "../ledger/json-value.ts";

export interface ExecutionDescription {
  readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
}

/** The state machine `run`: Step Functions, or the interpreter of local/state-machine. */
export interface StateMachine {
  /**
   * Idempotent by name, also after the execution ended: a second start changes nothing. `already-exists` says that this
   * call started nothing; `started` says less, because Step Functions gives it again to whoever repeats a start with the
   * same input while the execution runs. Retryable: `StateMachineUnavailable`.
   */
  startExecution(request: {
    readonly name: string;
    readonly input: JsonValue;
  }): Promise<"started" | "already-exists">;

  /** Strongly consistent locally, within seconds on AWS; `undefined` = never started (or forgotten after 90 days). */
  describeExecution(name: string): Promise<ExecutionDescription | undefined>;

  /**
   * Harmless to repeat: a token that was used, timed out or belongs to an ended execution answers `timed-out`, so after a
   * lost answer the repetition may say so of a token that this very call used. What never was a token is never accepted:
   * `InvariantBroken` where the engine can tell. Retryable: `StateMachineUnavailable`.
   */
  sendTaskSuccess(request: {
    readonly token: string;
    readonly output: JsonValue;
  }): Promise<"accepted" | "timed-out">;
}
