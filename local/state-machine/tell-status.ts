import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { Clock, Timer } from "../clock.ts";
import type { EndStatus } from "./execution.ts";
import { parseJson } from "./json-text.ts";
import type { ExecutionRow, Journal } from "./journal.ts";

/** The end of an execution, as EventBridge would tell it; at least once, in no particular order. */
export interface ExecutionStatusChange {
  readonly executionName: string;
  readonly machineName: string;
  readonly status: EndStatus;
  readonly input: JsonValue;
  readonly error?: string;
  readonly cause?: string;
}

/** Told again, later, when it throws or rejects. */
export type OnStatusChange = (change: ExecutionStatusChange) => void | Promise<void>;

export interface StatusTellerParts {
  readonly machineName: string;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly listener: OnStatusChange;
  readonly track: (work: Promise<void>) => void;
  readonly report: (executionName: string, error: unknown) => void;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Tells ends of executions until the listener took them. The journal keeps an execution open until then, so that an
 * end is told again after a crash.
 */
export class StatusTeller {
  readonly #parts: StatusTellerParts;
  readonly #timers = new Set<Timer>();
  #isStopped = false;

  constructor(parts: StatusTellerParts) {
    this.#parts = parts;
  }

  tell(rowId: number, change: ExecutionStatusChange, pauseMs = FIRST_PAUSE_MS): void {
    if (!this.#isStopped) this.#parts.track(this.#attempt(rowId, change, pauseMs));
  }

  /** Tells an end that the journal still has open. */
  tellStored(row: ExecutionRow): void {
    if (row.status === "RUNNING") return;
    this.tell(row.id, {
      executionName: row.name,
      machineName: this.#parts.machineName,
      status: row.status,
      input: parseJson(row.input),
      ...(row.error === null ? {} : { error: row.error }),
      ...(row.cause === null ? {} : { cause: row.cause }),
    });
  }

  /** What was not told yet is told after the next start. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
  }

  async #attempt(rowId: number, change: ExecutionStatusChange, pauseMs: number): Promise<void> {
    try {
      await this.#parts.listener(change);
      this.#parts.journal.markTold(rowId);
    } catch (error) {
      this.#parts.report(change.executionName, error);
      if (this.#isStopped) return;
      const timer = this.#parts.clock.setTimer(this.#parts.clock.now() + pauseMs, () => {
        this.#timers.delete(timer);
        this.tell(rowId, change, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
      });
      this.#timers.add(timer);
    }
  }
}
