import type { Clock, Timer } from "../../../local/clock.ts";

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  readonly #pending = new Set<{ readonly dueAt: number; readonly run: () => void }>();

  constructor(now = Date.parse("2026-11-22T12:00:00.000Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(dueAt: number, run: () => void): Timer {
    const timer = { dueAt, run };
    this.#pending.add(timer);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  /** When the next timer is due, if any is set. */
  nextDueAt(): number | undefined {
    const times = [...this.#pending].map(({ dueAt }) => dueAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Time passes, but the timers have not run yet. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  advanceTo(time: number): void {
    this.#now = Math.max(this.#now, time);
    const due = [...this.#pending].filter(({ dueAt }) => dueAt <= this.#now);
    for (const timer of due.toSorted((a, b) => a.dueAt - b.dueAt)) {
      if (this.#pending.delete(timer)) timer.run();
    }
  }

  advance(milliseconds: number): void {
    this.advanceTo(this.#now + milliseconds);
  }
}
