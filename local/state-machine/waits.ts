import { assertNever } from "../../shared/domain/assert-never.ts";
import type { Clock, Timer } from "../clock.ts";
import type { Branch, Execution, Phase } from "./execution.ts";

/** A branch and the phase in which something outside may settle it. */
export interface Wait {
  readonly execution: Execution;
  readonly branch: Branch;
  readonly phase: Phase;
}

interface ArmedWait extends Wait {
  readonly timer: Timer;
  readonly token: string | null;
}

/**
 * The waits that are committed to the journal, in memory: timers by branch, and branches by task token. Derived from
 * the phases, so it is never stored; a timer that fires for a phase that has passed does nothing.
 */
export class Waits {
  readonly #clock: Clock;
  readonly #onDue: (wait: Wait) => void;
  readonly #byBranch = new Map<Branch, ArmedWait>();
  readonly #byToken = new Map<string, ArmedWait>();

  constructor(clock: Clock, onDue: (wait: Wait) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Arms what the branch's phase waits for, in place of what was armed for it before. */
  arm(execution: Execution, branch: Branch): void {
    this.release(branch);
    const { phase } = branch;
    const dueAt = readDueTime(phase);
    if (dueAt === undefined) return;
    const token = phase.kind === "task" ? phase.token : null;
    const timer = this.#clock.setTimer(dueAt, () => this.#onDue({ execution, branch, phase }));
    const wait: ArmedWait = { execution, branch, phase, timer, token };
    this.#byBranch.set(branch, wait);
    if (token !== null) this.#byToken.set(token, wait);
  }

  release(branch: Branch): void {
    const wait = this.#byBranch.get(branch);
    if (wait === undefined) return;
    wait.timer.cancel();
    this.#byBranch.delete(branch);
    if (wait.token !== null) this.#byToken.delete(wait.token);
  }

  releaseAll(execution: Execution): void {
    for (const branch of [...execution.branches.values(), ...execution.removed]) this.release(branch);
  }

  findByToken(token: string): Wait | undefined {
    return this.#byToken.get(token);
  }

  /** Stops every timer; tokens stay known, so that an answer that comes while the process ends is still journalled. */
  stopTimers(): void {
    for (const wait of this.#byBranch.values()) wait.timer.cancel();
  }
}

function readDueTime(phase: Phase): number | undefined {
  switch (phase.kind) {
    case "task":
      return phase.deadlineAt;
    case "waiting":
    case "backing-off":
      return phase.until;
    case "ready":
    case "retrying":
    case "settled":
    case "waited":
    case "mapping":
    case "done":
      return undefined;
    default:
      return assertNever(phase);
  }
}
