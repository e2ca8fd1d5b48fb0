import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import type { Run } from "../../../shared/domain/run.ts";
import type { Store, WriteAction } from "../../../shared/ports/store.ts";
import { outboxPartition, outboxShards, vaultKey } from "../../../shared/records/keys.ts";
import { createRunWrites } from "../../../shared/records/run-records.ts";
import { createRunKeyWrite, loadRunKey } from "../../../shared/records/vault-records.ts";
import { buildRun, noon, tenant } from "../http/records.ts";
import { createWorld, type World } from "../http/world.ts";

const strong = (length: number) => new Uint8Array(length).fill(9);

function buildEnded(minute: number, over: Partial<Run> = {}): Run {
  return buildRun(minute, { status: "completed", ending: { status: "completed", output: "x" }, ...over });
}

/** Stores a run about customer cus_1, with its key unless told otherwise. */
async function addRun(world: World, run: Run, hasKey = true): Promise<void> {
  const key = hasKey ? [createRunKeyWrite(tenant, run.id, strong)] : [];
  await world.write(...createRunWrites(run, ["cus_1"]), ...key);
}

async function erase(world: World, as: string, subject = "cus_1", body: unknown = {}) {
  const { status, json } = await world.send("POST", `/subjects/${subject}/erase`, { as, body });
  return { status, json };
}

async function statusesOf({ store }: World, runs: readonly Run[]): Promise<readonly unknown[]> {
  return Promise.all(runs.map(async ({ id }) => (await loadRunKey(store, tenant, id))?.status));
}

async function entriesOf({ store }: World): Promise<readonly string[]> {
  const pages = await Promise.all(
    outboxShards.map((shard) =>
      store.query({
        table: "rules",
        partition: outboxPartition(tenant, shard),
        order: "ascending",
        limit: 1_000,
      }),
    ),
  );
  return pages.flatMap(({ items }) => items.map(({ body }) => String(body["id"]))).toSorted();
}

/** Fails the write with this number, counted from 1, before or after it took effect. */
function breakWrite(number: number, fault: "before" | "after") {
  let count = 0;
  return (store: Store): Store => ({
    get: (keys) => store.get(keys),
    query: (range) => store.query(range),
    async write(actions: readonly WriteAction[]) {
      const isErasure = actions.some(({ key }) => key.table === "vault" && actions.length === 2);
      if (isErasure) count += 1;
      const breaks = isErasure && count === number;
      if (breaks && fault === "before") throw new StoreUnavailable("Away.");
      const outcome = await store.write(actions);
      if (breaks) throw new StoreUnavailable("Away.");
      return outcome;
    },
  });
}

describe("POST /subjects/{subject}/erase", () => {
  test.each([
    ["nobody", 401, "unauthenticated"],
    ["admin", 403, "insufficient_scope"],
    ["auditor", 403, "insufficient_scope"],
    ["service", 403, "machine_token"],
    ["clerk", 404, "not_found"],
    ["auditing-clerk", 404, "not_found"],
  ] as const)("by %s is %s %s, and erases nothing", async (who, status, code) => {
    const world = await createWorld();
    const run = buildEnded(1);
    await addRun(world, run);
    expect(await erase(world, who)).toMatchObject({ status, json: { code } });
    expect(await statusesOf(world, [run])).toEqual(["kept"]);
    expect(await entriesOf(world)).toEqual([]);
  });

  test("erases the keys of all runs about the person, each with its entry, and is the same again", async () => {
    const world = await createWorld();
    const runs = [buildEnded(1), buildEnded(2), buildEnded(3, { status: "failed" })];
    for (const run of runs) await addRun(world, run);
    for (const _ of [1, 2]) {
      expect(await erase(world, "administrator")).toEqual({ status: 200, json: { erased: 3 } });
      expect(await statusesOf(world, runs)).toEqual(["erased", "erased", "erased"]);
      expect(await entriesOf(world)).toEqual(runs.map(({ id }) => `erased|${id}`));
    }
    const [item] = await world.store.get([vaultKey(tenant, runs[0]?.id ?? buildEnded(1).id)]);
    expect(item?.body).toEqual({ v: 1, status: "erased", at: noon + 60_000 });
  });

  test("erases more runs than one request reads", async () => {
    const world = await createWorld();
    const runs = Array.from({ length: 230 }, (_, minute) => buildEnded(minute));
    for (const run of runs) await addRun(world, run);
    expect(await erase(world, "administrator")).toEqual({ status: 200, json: { erased: 230 } });
    expect(new Set(await statusesOf(world, runs))).toEqual(new Set(["erased"]));
  });

  test("of somebody of whom nothing is known erases nothing", async () => {
    const world = await createWorld();
    expect(await erase(world, "administrator", "cus%2F2")).toEqual({ status: 200, json: { erased: 0 } });
  });

  test.each([
    ["a subject that is too long", "x".repeat(201), {}],
    ["a body", "cus_1", { force: true }],
  ])("refuses %s", async (_, subject, body) => {
    const world = await createWorld();
    const answer = await erase(world, "administrator", subject, body);
    expect(answer).toMatchObject({ status: 422, json: { code: "invalid_input" } });
  });

  test("erases nothing while a run goes on, and names it", async () => {
    const world = await createWorld();
    const runs = [buildEnded(1), buildRun(2), buildRun(3)];
    for (const run of runs) await addRun(world, run);
    const [, second, third] = runs;
    expect(await erase(world, "administrator")).toMatchObject({
      status: 409,
      json: {
        code: "in_use",
        detail: `${second?.id}, ${third?.id} have not ended: wait or cancel, then erase again. Nothing was erased.`,
      },
    });
    expect(await statusesOf(world, runs)).toEqual(["kept", "kept", "kept"]);
  });

  test("does not claim to have erased a run that was stored before there were keys", async () => {
    const world = await createWorld();
    const runs = [buildEnded(1), buildEnded(2)];
    await addRun(world, buildEnded(1));
    await addRun(world, buildEnded(2), false);
    expect(await erase(world, "administrator")).toMatchObject({ status: 409, json: { code: "too_late" } });
    expect(await statusesOf(world, runs)).toEqual(["kept", undefined]);
  });

  test.each([
    [1, "before"],
    [1, "after"],
    [2, "before"],
    [2, "after"],
    [3, "after"],
  ] as const)("broken off at write %i %s its effect is finished by a repeat", async (number, fault) => {
    const world = await createWorld({ wrap: breakWrite(number, fault) });
    const runs = [buildEnded(1), buildEnded(2), buildEnded(3)];
    for (const run of runs) await addRun(world, run);
    expect(await erase(world, "administrator")).toMatchObject({ status: 503 });
    expect(await erase(world, "administrator")).toEqual({ status: 200, json: { erased: 3 } });
    expect(await statusesOf(world, runs)).toEqual(["erased", "erased", "erased"]);
    expect(await entriesOf(world)).toEqual(runs.map(({ id }) => `erased|${id}`));
  });

  test("by two admins at once erases each run once", async () => {
    const world = await createWorld();
    const runs = [buildEnded(1), buildEnded(2), buildEnded(3)];
    for (const run of runs) await addRun(world, run);
    await Promise.all([erase(world, "administrator"), erase(world, "administrator")]);
    expect(await erase(world, "administrator")).toEqual({ status: 200, json: { erased: 3 } });
    expect(await entriesOf(world)).toEqual(runs.map(({ id }) => `erased|${id}`));
  });
});
