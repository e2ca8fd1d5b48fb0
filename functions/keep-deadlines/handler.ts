import type { Invocation } from "../../shared/ports/functions.ts";
import { expireDue } from "./expire-due.ts";
import { reconcile, type ReconcileParts } from "./reconcile.ts";

/** Kept back from the invocation's time, so that what was begun is finished before Lambda ends it. */
const reserveMilliseconds = 5_000;

/** The sweep: expires what is due, then finds and mends what a crash left behind. */
export function createHandler(parts: ReconcileParts) {
  return async (_event: unknown, { deadlineAt }: Invocation): Promise<Record<string, never>> => {
    const stopAt = deadlineAt - reserveMilliseconds;
    await expireDue(parts, stopAt);
    await reconcile(parts, stopAt);
    return {};
  };
}
