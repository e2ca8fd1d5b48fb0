/** Whole numbers from 0 to `below` - 1, the same for the same seed. */
export type Draw = (below: number) => number;

/** Mulberry32: enough for schedules, and a failing one is repeated by its seed. */
export function createDraw(seed: number): Draw {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Everything that waits for its turn goes on one at a time, in an order that the seed draws. */
export interface Scheduler {
  turn(): Promise<void>;
  /**
   * Starts the tasks in their order, each at a moment that the seed draws, and grants turns until all have settled;
   * rejects with the first that rejects. At every step the next task starts with `startPercent` of 100.
   */
  run(tasks: readonly (() => Promise<unknown>)[], startPercent: number): Promise<void>;
}

/** Longer than any chain of awaits between two port calls, so that whoever can wait for a turn does so by then. */
const ticksBetweenTurns = 40;
/** After so many steps in a row something waits for what is not a turn. */
const mostIdleSteps = 1_000;

export function createScheduler(draw: Draw): Scheduler {
  const waiting: (() => void)[] = [];
  return {
    turn: () => new Promise((resolve) => waiting.push(resolve)),
    async run(tasks, startPercent) {
      const started: Promise<unknown>[] = [];
      const unstarted = [...tasks];
      let left = tasks.length;

      function step(): boolean {
        const isToStart = waiting.length === 0 || draw(100) < startPercent;
        const task = isToStart ? unstarted.shift() : undefined;
        if (task !== undefined) {
          const running = task().finally(() => (left -= 1));
          // Awaited below; until then its rejection is not an unhandled one.
          running.catch(() => undefined);
          started.push(running);
          return true;
        }
        const [next] = waiting.length === 0 ? [] : waiting.splice(draw(waiting.length), 1);
        next?.();
        return next !== undefined;
      }

      for (let idle = 0; left > 0; idle += 1) {
        if (step()) idle = 0;
        if (idle > mostIdleSteps) throw new Error(`${left} tasks wait for something that is not a turn.`);
        const before = { waiting: waiting.length, left };
        for (let tick = 0; tick < ticksBetweenTurns; tick += 1) {
          await Promise.resolve();
          if (waiting.length > before.waiting || left < before.left) break;
        }
      }
      await Promise.all(started);
    },
  };
}
