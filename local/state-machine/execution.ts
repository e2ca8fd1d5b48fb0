import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { LoadedDefinition } from "./definition.ts";
import { HistoryFull, MAX_HISTORY_EVENTS } from "./failure.ts";
import type { HistoryRecorder } from "./history.ts";

/** How the work of a Task, or the iterations of a Map, ended. `error` is null after a Fail state without Error. */
export type Outcome =
  | { readonly kind: "succeeded"; readonly output: JsonValue }
  | { readonly kind: "failed"; readonly error: string | null; readonly cause: string | null }
  | { readonly kind: "timed-out" };

/** A Task whose function was, or is about to be, invoked. */
export interface TaskPhase {
  readonly kind: "task";
  readonly functionName: string;
  /** Null once it is not needed again: the function returned, and only the token is waited for. */
  readonly payload: JsonValue;
  readonly deadlineAt: number;
  readonly token: string | null;
  /** The function that was given the token has returned; it is not invoked again. */
  readonly submitted: boolean;
}

/** What a branch does now. The first four can be worked on at once, the others wait for something outside. */
export type Phase =
  | { readonly kind: "ready" }
  | { readonly kind: "retrying" }
  | { readonly kind: "settled"; readonly outcome: Outcome }
  | { readonly kind: "waited" }
  | TaskPhase
  | { readonly kind: "waiting"; readonly until: number }
  | { readonly kind: "backing-off"; readonly until: number }
  | { readonly kind: "mapping"; readonly items: readonly JsonValue[]; readonly concurrency: number }
  | { readonly kind: "done"; readonly output: JsonValue };

/** One line of control: the execution's own (id 0), or one iteration of a Map. A row of the journal. */
export interface Branch {
  readonly id: number;
  readonly parent: Branch | null;
  /** Which item of the parent's Map it works on; 0 for the root. */
  readonly index: number;
  /** Its iterations so far, by index, while it is in a Map state. */
  readonly children: Branch[];
  state: string;
  input: JsonValue;
  /** Variables of its own scope; those of the parents are read through `parent`. */
  variables: Readonly<Record<string, JsonValue>>;
  enteredAt: number;
  enteredEventId: number;
  /** Retries so far by each Retrier of the state, and all of them together. */
  retriesByRetrier: readonly number[];
  retryCount: number;
  /** Replaced, never changed in place: timers and invocations compare it to see whether they still matter. */
  phase: Phase;
}

export type EndStatus = "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export interface ExecutionEnd {
  readonly status: EndStatus;
  readonly output?: JsonValue;
  readonly error?: string;
  readonly cause?: string;
}

/** A running execution in memory. The journal is the truth: after a failed write it is dropped and read again. */
export class Execution {
  readonly rowId: number;
  readonly name: string;
  readonly input: JsonValue;
  readonly startedAt: number;
  readonly definition: LoadedDefinition;
  readonly branches = new Map<number, Branch>();
  /** Branches that can be worked on, in order. */
  readonly runnable: Branch[] = [];
  /** Changes since the last commit. */
  readonly touched = new Set<Branch>();
  readonly removed = new Set<Branch>();
  eventCount = 0;
  /** State entries so far, which is what Step Functions bills. */
  transitions = 0;
  end: ExecutionEnd | undefined;
  /** True while a drain loop works on it, so that there is never more than one. */
  isAdvancing = false;
  /** Dropped from memory: what still refers to it must do nothing. */
  isAbandoned = false;
  readonly #record: HistoryRecorder | undefined;
  #nextBranchId = 0;

  constructor(parts: {
    readonly rowId: number;
    readonly name: string;
    readonly input: JsonValue;
    readonly startedAt: number;
    readonly definition: LoadedDefinition;
    readonly record: HistoryRecorder | undefined;
  }) {
    this.rowId = parts.rowId;
    this.name = parts.name;
    this.input = parts.input;
    this.startedAt = parts.startedAt;
    this.definition = parts.definition;
    this.#record = parts.record;
  }

  /** Adds a branch that is about to enter the first state of its block. */
  addBranch(parent: Branch | null, index: number, startAt: string, input: JsonValue): Branch {
    const branch: Branch = {
      id: this.#nextBranchId,
      parent,
      index,
      children: [],
      state: startAt,
      input,
      variables: {},
      enteredAt: 0,
      enteredEventId: 0,
      retriesByRetrier: [],
      retryCount: 0,
      phase: { kind: "ready" },
    };
    this.adopt(branch);
    this.touched.add(branch);
    this.runnable.push(branch);
    return branch;
  }

  /** Takes in a branch as it was read from the journal; parents come before their children. */
  adopt(branch: Branch): void {
    this.branches.set(branch.id, branch);
    branch.parent?.children.push(branch);
    this.#nextBranchId = Math.max(this.#nextBranchId, branch.id + 1);
  }

  setPhase(branch: Branch, phase: Phase): void {
    branch.phase = phase;
    this.touched.add(branch);
    if (isRunnable(phase)) this.runnable.push(branch);
  }

  /** False for an iteration whose Map has failed meanwhile. */
  has(branch: Branch): boolean {
    return this.branches.get(branch.id) === branch;
  }

  /** Ends what a Map's iterations do, deepest first, and forgets them. */
  removeChildren(branch: Branch): void {
    for (const child of branch.children) {
      this.removeChildren(child);
      this.branches.delete(child.id);
      this.touched.delete(child);
      this.removed.add(child);
    }
    branch.children.length = 0;
  }

  /** Counts an event. Throws `HistoryFull` when only the event that ends the execution would still fit. */
  addEvent(type: string, state: string | null): number {
    if (this.eventCount >= MAX_HISTORY_EVENTS - 1) throw new HistoryFull();
    return this.#append(type, state);
  }

  /** For the event that ends the execution, and for those that come from outside of a step; always has room. */
  addUncheckedEvent(type: string): void {
    this.#append(type, null);
  }

  #append(type: string, state: string | null): number {
    this.eventCount += 1;
    this.#record?.(this.name, { id: this.eventCount, type, state });
    return this.eventCount;
  }
}

/** Whether a branch in this phase can be worked on without waiting for anything outside. */
export function isRunnable(phase: Phase): boolean {
  return (
    phase.kind === "ready" || phase.kind === "retrying" || phase.kind === "settled" || phase.kind === "waited"
  );
}

/** The states a branch moves in: those of the machine, or of the Map its parent is in. */
export function blockOf(execution: Execution, branch: Branch): LoadedDefinition["block"] {
  if (branch.parent === null) return execution.definition.block;
  const map = blockOf(execution, branch.parent).states.get(branch.parent.state);
  if (map?.type !== "Map") {
    throw new Error(
      `Execution ${execution.name}: branch ${branch.id} is an iteration of "${branch.parent.state}", which is no Map.`,
    );
  }
  return map.processor;
}

/** All variables a branch can read, inner ones over outer ones. */
export function readVariables(branch: Branch): Readonly<Record<string, JsonValue>> {
  return branch.parent === null ? branch.variables : { ...readVariables(branch.parent), ...branch.variables };
}
