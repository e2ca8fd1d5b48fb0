import type { Database } from "../shared/adapters/sqlite/database.ts";
import type { WaitForChange } from "../shared/ports/functions.ts";

/**
 * Waiters are told of every commit that touched their run in a way that can be seen from outside; on AWS they would
 * poll. Steps and spans are not told: what a step leads to is hand-out or end, and those are writes of their own.
 */
export function createWaitForChange(database: Database): {
  readonly waitForChange: WaitForChange;
  close(): void;
} {
  const waiters = new Map<string, Set<() => void>>();
  const unsubscribe = database.onCommit(({ items }) => {
    if (waiters.size === 0) return;
    for (const { table, partition, sort } of items) {
      if (!partition.startsWith("run#") || table === "traces" || sort.startsWith("step#")) continue;
      const run = partition.slice(partition.lastIndexOf("#") + 1);
      for (const wake of waiters.get(run) ?? []) wake();
    }
  });
  async function waitForChange(run: string, timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const own = waiters.get(run) ?? new Set();
    waiters.set(run, own.add(resolve));
    const timer = setTimeout(resolve, timeoutMs);
    await promise;
    clearTimeout(timer);
    own.delete(resolve);
    if (own.size === 0) waiters.delete(run);
  }
  return {
    waitForChange,
    close() {
      unsubscribe();
      for (const own of waiters.values()) for (const wake of own) wake();
    },
  };
}
