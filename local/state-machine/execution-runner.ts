import type { Clock, Timer } from "../clock.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { advance, type Interpreter } from "./advance.ts";
import { readBranchRecord } from "./branch-record.ts";
import type { LoadedDefinition } from "./definition.ts";
import {
  Execution,
  isRunnable,
  type Branch,
  type ExecutionEnd,
  type Outcome,
  type TaskPhase,
} from "./execution.ts";
import { errorNames } from "./failure.ts";
import type { HistoryRecorder } from "./history.ts";
import { invokeFunction, type InvokeFunction } from "./invoke-function.ts";
import type { ExecutionRow, Journal } from "./journal.ts";
import { parseJson } from "./json-text.ts";
import { Revivals } from "./revivals.ts";
import { Waits, type Wait } from "./waits.ts";

/** Standard executions live one year at most (Step Functions quota). */
const MAX_EXECUTION_MS = 31_536_000_000;

/** The answer depends on a step that is not committed yet, or the journal cannot be read: ask again. */
export class EngineBusy extends Error {
  override readonly name = "EngineBusy";
}

/** The columns of an execution that a start writes. */
export interface StartedRow {
  readonly rowId: number;
  readonly name: string;
  readonly input: JsonValue;
  readonly startedAt: number;
}

export interface RunnerParts {
  readonly definition: LoadedDefinition;
  readonly interpreter: Interpreter;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly invoke: InvokeFunction;
  readonly record: HistoryRecorder | undefined;
  /** Whether an end stays open in the journal until somebody was told. */
  readonly keepsUntold: boolean;
  readonly onEnd: (execution: Execution, end: ExecutionEnd) => void;
  /** An execution that was read again had ended already. */
  readonly onEndFound: (row: ExecutionRow) => void;
  readonly track: (work: Promise<void>) => void;
  readonly report: (executionName: string, error: unknown) => void;
  readonly loadStoredDefinition: (id: number | null) => LoadedDefinition;
}

/** Keeps running executions in memory and moves them: advance, then write the journal, then act. */
export class ExecutionRunner {
  readonly #parts: RunnerParts;
  readonly #waits: Waits;
  readonly #executions = new Map<string, Execution>();
  readonly #limits = new Map<Execution, Timer>();
  readonly #revivals: Revivals;
  #isClosed = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#waits = new Waits(parts.clock, (wait) => this.#onDue(wait));
    this.#revivals = new Revivals(parts.clock, (rowId) => this.#revive(rowId), parts.report);
  }

  find(name: string): Execution | undefined {
    return this.#executions.get(name);
  }

  /** Begins an execution whose row has just been written. */
  start(row: StartedRow): void {
    const execution = this.#createExecution(row, this.#parts.definition);
    this.#takeUp(execution);
  }

  /** Takes up a running execution as its row and branches stand in the journal; one that cannot be read fails. */
  restore(row: ExecutionRow): void {
    const started: StartedRow = {
      rowId: row.id,
      name: row.name,
      input: parseJson(row.input),
      startedAt: row.started_at,
    };
    const branches = this.#parts.journal.listBranches(row.id);
    let execution: Execution;
    try {
      execution = this.#createExecution(started, this.#parts.loadStoredDefinition(row.definition));
      for (const { branch, record } of branches) readBranchRecord(execution, branch, record);
    } catch (error) {
      this.#parts.report(row.name, error);
      const cause = `The journal of the execution cannot be read: ${String(error)}`;
      const end: ExecutionEnd = { status: "FAILED", error: errorNames.runtime, cause };
      this.#saveEnd(this.#createExecution(started, this.#parts.definition), end);
      return;
    }
    this.#takeUp(execution);
  }

  #createExecution(row: StartedRow, definition: LoadedDefinition): Execution {
    return new Execution({ ...row, definition, record: this.#parts.record });
  }

  #takeUp(execution: Execution): void {
    this.#executions.set(execution.name, execution);
    this.#armLimit(execution);
    if (execution.branches.size === 0) {
      execution.addBranch(null, 0, execution.definition.block.startAt, execution.input);
    }
    for (const branch of execution.branches.values()) {
      if (!isRunnable(branch.phase)) this.#act(execution, branch);
      else if (!execution.runnable.includes(branch)) execution.runnable.push(branch);
    }
    this.drain(execution);
  }

  /** Works on the execution until it waits; at most one such loop runs for each. */
  drain(execution: Execution): void {
    if (execution.isAdvancing || execution.isAbandoned || execution.runnable.length === 0) return;
    this.#parts.track(this.#drainNow(execution));
  }

  /** Ends an execution from outside: stopped by somebody, or out of time. */
  end(execution: Execution, end: ExecutionEnd): void {
    execution.end = end;
    this.#finish(execution, end);
  }

  /**
   * Settles the Task that waits for the token: journalled before this returns. False = nobody waits for it any more.
   * Throws `EngineBusy` while that is not certain yet.
   */
  settleByToken(token: string, outcome: Outcome): boolean {
    const wait = this.#waits.findByToken(token) ?? this.#findAfterRevival(token);
    if (wait === undefined || wait.phase.kind !== "task") return false;
    const { execution, branch, phase } = wait;
    if (this.#parts.clock.now() >= phase.deadlineAt) return false;
    if (branch.phase !== phase || !execution.has(branch) || execution.isAbandoned) {
      throw new EngineBusy(`Execution ${execution.name} is moving on right now; send the result again.`);
    }
    branch.phase = { kind: "settled", outcome };
    try {
      this.#parts.journal.saveBranch(execution, branch);
    } catch (error) {
      branch.phase = phase;
      throw error;
    }
    this.#waits.release(branch);
    execution.runnable.push(branch);
    this.drain(execution);
    return true;
  }

  /** Starts nothing from now on; what is under way is still journalled. */
  close(): void {
    this.#isClosed = true;
    this.#waits.stopTimers();
    this.#revivals.stop();
    for (const timer of this.#limits.values()) timer.cancel();
  }

  /** Never rejects. Between its last look at the queue and its end nothing is awaited, so no wake-up is lost. */
  async #drainNow(execution: Execution): Promise<void> {
    execution.isAdvancing = true;
    try {
      while (execution.runnable.length > 0) {
        await advance(this.#parts.interpreter, execution);
        if (execution.isAbandoned) return;
        if (execution.end !== undefined) return this.#finish(execution, execution.end);
        this.#parts.journal.saveChanges(execution);
        const { touched, removed } = takeChanges(execution);
        for (const branch of removed) this.#waits.release(branch);
        for (const branch of touched) this.#act(execution, branch);
      }
    } catch (error) {
      this.#suspend(execution, error);
    } finally {
      execution.isAdvancing = false;
    }
  }

  /** Starts what a committed branch waits for. */
  #act(execution: Execution, branch: Branch): void {
    if (this.#isClosed) return;
    this.#waits.arm(execution, branch);
    const { phase } = branch;
    if (phase.kind !== "task" || phase.submitted || this.#parts.clock.now() >= phase.deadlineAt) return;
    this.#parts.track(this.#invoke(execution, branch, phase));
  }

  async #invoke(execution: Execution, branch: Branch, phase: TaskPhase): Promise<void> {
    const outcome = await invokeFunction(this.#parts.invoke, phase);
    if (branch.phase !== phase || !execution.has(branch) || execution.isAbandoned) return;
    if (phase.token === null || outcome.kind !== "succeeded") {
      execution.setPhase(branch, { kind: "settled", outcome });
      this.drain(execution);
      return;
    }
    try {
      // From here on only the token counts: the function is not called again, and its payload is not needed.
      branch.phase = { ...phase, payload: null, submitted: true };
      execution.addUncheckedEvent("TaskSubmitted");
      this.#parts.journal.saveBranch(execution, branch);
      this.#act(execution, branch);
    } catch (error) {
      this.#suspend(execution, error);
    }
  }

  #onDue({ execution, branch, phase }: Wait): void {
    if (branch.phase !== phase || !execution.has(branch) || execution.isAbandoned) return;
    if (phase.kind === "task")
      execution.setPhase(branch, { kind: "settled", outcome: { kind: "timed-out" } });
    if (phase.kind === "waiting") execution.setPhase(branch, { kind: "waited" });
    if (phase.kind === "backing-off") execution.setPhase(branch, { kind: "retrying" });
    this.drain(execution);
  }

  #finish(execution: Execution, end: ExecutionEnd): void {
    try {
      this.#saveEnd(execution, end);
    } catch (error) {
      this.#suspend(execution, error);
      throw error;
    }
    this.#forget(execution);
  }

  #saveEnd(execution: Execution, end: ExecutionEnd): void {
    const { journal, clock, keepsUntold, onEnd } = this.#parts;
    journal.saveEnd(execution, end, clock.now(), keepsUntold);
    onEnd(execution, end);
  }

  #forget(execution: Execution): void {
    execution.isAbandoned = true;
    this.#executions.delete(execution.name);
    this.#waits.releaseAll(execution);
    this.#limits.get(execution)?.cancel();
    this.#limits.delete(execution);
  }

  #armLimit(execution: Execution): void {
    const { timeoutSeconds } = execution.definition;
    const limitMs =
      timeoutSeconds === undefined ? MAX_EXECUTION_MS : Math.min(timeoutSeconds * 1000, MAX_EXECUTION_MS);
    const timer = this.#parts.clock.setTimer(execution.startedAt + limitMs, () => {
      if (execution.isAbandoned) return;
      execution.addUncheckedEvent("ExecutionTimedOut");
      try {
        this.end(execution, { status: "TIMED_OUT", error: errorNames.timeout });
      } catch {
        // Suspended and reported; its limit is armed again when it is read again.
      }
    });
    this.#limits.set(execution, timer);
  }

  /** The journal could not be written: memory is ahead of it, so memory is dropped and read again after a pause. */
  #suspend(execution: Execution, error: unknown): void {
    if (execution.isAbandoned) return;
    this.#forget(execution);
    this.#parts.report(execution.name, error);
    if (!this.#isClosed) this.#revivals.add(execution.rowId);
  }

  #revive(rowId: number): void {
    const row = this.#parts.journal.readExecution(rowId);
    if (row?.status === "RUNNING") this.restore(row);
    else if (row !== undefined) this.#parts.onEndFound(row);
  }

  /** A suspended execution may be the one that waits for a token. */
  #findAfterRevival(token: string): Wait | undefined {
    if (this.#revivals.areEmpty) return undefined;
    try {
      this.#revivals.reviveAllNow();
    } catch (error) {
      throw new EngineBusy("The journal cannot be read; send the result again.", { cause: error });
    }
    return this.#waits.findByToken(token);
  }
}

function takeChanges(execution: Execution): {
  readonly touched: readonly Branch[];
  readonly removed: readonly Branch[];
} {
  const changes = { touched: [...execution.touched], removed: [...execution.removed] };
  execution.touched.clear();
  execution.removed.clear();
  return changes;
}
