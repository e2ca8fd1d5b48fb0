import { describe, expect, test } from "vitest";
import { createHandler } from "../../../functions/keep-deadlines/handler.ts";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { listKey, lists, requirementKey } from "../../../shared/records/keys.ts";
import { readPartition } from "../../../shared/records/loaded.ts";
import { createRequirementWrites, loadRequirement } from "../../../shared/records/requirement-records.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import {
  buildRequirementOf,
  expectWritten,
  readOutbox,
  storeLiveRun,
} from "../../builders/build-live-run.ts";
import { buildRun } from "../../builders/build-run.ts";
import { noon, noonAWeekLater } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const run = buildRun();

async function buildDue(options: Parameters<typeof buildSystem>[0] = {}, places: readonly number[] = [0]) {
  const system = buildSystem(options);
  const requirements = places.map((place) => buildRequirementOf(run, place));
  await storeLiveRun(system, run, requirements);
  return { system, requirements };
}

async function statusOf({ storage: { store } }: System, { id }: Requirement) {
  return (await loadRequirement(store, "default", id))?.value.status;
}

async function rowsOf({ storage: { store } }: System, partition: string): Promise<number> {
  return (await readPartition(store, { table: "work", partition })).length;
}

describe("keep-deadlines expires", () => {
  test("nothing in the last millisecond before the deadline, and everything at it", async () => {
    const { system, requirements } = await buildDue({}, [0, 1]);
    const [first, second] = requirements;
    if (first === undefined || second === undefined) throw new Error("Two were built.");
    system.clock.set(noonAWeekLater - 1);
    await system.invoke("keep-deadlines", {});
    expect([await statusOf(system, first), await statusOf(system, second)]).toEqual(["pending", "pending"]);
    system.clock.set(noonAWeekLater);
    await system.invoke("keep-deadlines", {});
    expect([await statusOf(system, first), await statusOf(system, second)]).toEqual(["expired", "expired"]);
  });

  test("nothing once the invocation has only the time left to finish what was begun", async () => {
    const { system, requirements } = await buildDue();
    const [requirement] = requirements;
    if (requirement === undefined) throw new Error("One was built.");
    const { storage, machine: stateMachine, clock } = system;
    clock.set(noonAWeekLater);
    const log = () => {};
    const invokeLater = async () => {};
    const parts = { tenant: "default", ...storage, stateMachine, now: clock.now, log, invokeLater };
    const keepDeadlines = createHandler(parts);
    await keepDeadlines({}, { deadlineAt: clock.now() + 5_000 });
    expect(await statusOf(system, requirement)).toBe("pending");
    await keepDeadlines({}, { deadlineAt: clock.now() + 5_001 });
    expect(await statusOf(system, requirement)).toBe("expired");
  });

  test("with its entry, out of every list of what waits, once", async () => {
    const { system, requirements } = await buildDue();
    const [requirement] = requirements;
    if (requirement === undefined) throw new Error("One was built.");
    const { id } = requirement;
    expect(await rowsOf(system, lists.due("default"))).toBe(1);
    system.clock.set(noonAWeekLater + 7);
    await system.invoke("keep-deadlines", {});
    await system.invoke("keep-deadlines", {});
    const stored = (await loadRequirement(system.storage.store, "default", id))?.value;
    expect(stored).toMatchObject({
      status: "expired",
      closedAt: noonAWeekLater + 7,
      awaitedEntries: [`expired|${id}`],
    });
    expect(await rowsOf(system, lists.due("default"))).toBe(0);
    expect(await rowsOf(system, lists.awaitingPerson("default", "asker"))).toBe(0);
    const entries = (await readOutbox(system.storage.store, "default")).map(({ body }) => body);
    expect(entries.filter(({ kind }) => kind === "expired")).toEqual([
      expect.objectContaining({
        id: `expired|${id}`,
        at: noonAWeekLater + 7,
        actor: { kind: "system", subject: "keep-deadlines" },
      }),
    ]);
    expect(system.log.filter(({ event }) => event === "requirement-expired")).toHaveLength(1);
  });

  test("1,000 that are due at once, in one sweep", async () => {
    const system = buildSystem();
    const due = Array.from({ length: 1_000 }, (_, place) => buildRequirementOf(run, place));
    for (const requirement of due)
      await expectWritten(system.storage.store, createRequirementWrites(requirement, undefined));
    system.clock.set(noonAWeekLater);
    await system.invoke("keep-deadlines", {});
    expect(await rowsOf(system, lists.due("default"))).toBe(0);
    const statuses = await Promise.all(due.map((requirement) => statusOf(system, requirement)));
    expect(new Set(statuses)).toEqual(new Set(["expired"]));
  });

  test.each(["before", "after"] as const)("on the next sweep what broke off %s its effect", async (when) => {
    const { system, requirements } = await buildDue({ wrap: breakOnce("store.write", when) });
    const [requirement] = requirements;
    if (requirement === undefined) throw new Error("One was built.");
    system.clock.set(noonAWeekLater);
    await expect(system.invoke("keep-deadlines", {})).rejects.toThrow(StoreUnavailable);
    await system.invoke("keep-deadlines", {});
    expect(await statusOf(system, requirement)).toBe("expired");
    expect(
      (await readOutbox(system.storage.store, "default")).filter(({ body }) => body["kind"] === "expired"),
    ).toHaveLength(1);
  });

  test("the others too when one of them cannot be read, and raises an alarm", async () => {
    const { system, requirements } = await buildDue({}, [0, 1, 2]);
    const [first, second, third] = requirements;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("Three were built.");
    const key = requirementKey("default", first.id);
    await expectWritten(system.storage.store, [{ action: "put", key, body: { v: 2 }, expect: "anything" }]);
    system.clock.set(noonAWeekLater);
    await system.invoke("keep-deadlines", {});
    expect([await statusOf(system, second), await statusOf(system, third)]).toEqual(["expired", "expired"]);
    expect(system.log).toContainEqual({
      level: "alarm",
      event: "requirement-not-expired",
      code: "malformed_record",
    });
    expect((await system.storage.store.get([key]))[0]?.body).toEqual({ v: 2 });
  });

  test("by the requirement's own deadline, whatever a row of the list says", async () => {
    const { system, requirements } = await buildDue();
    const [requirement] = requirements;
    if (requirement === undefined) throw new Error("One was built.");
    const key = listKey("work", lists.due("default"), noon, requirement.id);
    await expectWritten(system.storage.store, [{ action: "put", key, body: {}, expect: "absent" }]);
    system.clock.set(noonAWeekLater - 1);
    await system.invoke("keep-deadlines", {});
    expect(await statusOf(system, requirement)).toBe("pending");
  });
});
