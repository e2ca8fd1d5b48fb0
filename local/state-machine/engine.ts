/**
 * The interpreter of Step Functions definitions behind the embedded default: it runs a synthesized definition
 * (JSONata only) in this process, on the application's own SQLite database, without changing it.
 *
 * How it survives kill -9 at any moment. An execution is a tree of branches: its own, and one for each iteration of a
 * Map. The journal has one row per execution and, while it runs, one row per branch that says what the branch does.
 * A branch is moved in memory until it waits for something outside; then everything that changed is written in one
 * transaction; only then is a function invoked or a timer set. So whatever happens outside was written down before,
 * and `recover` finds each branch where it was:
 * - A finished Task is never computed again: its result is in the input or the variables of where the branch is now.
 * - A function that was running when the process died is invoked again, with the same payload and the same task token.
 *   Nobody can know how far it came, so functions must be safe to repeat, as on AWS.
 * - A token wait whose function had returned is only waited for; its token stays the same.
 * - Timeouts, Wait states and pauses before a retry are stored as absolute times and armed again; what is overdue
 *   happens at once.
 * - The end of an execution is told to `onStatusChange` until it takes it, at least once.
 * A running execution keeps the definition it was started with. When a write to the journal fails, the execution is
 * dropped from memory and read from the journal again, so memory never runs ahead of the disk.
 *
 * Differences from AWS: inline Map only; no Parallel, no activities, no heartbeats; history is counted, not kept;
 * `$random(seed)` gives other numbers. What the interpreter does not know is refused by `loadDefinition`.
 */
import type { DatabaseSync } from "node:sqlite";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { Clock } from "../clock.ts";
import type { LoadedDefinition } from "./definition.ts";
import type { EndStatus, Execution, ExecutionEnd, Outcome } from "./execution.ts";
import { EngineBusy, ExecutionRunner } from "./execution-runner.ts";
import { MAX_PAYLOAD_BYTES } from "./failure.ts";
import type { HistoryRecorder } from "./history.ts";
import type { InvokeFunction } from "./invoke-function.ts";
import { createJournal, type Journal } from "./journal.ts";
import { countBytes, parseJson } from "./json-text.ts";
import { loadDefinition } from "./load-definition.ts";
import { isWellFormedToken } from "./task-tokens.ts";
import { StatusTeller, type OnStatusChange } from "./tell-status.ts";

export interface EngineParts {
  readonly machineName: string;
  readonly definition: LoadedDefinition;
  /** Shared with the application; the engine's tables are named `engine_*`. */
  readonly database: DatabaseSync;
  readonly invoke: InvokeFunction;
  readonly clock: Clock;
  readonly onStatusChange?: OnStatusChange;
  /** Hears of writes that failed and of listeners that threw; the engine tries again by itself. Default: a process warning. */
  readonly onProblem?: (problem: { readonly executionName: string; readonly error: unknown }) => void;
  /** 0 <= n < 1, for the jitter of retries. */
  readonly random?: () => number;
  /** Sees history events as AWS would list them; for the case runner. */
  readonly recordHistory?: HistoryRecorder;
}

export interface ExecutionDescription {
  readonly status: "RUNNING" | EndStatus;
  readonly input: JsonValue;
  readonly output?: JsonValue;
  readonly error?: string;
  readonly cause?: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly stoppedAt?: number;
  /** States entered so far. */
  readonly transitions: number;
}

const executionName = /^[\w.-]{1,80}$/;

/** `task-timed-out` also for a token that was used or whose execution ended; `invalid-token` for what is no token. */
export type TokenAnswer = "accepted" | "task-timed-out" | "invalid-token";

export interface Engine {
  /** Takes up what the journal has; call it once, before anything else. */
  recover(): void;
  /** Durable when it returns. Idempotent by name, also after the execution ended; names have 1-80 characters. */
  startExecution(request: { readonly name: string; readonly input: JsonValue }): "started" | "already-exists";
  /** Durable when it returns. Throws `EngineBusy` in the rare moment when the answer is not certain: send again. */
  sendTaskSuccess(request: { readonly token: string; readonly output: JsonValue }): TokenAnswer;
  sendTaskFailure(request: {
    readonly token: string;
    readonly error: string;
    readonly cause: string;
  }): TokenAnswer;
  describeExecution(name: string): ExecutionDescription | undefined;
  /** Ends the execution as ABORTED; no Catch sees it. Functions that run are not interrupted, their results are dropped. */
  stopExecution(name: string, error: string, cause: string): "stopped" | "not-running";
  /** Stops timers and waits for functions that run; what they answer is still journalled. */
  close(): Promise<void>;
}

/** Creates the engine of one state machine and its tables; nothing runs before `recover`. */
export function createEngine(parts: EngineParts): Engine {
  return new LocalEngine(parts);
}

class LocalEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #journal: Journal;
  readonly #runner: ExecutionRunner;
  readonly #teller: StatusTeller | undefined;
  /** Everything asynchronous that is under way; nothing in it rejects. */
  readonly #work = new Set<Promise<void>>();
  #state: "created" | "open" | "closed" = "created";

  constructor(parts: EngineParts) {
    const { machineName, clock, definition, onStatusChange: listener } = parts;
    const journal = createJournal(parts.database, machineName, definition.source);
    const track = (work: Promise<void>) => this.#track(work);
    const report = (executionName: string, error: unknown) => this.#report(executionName, error);
    this.#parts = parts;
    this.#journal = journal;
    this.#teller =
      listener === undefined
        ? undefined
        : new StatusTeller({ machineName, journal, clock, listener, track, report });
    this.#runner = new ExecutionRunner({
      interpreter: { machineName, clock, random: parts.random ?? Math.random },
      definition,
      journal,
      clock,
      invoke: parts.invoke,
      record: parts.recordHistory,
      keepsUntold: listener !== undefined,
      onEnd: (execution, end) => this.#tellEnd(execution, end),
      onEndFound: (row) => this.#teller?.tellStored(row),
      track,
      report,
      loadStoredDefinition: (id) => this.#loadStoredDefinition(id),
    });
  }

  recover(): void {
    if (this.#state !== "created")
      throw new Error(`Engine "${this.#parts.machineName}" has recovered already.`);
    this.#state = "open";
    for (const row of this.#journal.listOpen()) {
      if (row.status === "RUNNING") this.#runner.restore(row);
      else this.#teller?.tellStored(row);
    }
  }

  startExecution({
    name,
    input,
  }: {
    readonly name: string;
    readonly input: JsonValue;
  }): "started" | "already-exists" {
    this.#requireRecovered();
    if (this.#state === "closed") throw new Error(`Engine "${this.#parts.machineName}" is closed.`);
    if (!executionName.test(name)) {
      throw new RangeError(`"${name}" is no execution name: use 1-80 of A-Z a-z 0-9 . _ -`);
    }
    requireSize(input, "input");
    const startedAt = this.#parts.clock.now();
    const rowId = this.#journal.insertExecution({ name, input: JSON.stringify(input), startedAt });
    if (rowId === undefined) return "already-exists";
    this.#runner.start({ rowId, name, input, startedAt });
    return "started";
  }

  sendTaskSuccess({ token, output }: { readonly token: string; readonly output: JsonValue }): TokenAnswer {
    requireSize(output, "output");
    return this.#sendOutcome(token, { kind: "succeeded", output });
  }

  sendTaskFailure({
    token,
    error,
    cause,
  }: {
    readonly token: string;
    readonly error: string;
    readonly cause: string;
  }): TokenAnswer {
    if (error.length > 256 || cause.length > 32_768) {
      throw new RangeError("An error may have 256 characters, a cause 32,768.");
    }
    return this.#sendOutcome(token, { kind: "failed", error, cause });
  }

  describeExecution(name: string): ExecutionDescription | undefined {
    const row = this.#journal.findExecution(name);
    if (row === undefined) return undefined;
    return {
      status: row.status,
      input: parseJson(row.input),
      ...(row.output === null ? {} : { output: parseJson(row.output) }),
      ...(row.error === null ? {} : { error: row.error }),
      ...(row.cause === null ? {} : { cause: row.cause }),
      startedAt: row.started_at,
      ...(row.stopped_at === null ? {} : { stoppedAt: row.stopped_at }),
      transitions: this.#runner.find(name)?.transitions ?? row.transitions,
    };
  }

  stopExecution(name: string, error: string, cause: string): "stopped" | "not-running" {
    this.#requireRecovered();
    const execution = this.#runner.find(name);
    if (execution !== undefined) {
      execution.addUncheckedEvent("ExecutionAborted");
      this.#runner.end(execution, { status: "ABORTED", error, cause });
      return "stopped";
    }
    if (this.#journal.findExecution(name)?.status !== "RUNNING") return "not-running";
    throw new EngineBusy(`Execution ${name} is being read from the journal again; stop it again.`);
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#runner.close();
    this.#teller?.stop();
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  #sendOutcome(token: string, outcome: Outcome): TokenAnswer {
    this.#requireRecovered();
    if (!isWellFormedToken(token)) return "invalid-token";
    return this.#runner.settleByToken(token, outcome) ? "accepted" : "task-timed-out";
  }

  #requireRecovered(): void {
    if (this.#state !== "created") return;
    throw new Error(
      `Engine "${this.#parts.machineName}" has not recovered: call recover() once after creating it.`,
    );
  }

  #tellEnd({ rowId, name, input }: Execution, { status, error, cause }: ExecutionEnd): void {
    this.#teller?.tell(rowId, {
      executionName: name,
      machineName: this.#parts.machineName,
      status,
      input,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #loadStoredDefinition(id: number | null): LoadedDefinition {
    const source = id === null ? undefined : this.#journal.readDefinition(id);
    const { definition } = this.#parts;
    return source === undefined || source === definition.source
      ? definition
      : loadDefinition(JSON.parse(source));
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    const forget = () => this.#work.delete(work);
    work.then(forget, forget);
  }

  #report(name: string, error: unknown): void {
    const { onProblem } = this.#parts;
    if (onProblem !== undefined) onProblem({ executionName: name, error });
    else process.emitWarning(`Execution ${name}: ${String(error)}; trying again.`, "StateMachineEngine");
  }
}

function requireSize(value: JsonValue, what: string): void {
  const bytes = countBytes(value);
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new RangeError(`The ${what} has ${bytes} bytes; ${MAX_PAYLOAD_BYTES} are allowed.`);
  }
}
