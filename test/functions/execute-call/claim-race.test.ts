import { expect, test } from "vitest";
import type { Ports } from "../../../local/ports.ts";
import { RunContended } from "../../../shared/domain/errors.ts";
import type { WriteAction } from "../../../shared/ports/store.ts";
import { runKey } from "../../../shared/records/keys.ts";
import { deliverAll, storePool } from "../../builders/build-live-run.ts";
import { noon } from "../../builders/build-requirement.ts";
import { buildApproved, execute, readOutcome, run, type World } from "./approved-world.ts";

/** Puts `change` into the store after the gate has read everything and before the call is claimed, once. */
function changeBeforeClaim(change: (ports: Ports) => Promise<unknown>): (ports: Ports) => Ports {
  let isDone = false;
  const isClaim = (actions: readonly WriteAction[]) =>
    actions.some(({ key, action }) => action === "put" && key.table === "executions");
  return (ports) => ({
    ...ports,
    store: {
      get: (keys) => ports.store.get(keys),
      query: (range) => ports.store.query(range),
      async write(actions) {
        if (isClaim(actions) && !isDone) {
          isDone = true;
          await change(ports);
        }
        return ports.store.write(actions);
      },
    },
  });
}

async function expectJudgedAgain(world: World, code: string): Promise<void> {
  await deliverAll(world.system);
  await expect(execute(world)).rejects.toThrow(RunContended);
  expect(world.effects).toEqual([]);
  await execute(world);
  expect(world.effects).toEqual([]);
  expect(await readOutcome(world)).toBe(code);
}

test("a run that is cancelled between the gate's look and the claim does not run its call", async () => {
  const cancel = changeBeforeClaim(async ({ store }) => {
    const key = runKey("default", run.id);
    const [item] = await store.get([key]);
    const body = { ...item?.body, cancelRequested: { at: noon, by: "asker" } };
    await store.write([{ action: "put", key, body, expect: "anything" }]);
  });
  await expectJudgedAgain(await buildApproved(undefined, cancel), "cancelled");
});

test("an approver who leaves the pool between the gate's look and the claim does not count", async () => {
  const leave = changeBeforeClaim(({ store }) => storePool(store, "default", "finance", ["flo"]));
  await expectJudgedAgain(await buildApproved(undefined, leave), "quorum_not_met");
});
