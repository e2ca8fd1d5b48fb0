import { describe, expect, test } from "vitest";
import { InvariantBroken, StaleEpoch, StoreUnavailable } from "../../../shared/domain/errors.ts";
import { lists } from "../../../shared/records/keys.ts";
import { readPartition } from "../../../shared/records/loaded.ts";
import { loadRun } from "../../../shared/records/run-records.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import { builtRun, storeLiveRun } from "../../builders/build-live-run.ts";
import { buildRun } from "../../builders/build-run.ts";
import { noon } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const completed = { status: "completed", output: "Refunded." } as const;

const end = (system: System, epoch = 1) =>
  system.invoke("end-run", { tenant: "default", runId: builtRun, epoch });

async function readEnd({ storage: { store } }: System) {
  const run = (await loadRun(store, "default", builtRun))?.value;
  const live = await readPartition(store, { table: "work", partition: lists.liveRuns("default") });
  return { status: run?.status, updatedAt: run?.updatedAt, live: live.length };
}

describe("end-run", () => {
  test.each([
    completed,
    { status: "failed", error: { code: "budget_exceeded", message: "Used up." } },
    { status: "cancelled" },
  ] as const)(
    "the saved ending $status becomes the status, and the run is no longer live",
    async (ending) => {
      const system = buildSystem();
      await storeLiveRun(system, buildRun({ ending }), []);
      system.clock.set(noon + 5_000);
      expect(await end(system)).toEqual({});
      expect(await readEnd(system)).toEqual({ status: ending.status, updatedAt: noon + 5_000, live: 0 });
    },
  );

  test("a repeat changes nothing", async () => {
    const system = buildSystem();
    await storeLiveRun(system, buildRun({ ending: completed }), []);
    await end(system);
    system.clock.set(noon + 5_000);
    await end(system);
    expect(await readEnd(system)).toEqual({ status: "completed", updatedAt: noon, live: 0 });
  });

  test.each(["before", "after"] as const)(
    "a write that broke off %s its effect is repeated",
    async (when) => {
      const system = buildSystem({ wrap: breakOnce("store.write", when) });
      await storeLiveRun(system, buildRun({ ending: completed }), []);
      await expect(end(system)).rejects.toThrow(StoreUnavailable);
      await end(system);
      expect(await readEnd(system)).toEqual({ status: "completed", updatedAt: noon, live: 0 });
    },
  );

  test("an execution that is not the current one ends nothing", async () => {
    const system = buildSystem();
    await storeLiveRun(system, buildRun({ ending: completed, epoch: 2 }), []);
    await expect(end(system, 1)).rejects.toThrow(StaleEpoch);
    await expect(end(system, 3)).rejects.toThrow(StaleEpoch);
    expect(await readEnd(system)).toMatchObject({ status: "running", live: 1 });
  });

  test("a run without an ending is not ended", async () => {
    const system = buildSystem();
    await storeLiveRun(system, buildRun(), []);
    await expect(end(system)).rejects.toThrow(InvariantBroken);
    expect(await readEnd(system)).toMatchObject({ status: "running", live: 1 });
  });
});
