/** A timer that was set. Cancelling it twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The one source of time of the embedded default; all times are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Runs `run` once, never before `dueAt` and never inside this call, also when `dueAt` has passed. */
  setTimer(dueAt: number, run: () => void): Timer;
}

/** Real time plus an offset that only grows: `--test-clock` and the tests skip weeks with it. */
export interface TestClock extends Clock {
  /** Moves time forward and runs what became due, earliest first, before it returns. */
  advance(milliseconds: number): void;
}

/**
 * The longest single `setTimeout`. Node's own limit is 2^31 ms (24.8 days), beyond which it fires at once; links are
 * much shorter than that because Node's timers stand still while a laptop sleeps, and deadlines must not.
 */
const LONGEST_LINK_MS = 60_000;

interface PendingTimer {
  readonly dueAt: number;
  readonly run: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** The clock of the wall. */
export function createClock(): Clock {
  const clock = createTestClock();
  return { now: () => clock.now(), setTimer: (dueAt, run) => clock.setTimer(dueAt, run) };
}

/** A clock that follows the wall and can be advanced. */
export function createTestClock(): TestClock {
  const pending = new Set<PendingTimer>();
  let offset = 0;

  const now = () => Date.now() + offset;

  function fire(timer: PendingTimer): void {
    clearTimeout(timer.handle);
    pending.delete(timer);
    timer.run();
  }

  function scheduleLink(timer: PendingTimer): void {
    const delay = Math.min(Math.max(timer.dueAt - now(), 0), LONGEST_LINK_MS);
    timer.handle = setTimeout(() => (now() >= timer.dueAt ? fire(timer) : scheduleLink(timer)), delay);
  }

  function findEarliestDue(): PendingTimer | undefined {
    const time = now();
    let earliest: PendingTimer | undefined;
    for (const timer of pending) {
      if (timer.dueAt <= time && (earliest === undefined || timer.dueAt < earliest.dueAt)) earliest = timer;
    }
    return earliest;
  }

  return {
    now,
    setTimer(dueAt, run) {
      const timer: PendingTimer = { dueAt, run, handle: undefined };
      pending.add(timer);
      scheduleLink(timer);
      return {
        cancel() {
          clearTimeout(timer.handle);
          pending.delete(timer);
        },
      };
    },
    advance(milliseconds) {
      if (milliseconds < 0) throw new RangeError(`Time cannot go back by ${-milliseconds} ms.`);
      offset += milliseconds;
      for (let due = findEarliestDue(); due !== undefined; due = findEarliestDue()) fire(due);
      // What is left is nearer now than its link was set for.
      for (const timer of pending) {
        clearTimeout(timer.handle);
        scheduleLink(timer);
      }
    },
  };
}
