import { type Execution, executionSchema } from "../domain/execution.ts";
import type { CallId } from "../domain/ids.ts";
import type { Requirement } from "../domain/requirement.ts";
import type { Store } from "../ports/store.ts";
import { executionKey } from "./keys.ts";
import { parseItem } from "./loaded.ts";

/**
 * The executions of the requirements' calls, in one request. None is looked for while a call's approval is pending: it is
 * claimed once that is given.
 */
export async function loadExecutionsOf(
  store: Store,
  tenant: string,
  requirements: readonly Requirement[],
): Promise<ReadonlyMap<CallId, Execution>> {
  const calls = new Map(
    requirements
      .filter(({ kind, status }) => kind !== "approval" || status !== "pending")
      .map(({ call, run }) => [call, run]),
  );
  if (calls.size === 0) return new Map();
  const items = await store.get([...calls].map(([call, run]) => executionKey(tenant, run, call)));
  return new Map(
    items
      .filter((item) => item !== undefined)
      .map((item) => {
        const execution = parseItem(item, executionSchema).value;
        return [execution.call, execution];
      }),
  );
}
