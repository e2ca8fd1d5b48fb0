import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { restartsSchema } from "../../agents/support/tables.ts";
import { StoreUnavailable } from "../../shared/domain/errors.ts";
import type { WriteAction } from "../../shared/ports/store.ts";
import type { RequirementView } from "../../shared/wire/api.ts";
import {
  approve,
  askOne,
  callLine,
  cancel,
  decide,
  only,
  readRequirement,
  readToolMessages,
  untilAsked,
  untilRun,
  withdraw,
} from "./play.ts";
import { readRefused } from "./refused-records.ts";
import { startStory, type Story, type Who } from "./start-story.ts";

const executionSchema = z.object({ status: z.string() });

/**
 * Loses the result of the first call that ran, this many times: by default as often as the executor tries, so that the
 * tool had its effect, and nobody wrote it down. With `after`, the result is written and only the answer is lost.
 */
function startForgetfulStory(losses = 5, when: "before" | "after" = "before"): Promise<Story> {
  let tries = 0;
  const forgets = (actions: readonly WriteAction[]) =>
    actions.some(
      (action) =>
        action.action === "put" &&
        action.key.table === "executions" &&
        executionSchema.safeParse(action.body).data?.status === "succeeded",
    );
  return startStory({
    wrapPorts: (ports) => ({
      ...ports,
      store: {
        get: (keys) => ports.store.get(keys),
        query: (range) => ports.store.query(range),
        async write(actions) {
          if (tries === losses || !forgets(actions)) return ports.store.write(actions);
          tries += 1;
          if (when === "after") await ports.store.write(actions);
          throw new StoreUnavailable("The disk is away.");
        },
      },
    }),
  });
}

/** A restart that happened, and of which the system does not know. */
async function createDoubt(
  story: Story,
): Promise<{ readonly run: string; readonly question: RequirementView }> {
  const { run, requirement } = await askOne(story, callLine("restart_service", { service: "checkout" }));
  await approve(story, requirement, "asker");
  await untilRun(story, run, ({ requirements }) => requirements[0]?.execution?.status === "running");
  // The claim holds for the invocation's 60 seconds and a margin; nobody runs the call or asks about it before.
  for (let minutes = 0; minutes < 4; minutes += 1) await story.advance(60_000);
  const question = only(await untilAsked(story, run));
  return { run, question };
}

function answer(story: Story, who: Who, { id, digest }: RequirementView, outcome: string) {
  return story.send(who, "POST", `/requirements/${id}/answers`, { body: { digest, answers: { outcome } } });
}

async function countRestarts(story: Story): Promise<number> {
  const { items } = await story.ports.store.query({
    table: "agent-support",
    partition: "default#restarts",
    order: "ascending",
    limit: 10,
  });
  return items.reduce((sum, { body }) => sum + restartsSchema.parse(body).restarts.length, 0);
}

test.for([
  ["is lost four times", 4, "before"],
  ["is written while the answer is lost", 1, "after"],
] as const)("a result that %s is recorded once, and nobody is asked about it", async ([, losses, when]) => {
  await using story = await startForgetfulStory(losses, when);
  const { run, requirement } = await askOne(story, callLine("restart_service", { service: "checkout" }));
  await approve(story, requirement, "asker");
  await untilRun(story, run, "completed");
  const { requirements } = await untilRun(story, run, "completed");
  expect(requirements.map(({ kind, execution }) => `${kind} ${execution?.status ?? ""}`)).toEqual([
    "approval succeeded",
  ]);
  expect(await countRestarts(story)).toBe(1);
});

describe("a call of which nobody knows whether it ran", () => {
  test("is put to the asker, who alone may answer, and is never run again unasked", async () => {
    await using story = await startForgetfulStory();
    const { run, question } = await createDoubt(story);
    expect(question).toMatchObject({
      kind: "reconcile",
      status: "pending",
      stages: [{ by: "asker", need: 1, status: "open" }],
      form: { properties: { outcome: { enum: ["happened", "run-again", "give-up"] } } },
      execution: { status: "in-doubt" },
    });
    const verdicts: string[] = [];
    for (const who of ["asker-2", "finance-1", "admin", "auditor"]) {
      const { status, code } = await answer(story, who, question, "happened");
      verdicts.push(`${who} ${status} ${code}`);
    }
    expect(verdicts).toEqual([
      "asker-2 404 not_found",
      "finance-1 404 not_found",
      "admin 404 not_found",
      "auditor 403 not_eligible",
    ]);
    expect((await answer(story, "asker", question, "approve")).code).toBe("invalid_input");
    expect((await answer(story, "asker", { ...question, digest: "0".repeat(64) }, "run-again")).code).toBe(
      "stale_digest",
    );
    expect((await decide(story, "asker", question)).code).toBe("decision_not_allowed");
    expect((await decide(story, "asker", question, "reject")).code).toBe("decision_not_allowed");
    expect((await withdraw(story, "asker", question)).code).toBe("too_late");
    expect(await readRequirement(story, question.id)).toEqual(question);
    expect(await readRefused(story, question.id)).toContain("asker too_late");
    expect(await countRestarts(story)).toBe(1);

    expect((await answer(story, "asker", question, "happened")).status).toBe(200);
    await untilRun(story, run, "completed");
    expect(await readRequirement(story, question.id)).toMatchObject({ status: "answered" });
    expect(only(await readToolMessages(story, run)).content).toBe(
      "It ran; a person confirmed that after a crash.",
    );
    expect(await countRestarts(story)).toBe(1);
    expect((await answer(story, "asker", question, "run-again")).code).toBe("already_decided");
  });

  test.each([
    ["run-again", 2, "succeeded"],
    ["give-up", 1, "failed"],
  ])("and is answered by %s has run %i times in all and %s", async (outcome, restarts, status) => {
    await using story = await startForgetfulStory();
    const { run, question } = await createDoubt(story);
    expect((await answer(story, "asker", question, outcome)).status).toBe(200);
    await untilRun(story, run, "completed");
    expect(await countRestarts(story)).toBe(restarts);
    expect((await readRequirement(story, question.id)).execution?.status).toBe(status);
  });

  test("is given up when nobody answers in time", async () => {
    await using story = await startForgetfulStory();
    const { run, question } = await createDoubt(story);
    await story.advance(7 * 24 * 3_600_000);
    await untilRun(story, run, "completed");
    expect((await answer(story, "asker", question, "run-again")).code).toBe("expired");
    expect(await countRestarts(story)).toBe(1);
  });

  test("is given up when its run is cancelled", async () => {
    await using story = await startForgetfulStory();
    const { run, question } = await createDoubt(story);
    await cancel(story, "asker", run);
    await untilRun(story, run, "cancelled");
    expect((await answer(story, "asker", question, "run-again")).code).toBe("cancelled");
    expect(await countRestarts(story)).toBe(1);
  });
});
