import { describe, expect, test } from "vitest";
import { withdrawRequirement } from "../../../functions/record-decisions/withdraw-requirement.ts";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { loadRequirement } from "../../../shared/records/requirement-records.ts";
import { breakOnce } from "../../builders/break-ports.ts";
import {
  buildRequirementOf,
  deliverAll,
  readOutbox,
  storeLiveRun,
  storePool,
} from "../../builders/build-live-run.ts";
import { buildRun } from "../../builders/build-run.ts";
import { buildPrincipal } from "../../builders/build-principal.ts";
import { noonAWeekLater } from "../../builders/build-requirement.ts";
import { buildSystem, type System } from "../../builders/build-system.ts";

const run = buildRun();
const { id } = buildRequirementOf(run, 0);

async function buildAsked(over: Partial<Requirement> = {}, options: Parameters<typeof buildSystem>[0] = {}) {
  const system = buildSystem(options);
  await storePool(system.storage.store, "default", "finance", ["fay"]);
  await storeLiveRun(system, run, [buildRequirementOf(run, 0, over)]);
  return system;
}

async function withdraw(system: System, by = "asker", groups: readonly string[] = []): Promise<string> {
  const principal = buildPrincipal(by, groups);
  const answer = await withdrawRequirement(system.decisions, { principal, requirementId: id });
  return answer.outcome === "refused" ? answer.code : answer.outcome;
}

async function readEnd({ storage: { store } }: System) {
  const stored = (await loadRequirement(store, "default", id))?.value;
  const rows = await readOutbox(store, "default");
  return { status: stored?.status, entries: rows.filter(({ body }) => body["kind"] === "withdrawn").length };
}

describe("withdrawing a requirement", () => {
  test("closes it as cancelled with its entry, and wakes its call", async () => {
    const system = await buildAsked();
    const token = system.machine.issueToken(`${run.id}-1`);
    const payload = { tenant: "default", runId: run.id, epoch: 1, requirementId: id, token, retryCount: 0 };
    await system.invoke("open-requirement", payload);
    expect(await withdraw(system)).toBe("withdrawn");
    expect(await readEnd(system)).toEqual({ status: "cancelled", entries: 1 });
    await deliverAll(system);
    expect(system.machine.completed).toEqual([token]);
  });

  test("twice, or 20 times at once, closes it once", async () => {
    const system = await buildAsked();
    const answers = await Promise.all(Array.from({ length: 20 }, () => withdraw(system)));
    expect(answers.toSorted()).toEqual([...Array.from({ length: 19 }, () => "cancelled"), "withdrawn"]);
    expect(await readEnd(system)).toEqual({ status: "cancelled", entries: 1 });
  });

  test.each([
    { what: "a pool member", by: "fay", groups: [], over: {}, code: "not_eligible" },
    { what: "the auditor", by: "aud", groups: ["auditor"], over: {}, code: "not_eligible" },
    { what: "a stranger", by: "eve", groups: [], over: {}, code: "not_found" },
    {
      what: "the asker, once it is approved,",
      by: "asker",
      groups: [],
      over: { status: "approved" },
      code: "too_late",
    },
    {
      what: "the asker, once it is rejected,",
      by: "asker",
      groups: [],
      over: { status: "rejected" },
      code: "too_late",
    },
    {
      what: "the asker of a question about a doubt",
      by: "asker",
      groups: [],
      over: { kind: "reconcile" },
      code: "too_late",
    },
    {
      what: "the asker, once it has expired,",
      by: "asker",
      groups: [],
      over: { status: "expired" },
      code: "expired",
    },
  ] as const)("by $what is refused as $code", async ({ by, groups, over, code }) => {
    const system = await buildAsked(over);
    expect(await withdraw(system, by, groups)).toBe(code);
    expect(await readEnd(system)).toEqual({ status: "status" in over ? over.status : "pending", entries: 0 });
  });

  test("comes too late at its deadline, swept or not", async () => {
    const system = await buildAsked();
    system.clock.set(noonAWeekLater);
    expect(await withdraw(system)).toBe("expired");
    system.clock.set(noonAWeekLater - 1);
    expect(await withdraw(system)).toBe("withdrawn");
  });

  test.each([
    { when: "before", repeated: "withdrawn" },
    { when: "after", repeated: "cancelled" },
  ] as const)(
    "that broke off $when its effect is answered $repeated when repeated",
    async ({ when, repeated }) => {
      const system = await buildAsked({}, { wrap: breakOnce("store.write", when) });
      await expect(withdraw(system)).rejects.toThrow(StoreUnavailable);
      expect(await withdraw(system)).toBe(repeated);
      expect(await readEnd(system)).toEqual({ status: "cancelled", entries: 1 });
    },
  );
});
