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
  /** Grants turns until all of these have settled; rejects with the first of them that rejects. */
  run(tasks: readonly Promise<unknown>[]): Promise<void>;
}

/** Longer than any chain of awaits between two port calls, so that whoever can wait for a turn does so by then. */
const ticksBetweenTurns = 40;
/** Then something waits for what is not a port; nothing here does. */
const mostIdleRounds = 10_000;

export function createScheduler(draw: Draw): Scheduler {
  const waiting: (() => void)[] = [];
  return {
    turn: () => new Promise((resolve) => waiting.push(resolve)),
    async run(tasks) {
      let left = tasks.length;
      const all = Promise.all(tasks.map((task) => task.finally(() => (left -= 1))));
      // Settled below; until then its rejection is not unhandled.
      all.catch(() => undefined);
      for (let idle = 0; left > 0; idle += 1) {
        for (let tick = 0; tick < ticksBetweenTurns; tick += 1) await Promise.resolve();
        const [next] = waiting.splice(draw(waiting.length), 1);
        next?.();
        if (next !== undefined) idle = 0;
        if (idle > mostIdleRounds) throw new Error(`${left} tasks wait for something that is not a turn.`);
      }
      await all;
    },
  };
}
