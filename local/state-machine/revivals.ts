import type { Clock, Timer } from "../clock.ts";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Executions, by row, that were dropped from memory after a failed write and wait to be read from the journal again. */
export class Revivals {
  readonly #clock: Clock;
  readonly #revive: (rowId: number) => void;
  readonly #report: (executionName: string, error: unknown) => void;
  readonly #timers = new Map<number, Timer>();

  /** `revive` throws when the journal cannot be read; it is tried again after a longer pause. */
  constructor(
    clock: Clock,
    revive: (rowId: number) => void,
    report: (executionName: string, error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#revive = revive;
    this.#report = report;
  }

  get areEmpty(): boolean {
    return this.#timers.size === 0;
  }

  add(rowId: number, pauseMs = FIRST_PAUSE_MS): void {
    const timer = this.#clock.setTimer(this.#clock.now() + pauseMs, () => {
      try {
        this.#reviveNow(rowId);
      } catch (error) {
        this.#report(`in row ${rowId}`, error);
        this.add(rowId, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
      }
    });
    this.#timers.set(rowId, timer);
  }

  /** Does not wait for the pauses; throws when one cannot be read, and leaves it for later. */
  reviveAllNow(): void {
    for (const rowId of this.#timers.keys()) this.#reviveNow(rowId);
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #reviveNow(rowId: number): void {
    this.#revive(rowId);
    this.#timers.get(rowId)?.cancel();
    this.#timers.delete(rowId);
  }
}
