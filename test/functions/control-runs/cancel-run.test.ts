import { describe, expect, test } from "vitest";
import { cancelRun } from "../../../functions/control-runs/cancel-run.ts";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import { runKey } from "../../../shared/records/keys.ts";
import { loadRunState } from "../../../shared/records/run-records.ts";
import { breakOnce, breakPorts } from "../../builders/break-ports.ts";
import {
  buildRequirementOf,
  deliverAll,
  expectWritten,
  openCallWrites,
  readOutbox,
  storeLiveRun,
  storePool,
} from "../../builders/build-live-run.ts";
import { buildRun } from "../../builders/build-run.ts";
import { buildPrincipal } from "../../builders/build-principal.ts";
import { buildStage, noon } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const run = buildRun();
const at = (place: number) => buildRequirementOf(run, place, { stages: [buildStage()] });

async function buildLive(
  options: Parameters<typeof buildSystem>[0] = {},
  over: Parameters<typeof buildRun>[0] = {},
) {
  const system = buildSystem(options);
  await storePool(system.storage.store, "default", "finance", ["fay"]);
  await storeLiveRun(system, buildRun(over), [at(0), at(1)]);
  return system;
}

async function cancel(system: System, by = "asker", groups: readonly string[] = []): Promise<string> {
  const answer = await cancelRun(system.control, { principal: buildPrincipal(by, groups), runId: run.id });
  return answer.outcome === "refused" ? answer.code : answer.outcome;
}

async function readCancelled({ storage: { store } }: System) {
  const state = await loadRunState(store, "default", run.id);
  const entries = (await readOutbox(store, "default")).map(({ body }) => body);
  return {
    status: state?.run.status,
    by: state?.run.cancelRequested?.by,
    requirements: state?.requirements.map(({ status }) => status),
    entries: entries.flatMap(({ kind, id }) => (kind === "cancelled" ? [String(id)] : [])).toSorted(),
  };
}

const cancelled = {
  status: "running",
  by: "asker",
  requirements: ["cancelled", "cancelled"],
  entries: [`cancelled|${at(0).id}`, `cancelled|${at(1).id}`, `cancelled|${run.id}`],
};

describe("cancelling a run", () => {
  test("marks it, closes what it waits for and leaves its status to end-run", async () => {
    const system = await buildLive();
    expect(await cancel(system)).toBe("cancelled");
    expect(await readCancelled(system)).toEqual(cancelled);
  });

  test("wakes every call that waited", async () => {
    const system = await buildLive();
    for (const { id: requirementId } of [at(0), at(1)]) {
      const token = system.machine.issueToken(`${run.id}-1`);
      const payload = { tenant: "default", runId: run.id, epoch: 1, requirementId, token, retryCount: 0 };
      await system.invoke("open-requirement", payload);
    }
    await cancel(system);
    await deliverAll(system);
    expect(system.machine.completed).toHaveLength(2);
  });

  test("twice, or 20 times at once, changes nothing more", async () => {
    const system = await buildLive();
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => cancel(system))))).toEqual(
      new Set(["cancelled"]),
    );
    system.clock.set(noon + 60_000);
    expect(await cancel(system, "ada", ["admin"])).toBe("cancelled");
    expect(await readCancelled(system)).toEqual(cancelled);
  });

  test.each([
    { who: "the asker", by: "asker", groups: [], answer: "cancelled" },
    { who: "an admin", by: "ada", groups: ["admin"], answer: "cancelled" },
    { who: "a member of a pool that is asked", by: "fay", groups: ["finance"], answer: "not_eligible" },
    { who: "the auditor", by: "aud", groups: ["auditor"], answer: "not_eligible" },
    { who: "somebody else", by: "eve", groups: [], answer: "not_found" },
  ])("is answered $answer for $who", async ({ by, groups, answer }) => {
    const system = await buildLive();
    expect(await cancel(system, by, groups)).toBe(answer);
    expect((await readCancelled(system)).requirements).toEqual(
      answer === "cancelled" ? ["cancelled", "cancelled"] : ["pending", "pending"],
    );
  });

  test.each([
    { status: "completed" },
    { status: "failed" },
    { ending: { status: "completed", output: "Done." } },
  ] as const)("that has ended comes too late", async (over) => {
    const system = buildSystem();
    await storeLiveRun(system, buildRun(over), []);
    expect(await cancel(system)).toBe("too_late");
  });

  test.each([
    { nth: 1, when: "before" },
    { nth: 1, when: "after" },
  ] as const)("that broke off $when its write is finished by its repeat", async ({ nth, when }) => {
    const system = await buildLive({ wrap: breakOnce("store.write", when, nth) });
    await expect(cancel(system)).rejects.toThrow(StoreUnavailable);
    expect(await cancel(system)).toBe("cancelled");
    expect(await readCancelled(system)).toEqual(cancelled);
  });

  test("closes also a call that was opened between its read and its write", async () => {
    let opening: (() => Promise<void>) | undefined;
    const system = await buildLive({
      wrap: (ports) =>
        breakPorts(ports, async (call) => {
          if (call === "store.write") {
            await opening?.();
            opening = undefined;
          }
          return undefined;
        }),
    });
    const { store } = system.storage;
    const [stored] = await store.get([runKey("default", run.id)]);
    opening = () =>
      expectWritten(store, [
        ...openCallWrites(at(2)),
        { action: "check", key: runKey("default", run.id), expect: stored?.revision ?? "absent" },
      ]);
    expect(await cancel(system)).toBe("cancelled");
    expect((await readCancelled(system)).requirements).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(opening).toBeUndefined();
  });
});
