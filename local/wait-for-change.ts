import type { Database } from "../shared/adapters/sqlite/database.ts";
import type { WaitForChange } from "../shared/ports/functions.ts";

/** Waiters are told of every commit that touched their run; on AWS they would poll. */
export function createWaitForChange(database: Database): { readonly waitForChange: WaitForChange; close(): void } {
  const waiters = new Map<string, Set<() => void>>();
  const unsubscribe = database.onCommit(({ partitions }) => {
    for (const { partition } of partitions) {
      const run = partition.startsWith("run#") ? partition.slice(partition.lastIndexOf("#") + 1) : undefined;
      for (const wake of waiters.get(run ?? "") ?? []) wake();
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
