import type { Invocation } from "../../shared/ports/functions.ts";
import { expireDue } from "./expire-due.ts";
import { reconcile, type ReconcileParts } from "./reconcile.ts";

/** The sweep: expires what is due, then finds and mends what a crash left behind. */
export function createHandler(parts: ReconcileParts) {
  return async (_event: unknown, { deadlineAt }: Invocation): Promise<Record<string, never>> => {
    await expireDue(parts, deadlineAt);
    await reconcile(parts, deadlineAt);
    return {};
  };
}
