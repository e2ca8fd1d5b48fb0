import type { AgentRow, AgentRowChange } from "../../shared/domain/agent-tables.ts";
import type { ToolContext } from "../../shared/domain/tool.ts";

/** What a call would change, as of what is stored now; or the sentence that the model reads instead. */
export type Plan =
  | {
      readonly plan: "write";
      readonly changes: readonly AgentRowChange[];
      readonly result: AgentRow["value"];
    }
  | { readonly plan: "refuse"; readonly reason: string };

/** Each lost attempt means that another writer got through, so this many are far more than contention. */
const mostAttempts = 100;

/**
 * Plans and writes, all changes or none; when a row changed since it was read, plans anew on what is stored then.
 *
 * Throws the reason of a plan that refuses.
 */
export async function writePlan(context: ToolContext, plan: () => Promise<Plan>): Promise<AgentRow["value"]> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    context.signal.throwIfAborted();
    const planned = await plan();
    if (planned.plan === "refuse") throw new Error(planned.reason);
    if (planned.changes.length === 0) return planned.result;
    if ((await context.tables.write(planned.changes)) === "written") return planned.result;
  }
  throw new Error(
    `The rows changed ${mostAttempts} times under this call and nothing was written: try again later.`,
  );
}

/**
 * As `writePlan`, with one effect however often the call is attempted: the result is kept in a row of `partition`
 * under the idempotency key, written in the same transaction, and a later attempt answers with it.
 */
export async function writeOnce(
  context: ToolContext,
  partition: string,
  plan: () => Promise<Plan>,
): Promise<AgentRow["value"]> {
  const { tables, idempotencyKey } = context;
  return writePlan(context, async () => {
    const planned = await plan();
    // Read after what the plan read: if the plan saw the effect of an earlier attempt, this sees that attempt's row,
    // and "already refunded" is not mistaken for a refusal.
    const earlier = await tables.read(partition, idempotencyKey);
    if (earlier !== undefined) return { plan: "write", changes: [], result: earlier.value };
    if (planned.plan === "refuse") return planned;
    const keyed = { partition, sort: idempotencyKey, value: planned.result, expect: "absent" };
    return { ...planned, changes: [keyed, ...planned.changes] };
  });
}

/** When this call was done and under which requirement, as rows and results state it. */
export function doneIn(context: ToolContext): { readonly at: string; readonly requirement: string | null } {
  return { at: new Date(context.now()).toISOString(), requirement: context.requirement ?? null };
}
