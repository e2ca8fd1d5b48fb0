import { describe, expect, test } from "vitest";
import { startRun } from "../../../functions/control-runs/start-run.ts";
import { support } from "../../../agents/support/agent.ts";
import { StateMachineUnavailable, StoreUnavailable } from "../../../shared/domain/errors.ts";
import { lists } from "../../../shared/records/keys.ts";
import { readPartition } from "../../../shared/records/loaded.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import { storePool } from "../../builders/build-live-run.ts";
import { buildMachinePrincipal, buildPrincipal } from "../../builders/build-principal.ts";
import { noon } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const aDay = 24 * 60 * 60 * 1_000;

const buildStart = (options: Parameters<typeof buildSystem>[0] = {}) =>
  buildSystem({ agents: [support], ...options });

async function start(
  system: System,
  key?: string,
  input = "Refund order 1042.",
  by = "asker",
): Promise<string> {
  const request = { principal: buildPrincipal(by), agent: "support", body: { input }, idempotencyKey: key };
  const answer = await startRun(system.control, request);
  return answer.outcome === "started" ? answer.run.id : answer.code;
}

async function countRuns({ storage: { store }, machine }: System) {
  const stored = await readPartition(store, { table: "work", partition: lists.runs("default") });
  return { stored: stored.length, started: machine.executions.length };
}

describe("starting a run", () => {
  test("stores it and starts its execution under its name, with ids and nothing else", async () => {
    const system = buildStart();
    const id = await start(system);
    expect(system.machine.executions).toEqual([
      { name: `${id}-1`, input: { tenant: "default", runId: id, epoch: 1 }, status: "RUNNING" },
    ]);
  });

  test("of an agent that is not there is refused", async () => {
    const system = buildSystem();
    expect(await start(system)).toBe("not_found");
    expect(await countRuns(system)).toEqual({ stored: 0, started: 0 });
  });

  test("by a machine is refused where a tool waits for the asker", async () => {
    const system = buildStart();
    await storePool(system.storage.store, "default", "finance", ["fay"]);
    const request = { principal: buildMachinePrincipal(), agent: "support", body: { input: "Refund." } };
    expect(await startRun(system.control, request)).toMatchObject({
      outcome: "refused",
      code: "unsatisfiable_policy",
    });
    expect(await countRuns(system)).toEqual({ stored: 0, started: 0 });
  });

  test("twice without a key starts two", async () => {
    const system = buildStart();
    expect(await start(system)).not.toBe(await start(system));
    expect(await countRuns(system)).toEqual({ stored: 2, started: 2 });
  });

  test("with the same key and body starts one, also 20 at once", async () => {
    const system = buildStart();
    const ids = await Promise.all(Array.from({ length: 20 }, () => start(system, "key-1")));
    expect(new Set([...ids, await start(system, "key-1")]).size).toBe(1);
    expect(await countRuns(system)).toEqual({ stored: 1, started: 1 });
  });

  test("with the same key and another body is a conflict", async () => {
    const system = buildStart();
    await start(system, "key-1");
    expect(await start(system, "key-1", "Refund order 1043.")).toBe("idempotency_conflict");
    expect(await countRuns(system)).toEqual({ stored: 1, started: 1 });
  });

  test("with another's key has nothing to do with theirs", async () => {
    const system = buildStart();
    expect(await start(system, "key-1")).not.toBe(await start(system, "key-1", "Refund order 1042.", "fay"));
    expect(await countRuns(system)).toEqual({ stored: 2, started: 2 });
  });

  test("with a key is remembered for 24 hours, and is anew from then on, though nothing was cleaned up", async () => {
    const system = buildStart();
    const first = await start(system, "key-1");
    system.clock.set(noon + aDay - 1);
    expect(await start(system, "key-1")).toBe(first);
    system.clock.set(noon + aDay);
    const second = await start(system, "key-1", "Refund order 1043.");
    expect(second).toMatch(/^run_/);
    expect(second).not.toBe(first);
    expect(await start(system, "key-1", "Refund order 1043.")).toBe(second);
    expect(await countRuns(system)).toEqual({ stored: 2, started: 2 });
  });

  test.each([
    { call: "store.write", when: "before", error: StoreUnavailable },
    { call: "store.write", when: "after", error: StoreUnavailable },
    { call: "machine.start", when: "before", error: StateMachineUnavailable },
    { call: "machine.start", when: "after", error: StateMachineUnavailable },
  ] as const)(
    "that broke off $when the effect of $call is finished by its repeat",
    async ({ call, when, error }) => {
      const system = buildStart({ wrap: breakOnce(call, when) });
      await expect(start(system, "key-1")).rejects.toThrow(error);
      await start(system, "key-1");
      expect(await countRuns(system)).toEqual({ stored: 1, started: 1 });
    },
  );
});
