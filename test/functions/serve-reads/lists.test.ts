import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  agentNameSchema,
  callIdOf,
  epochMillisSchema,
  requirementIdOf,
  toolNameSchema,
} from "../../../shared/domain/ids.ts";
import { decidedBy, listKey } from "../../../shared/records/keys.ts";
import { requirementListSchema, runListSchema } from "../../../shared/wire/api.ts";
import {
  buildCall,
  buildModelStep,
  buildRequirement,
  buildRun,
  noon,
  person,
  runIdAt,
  stage,
  tenant,
  vote,
} from "../http/records.ts";
import { createWorld, verdictOf, type World } from "../http/world.ts";

/** Requirement `req_…` of the run of that minute. */
function idAt(minute: number) {
  return requirementIdOf(callIdOf(runIdAt(minute), 1, 0), 1);
}

function requirementAt(minute: number, overrides: Parameters<typeof buildRequirement>[2] = {}) {
  const run = buildRun(minute, overrides.requester === undefined ? {} : { requester: overrides.requester });
  return buildRequirement(callIdOf(run.id, 1, 0), run, overrides);
}

async function listMinutes(world: World, as: string, query: string): Promise<readonly number[]> {
  const { items } = requirementListSchema.parse(
    (await world.send("GET", `/requirements${query}`, { as })).json,
  );
  return items.map(({ createdAt }) => (Date.parse(createdAt) - noon) / 60_000);
}

const financeFirst = [stage("finance", { status: "open" })];
const opsFirst = [stage("ops", { status: "open" })];
const askerFirst = [stage("asker", { status: "open" }), stage("finance")];

async function createAsked() {
  const world = await createWorld();
  world.now = noon + 3_600_000;
  const voted = [stage("finance", { status: "open", need: 2, votes: [vote("finance-1", "approve")] })];
  await world.addRequirement(requirementAt(1, { stages: financeFirst }));
  await world.addRequirement(requirementAt(2, { stages: askerFirst }));
  await world.addRequirement(
    requirementAt(3, {
      stages: opsFirst,
      tool: toolNameSchema.parse("restart_service"),
      effect: "Restarts the SHOP.",
    }),
  );
  await world.addRequirement(requirementAt(4, { stages: financeFirst, requester: person("finance-1") }));
  await world.addRequirement(requirementAt(5, { stages: voted }));
  await world.addRequirement(
    requirementAt(6, { stages: financeFirst, expiresAt: epochMillisSchema.parse(noon + 1_800_000) }),
  );
  await world.addRequirement(
    requirementAt(7, { stages: financeFirst, kind: "reconcile", requester: person("asker-2") }),
  );
  return world;
}

describe("requirements", () => {
  test.each<[string, string, readonly number[]]>([
    ["finance-1", "?view=awaiting-me", [7, 1]],
    ["finance-2", "?view=awaiting-me", [7, 5, 4, 1]],
    ["asker", "?view=awaiting-me", [2]],
    ["ops-1", "?view=awaiting-me", [3]],
    ["auditor", "?view=awaiting-me", []],
    ["admin", "?view=awaiting-me", []],
    ["outsider", "?view=awaiting-me", []],
    ["service", "?view=awaiting-me", []],
    ["asker", "?view=asked-by-me", [6, 5, 3, 2, 1]],
    ["finance-1", "?view=asked-by-me", [4]],
    ["finance-1", "?view=all", [7, 6, 5, 4, 2, 1]],
    ["finance-1", "", [7, 6, 5, 4, 2, 1]],
    ["ops-1", "", [3]],
    ["auditor", "", [7, 6, 5, 4, 3, 2, 1]],
    ["auditor", "?pool=ops", [3]],
    ["auditor", "?tool=restart_service", [3]],
    ["auditor", "?kind=reconcile", [7]],
    ["auditor", "?kind=input", []],
    ["auditor", `?run=${runIdAt(4)}`, [4]],
    ["auditor", "?text=the%20shop", [3]],
    ["auditor", "?text=ASKER-2", [7]],
    ["ops-1", "?pool=finance", []],
    ["finance-1", `?run=${runIdAt(3)}`, []],
  ])("%s asks for %s", async (as, query, minutes) => {
    expect(await listMinutes(await createAsked(), as, query)).toEqual(minutes);
  });

  test("that one has decided stand in the order of the decisions", async () => {
    const world = await createAsked();
    for (const [minute, at] of [
      [5, 10],
      [1, 20],
      [3, 30],
    ] as const) {
      const key = listKey("decisions", decidedBy(tenant, "finance-1"), noon + at, idAt(minute));
      await world.write({ action: "put", key, body: {}, expect: "absent" });
    }
    // The third is of another pool by now: it is not theirs to see any more.
    expect(await listMinutes(world, "finance-1", "?view=decided")).toEqual([1, 5]);
  });

  test.each([
    "?view=mine",
    "?limit=0",
    "?limit=-5",
    "?limit=201",
    "?limit=5&limit=6",
    "?kind=nonsense",
    "?cursor=",
    "?cursor=%7B%7D",
    "?cursor=AAAA",
    `?cursor=${Buffer.from("run#local#x").toString("base64url")}`,
    `?cursor=${Buffer.from(`000000000000001#${runIdAt(0)}`).toString("base64url")}`,
    `?cursor=${"A".repeat(5_000)}`,
    `?text=${"x".repeat(201)}`,
    "?person=asker",
    "?__proto__=1",
  ])("%s is refused", async (query) => {
    const world = await createWorld();
    expect(verdictOf(await world.send("GET", `/requirements${query}`, { as: "asker" }))).toBe(
      "422 invalid_input",
    );
  });

  test("pages of any size together are the list, each item once", async () => {
    const world = await createWorld();
    // Half of them stand in two of the lists that are read as one.
    for (let minute = 0; minute < 30; minute += 1) {
      await world.addRequirement(
        requirementAt(minute, {
          requester: person(minute % 2 === 0 ? "finance-1" : "asker"),
          stages: minute % 3 === 0 ? opsFirst : financeFirst,
        }),
      );
    }
    const all = await listMinutes(world, "finance-1", "?limit=200");
    expect(all).toHaveLength(25);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
        const found: string[] = [];
        let cursor = "";
        for (;;) {
          const { json } = await world.send(
            "GET",
            `/requirements?tool=issue_refund&limit=${limit}${cursor}`,
            { as: "finance-1" },
          );
          const page = requirementListSchema.parse(json);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items.map(({ id }) => id));
          if (page.nextCursor === null) break;
          cursor = `&cursor=${page.nextCursor}`;
        }
        expect(found).toEqual(all.map(idAt));
      }),
      { numRuns: 30 },
    );
  });

  test("a filter that finds nothing among 1,000 rows answers an empty page and goes on with the next", async () => {
    const world = await createWorld();
    const rows = Array.from({ length: 1_050 }, (_, n) =>
      listKey("work", `asked#${tenant}#asker`, noon + n, idAt(1)),
    );
    for (let start = 0; start < rows.length; start += 50) {
      await world.write(
        ...rows
          .slice(start, start + 50)
          .map((key) => ({ action: "put", key, body: {}, expect: "absent" }) as const),
      );
    }
    const first = requirementListSchema.parse(
      (await world.send("GET", "/requirements?view=asked-by-me", { as: "asker" })).json,
    );
    expect([first.items.length, typeof first.nextCursor]).toEqual([0, "string"]);
    const path = `/requirements?view=asked-by-me&cursor=${first.nextCursor}`;
    expect((await world.send("GET", path, { as: "asker" })).json).toEqual({ items: [], nextCursor: null });
  });
});

describe("runs", () => {
  async function createRuns() {
    const world = await createWorld();
    const paused = buildRun(3, { requester: person("asker-2") });
    await world.addRun(
      buildRun(1, { status: "completed", ending: { status: "completed", output: "Done." } }),
    );
    await world.addRun(buildRun(2, { agent: agentNameSchema.parse("ops-bot") }));
    await world.addRun(paused, [buildModelStep(paused.id)], [buildCall(paused.id, 0)]);
    await world.addRequirement(buildRequirement(callIdOf(paused.id, 1, 0), paused));
    await world.addRun(buildRun(4));
    return world;
  }

  test.each<[string, string, readonly number[]]>([
    ["asker", "", [4, 2, 1]],
    ["asker-2", "", [3]],
    ["auditor", "", [4, 3, 2, 1]],
    ["admin", "", [4, 3, 2, 1]],
    ["finance-1", "", []],
    ["auditor", "?status=paused", [3]],
    ["auditor", "?status=running", [4, 2]],
    ["auditor", "?status=completed", [1]],
    ["auditor", "?status=failed", []],
    ["auditor", "?agent=ops-bot", [2]],
    ["auditor", "?requester=asker-2", [3]],
    ["asker", "?requester=asker-2", []],
    ["auditor", "?limit=2", [4, 3]],
  ])("%s asks for %s", async (as, query, minutes) => {
    const world = await createRuns();
    const { items } = runListSchema.parse((await world.send("GET", `/runs${query}`, { as })).json);
    expect(items.map(({ id }) => id)).toEqual(minutes.map(runIdAt));
  });

  test("a cursor leads through the list, and of another list it leads nowhere", async () => {
    const world = await createRuns();
    const first = runListSchema.parse((await world.send("GET", "/runs?limit=3", { as: "auditor" })).json);
    const second = runListSchema.parse(
      (await world.send("GET", `/runs?limit=3&cursor=${first.nextCursor}`, { as: "auditor" })).json,
    );
    expect(second.items.map(({ id }) => id)).toEqual([runIdAt(1)]);
    expect(second.nextCursor).toBeNull();
    const crossed = await world.send("GET", `/requirements?cursor=${first.nextCursor}`, { as: "auditor" });
    expect(verdictOf(crossed)).toBe("422 invalid_input");
  });

  test("an admin's list has no content", async () => {
    const world = await createRuns();
    const { json } = await world.send("GET", "/runs", { as: "admin" });
    expect(JSON.stringify(json)).not.toMatch(/1042|250\.00|Done\./);
  });
});
