import { describe, expect, test } from "vitest";
import { RunContended, StateMachineUnavailable, StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { Run } from "../../../shared/domain/run.ts";
import { stepKey } from "../../../shared/records/keys.ts";
import { loadRun } from "../../../shared/records/run-records.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import { expectWritten, storeLiveRun } from "../../builders/build-live-run.ts";
import { buildRun } from "../../builders/build-run.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

async function buildLive(
  over: Parameters<typeof buildRun>[0] = {},
  options: Parameters<typeof buildSystem>[0] = {},
) {
  const system = buildSystem(options);
  const run = buildRun(over);
  await storeLiveRun(system, run, []);
  return { system, run };
}

function tell(
  system: System,
  { tenant, id: runId }: Run,
  epoch: number,
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "RUNNING" = "FAILED",
): Promise<unknown> {
  const name = `${runId}-${epoch}`;
  const isKnown = system.machine.executions.some((execution) => execution.name === name);
  if (isKnown && status !== "RUNNING") system.machine.end(name, status);
  return hear(system, { tenant, id: runId }, epoch, status);
}

function hear(
  system: System,
  { tenant, id: runId }: Pick<Run, "tenant" | "id">,
  epoch: number,
  status: string,
): Promise<unknown> {
  const detail = { name: `${runId}-${epoch}`, status, input: JSON.stringify({ tenant, runId, epoch }) };
  return system.invoke("adopt-runs", { detail });
}

async function readRun(system: System, run: Run) {
  const stored = (await loadRun(system.storage.store, "default", run.id))?.value;
  const names = system.machine.executions.map(({ name }) => name.slice(run.id.length));
  return { status: stored?.status, epoch: stored?.epoch, adoptions: stored?.adoptions, executions: names };
}

async function saveStep(system: System, run: Run, place: number): Promise<void> {
  const key = stepKey("default", run.id, place);
  await expectWritten(system.storage.store, [{ action: "put", key, body: {}, expect: "absent" }]);
}

describe("adopt-runs", () => {
  test.each(["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"] as const)(
    "a run whose execution ended as %s without it gets the next one",
    async (status) => {
      const { system, run } = await buildLive();
      await tell(system, run, 1, status);
      expect(await readRun(system, run)).toEqual({
        status: "running",
        epoch: 2,
        adoptions: { count: 1, steps: 0 },
        executions: ["-1", "-2"],
      });
      expect(system.machine.executions[1]?.input).toEqual({ tenant: "default", runId: run.id, epoch: 2 });
    },
  );

  test.each([
    { what: "an execution that has begun", epoch: 1, status: "RUNNING" },
    { what: "an earlier execution", epoch: 0, status: "FAILED" },
    { what: "a later execution", epoch: 2, status: "FAILED" },
  ] as const)("an event of $what changes nothing", async ({ epoch, status }) => {
    const { system, run } = await buildLive();
    await (epoch === 0
      ? tell(system, run, 1).then(() => tell(system, run, 1))
      : tell(system, run, epoch, status));
    const { executions } = await readRun(system, run);
    expect(executions).toEqual(epoch === 0 ? ["-1", "-2"] : ["-1"]);
  });

  test("a forged event of an execution that still runs changes nothing", async () => {
    const { system, run } = await buildLive();
    await hear(system, run, 1, "FAILED");
    expect(await readRun(system, run)).toMatchObject({ status: "running", epoch: 1, executions: ["-1"] });
    expect(system.log).toEqual([{ level: "warning", event: "execution-still-runs", run: run.id }]);
  });

  test("an event of a run that has ended, or that is not there, changes nothing", async () => {
    const { system, run } = await buildLive({ status: "completed" });
    await tell(system, run, 1, "SUCCEEDED");
    await tell(system, buildRun({ id: "run_01m81j18g0041061050r3gg28b" }), 1);
    expect(await readRun(system, run)).toMatchObject({ status: "completed", epoch: 1, executions: ["-1"] });
  });

  test("after five adoptions without a step in between the run is failed", async () => {
    const { system, run } = await buildLive();
    for (const epoch of [1, 2, 3, 4, 5]) await tell(system, run, epoch);
    expect(await readRun(system, run)).toMatchObject({ status: "running", epoch: 6 });
    await tell(system, run, 6);
    const { status, executions } = await readRun(system, run);
    expect({ status, executions }).toEqual({
      status: "failed",
      executions: ["-1", "-2", "-3", "-4", "-5", "-6"],
    });
    expect((await loadRun(system.storage.store, "default", run.id))?.value.ending).toMatchObject({
      status: "failed",
      error: { code: "internal_error" },
    });
  });

  test("a step in between begins the count anew", async () => {
    const { system, run } = await buildLive();
    for (const epoch of [1, 2, 3, 4]) await tell(system, run, epoch);
    await saveStep(system, run, 1);
    for (const epoch of [5, 6, 7, 8, 9]) await tell(system, run, epoch);
    expect(await readRun(system, run)).toMatchObject({
      status: "running",
      epoch: 10,
      adoptions: { count: 5, steps: 1 },
    });
    await tell(system, run, 10);
    expect(await readRun(system, run)).toMatchObject({ status: "failed" });
  });

  test("20 events of one execution at once adopt its run once", async () => {
    const { system, run } = await buildLive();
    const told = await Promise.allSettled(Array.from({ length: 20 }, () => tell(system, run, 1)));
    const refused = told.flatMap((one) =>
      one.status === "rejected" ? [one.reason instanceof RunContended] : [],
    );
    expect(refused).not.toContain(false);
    expect(await readRun(system, run)).toMatchObject({ epoch: 2, executions: ["-1", "-2"] });
  });

  test.each([
    { call: "store.write", when: "before", error: StoreUnavailable, epoch: 2 },
    { call: "store.write", when: "after", error: StoreUnavailable, epoch: 2 },
    { call: "machine.start", when: "before", error: StateMachineUnavailable, epoch: 2 },
    { call: "machine.start", when: "after", error: StateMachineUnavailable, epoch: 2 },
  ] as const)(
    "an adoption that broke off $when the effect of $call is finished by the event or the sweep",
    async (given) => {
      const { system, run } = await buildLive({}, { wrap: breakOnce(given.call, given.when) });
      system.machine.end(`${run.id}-1`);
      await expect(tell(system, run, 1)).rejects.toThrow(given.error);
      await tell(system, run, 1);
      system.clock.set(system.clock.now() + 31_000);
      await system.invoke("keep-deadlines", {});
      expect(await readRun(system, run)).toMatchObject({ epoch: given.epoch, executions: ["-1", "-2"] });
    },
  );

  test("an event without its execution's input raises an alarm", async () => {
    const { system, run } = await buildLive();
    await system.invoke("adopt-runs", { detail: { name: `${run.id}-1`, status: "FAILED", input: null } });
    expect(system.log).toEqual([{ level: "alarm", event: "execution-input-missing" }]);
  });
});
