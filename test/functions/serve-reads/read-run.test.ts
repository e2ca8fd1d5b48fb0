import { describe, expect, test } from "vitest";
import { callIdOf, epochMillisSchema, requirementIdOf } from "../../../shared/domain/ids.ts";
import { messageListSchema, runViewSchema } from "../../../shared/wire/api.ts";
import {
  buildCall,
  buildExecution,
  buildModelStep,
  buildRequirement,
  buildResultsStep,
  buildRun,
  noon,
  stage,
  vote,
} from "../http/records.ts";
import { createWorld, verdictOf, type World } from "../http/world.ts";

const run = buildRun(0);
const call = callIdOf(run.id, 1, 0);
const requirement = buildRequirement(call, run, {
  stages: [stage("asker", { status: "open" }), stage("finance")],
});

async function createPaused() {
  const world = await createWorld();
  await world.addRun(run, [buildModelStep(run.id)], [buildCall(run.id, 0)]);
  await world.addRequirement(requirement);
  return world;
}

/** Lets `events` happen, one with each wait for a change; then time passes by itself. */
function happen(world: World, ...events: readonly (() => Promise<void>)[]) {
  let waits = 0;
  world.onWait = async () => {
    const event = events[waits];
    waits += 1;
    if (event === undefined) world.now += 1_000;
    else await event();
  };
  return () => waits;
}

async function read(world: World, query: string) {
  return runViewSchema.parse((await world.send("GET", `/runs/${run.id}${query}`, { as: "asker" })).json);
}

describe("waiting for a run", () => {
  test("answers when the status changes, and not before", async () => {
    const world = await createPaused();
    const waits = happen(
      world,
      async () => {},
      async () => world.replaceRun({ ...run, updatedAt: epochMillisSchema.parse(noon + 5_000) }),
      async () => world.replaceRun({ ...run, status: "cancelled", ending: { status: "cancelled" } }),
    );
    expect((await read(world, "?wait=20")).status).toBe("cancelled");
    // Neither a hint without a change nor a change without another status ended it.
    expect(waits()).toBe(3);
  });

  test("answers while paused when somebody decided and somebody else is waited for", async () => {
    const world = await createPaused();
    happen(world, async () =>
      world.replaceRequirement({
        ...requirement,
        stages: [
          stage("asker", { status: "passed", votes: [vote("asker", "approve")] }),
          stage("finance", { status: "open" }),
        ],
      }),
    );
    const view = await read(world, "?wait=20");
    expect([view.status, view.requirements[0]?.stages[1]?.status]).toEqual(["paused", "open"]);
  });

  test("answers at once when the status is not the one that the caller has seen", async () => {
    const world = await createPaused();
    const waits = happen(world);
    expect((await read(world, "?wait=20&seen=running")).status).toBe("paused");
    expect(waits()).toBe(0);
    expect((await read(world, "?wait=2&seen=paused")).status).toBe("paused");
    expect(waits()).toBe(2);
  });

  test("answers with what there is once the seconds are over", async () => {
    const world = await createPaused();
    const waits = happen(world);
    expect((await read(world, "?wait=3")).status).toBe("paused");
    expect(waits()).toBe(3);
  });

  test("ends even when the clock stands still", async () => {
    const world = await createPaused();
    world.onWait = async () => {};
    expect((await read(world, "?wait=20")).status).toBe("paused");
  });

  test("does not wait for a run that has ended, nor without being asked to", async () => {
    const world = await createPaused();
    expect((await read(world, "")).status).toBe("paused");
    expect((await read(world, "?wait=0")).status).toBe("paused");
    await world.replaceRun({
      ...run,
      status: "completed",
      ending: { status: "completed", output: "Refunded." },
    });
    const ended = await read(world, "?wait=20");
    expect([ended.status, ended.output]).toEqual(["completed", "Refunded."]);
  });

  test.each([
    "?wait=21",
    "?wait=-1",
    "?wait=1&wait=2",
    "?seen=asleep",
    "?active=yes",
    "?colour=red",
    "?wait=",
  ])("%s is refused", async (query) => {
    const world = await createPaused();
    expect(verdictOf(await world.send("GET", `/runs/${run.id}${query}`, { as: "asker" }))).toBe(
      "422 invalid_input",
    );
  });
});

describe("a run", () => {
  test("names its requirements with the open ones first, or only those", async () => {
    const world = await createPaused();
    const later = callIdOf(run.id, 1, 1);
    await world.replaceRequirement({ ...requirement, status: "approved" });
    await world.addRequirement(
      buildRequirement(later, run, { createdAt: epochMillisSchema.parse(noon + 9_000) }),
    );
    const open = requirementIdOf(later, 1);
    expect((await read(world, "")).requirements.map(({ id }) => id)).toEqual([open, requirement.id]);
    expect((await read(world, "?active=true")).requirements.map(({ id }) => id)).toEqual([open]);
    expect((await read(world, "?active=false")).requirements).toHaveLength(2);
  });

  test("shows how it failed once that is final", async () => {
    const world = await createPaused();
    const error = { code: "model_error", message: "The model did not answer." } as const;
    await world.replaceRun({ ...run, ending: { status: "failed", error } });
    expect("error" in (await read(world, ""))).toBe(false);
    await world.replaceRun({ ...run, status: "failed", ending: { status: "failed", error } });
    expect((await read(world, "")).error).toEqual({
      code: "model_error",
      message: "The model did not answer.",
    });
  });
});

describe("the conversation", () => {
  async function createTalked() {
    const world = await createWorld();
    const [read, refund, open] = [0, 1, 2].map((place) => callIdOf(run.id, 1, place));
    if (read === undefined || refund === undefined || open === undefined) throw new Error("Three calls.");
    const steps = [
      buildModelStep(run.id, 3),
      buildResultsStep([{ call: read, status: "succeeded", content: '{"id":"1042"}' }]),
    ];
    await world.addRun(run, steps, [buildCall(run.id, 1), buildCall(run.id, 2)]);
    await world.addExecution(buildExecution.succeeded(refund, run.id));
    return { world, read, refund, open };
  }

  test("holds what was asked, said, and answered so far, without the agent's instructions", async () => {
    const { world, read: first, refund, open } = await createTalked();
    const { json } = await world.send("GET", `/runs/${run.id}/messages`, { as: "asker" });
    const text = '{"orderId":"1042","amount":"250.00"}';
    expect(messageListSchema.parse(json)).toEqual({
      items: [
        {
          role: "user",
          content: "Refund order 1042, 250.00 because the parcel was lost",
          at: "2026-11-22T12:00:00.000Z",
        },
        {
          role: "assistant",
          content: "I will refund this.",
          calls: [first, refund, open].map((id) => ({ call: id, tool: "issue_refund", arguments: text })),
          at: "2026-11-22T12:00:01.000Z",
        },
        { role: "tool", call: first, tool: "issue_refund", content: '{"id":"1042"}' },
        { role: "tool", call: refund, tool: "issue_refund", content: '{"refunded":"250.00"}' },
      ],
      nextCursor: null,
    });
  });

  test("comes in pages", async () => {
    const { world } = await createTalked();
    const roles: string[] = [];
    let path: string | null = `/runs/${run.id}/messages?limit=3`;
    while (path !== null) {
      const page = messageListSchema.parse((await world.send("GET", path, { as: "auditor" })).json);
      roles.push(...page.items.map(({ role }) => role), "|");
      path = page.nextCursor === null ? null : `/runs/${run.id}/messages?limit=3&cursor=${page.nextCursor}`;
    }
    expect(roles).toEqual(["user", "assistant", "tool", "|", "tool", "|"]);
  });
});
