import { describe, expect, test } from "vitest";
import { runViewSchema } from "../../shared/wire/api.ts";
import {
  approve,
  askOne,
  callLine,
  cancel,
  decide,
  only,
  readOrder,
  readRequirement,
  readToolMessages,
  refundSentence,
  startRun,
  untilAsked,
  untilRun,
  withdraw,
} from "./play.ts";
import { createSlowAgent } from "./slow-agent.ts";
import { startStory } from "./start-story.ts";

describe("cancelling a run", () => {
  test.each(["asker", "admin"])("before the confirmation, by %s, closes what it asked for", async (who) => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    expect((await cancel(story, who, run)).status).toBe(200);
    expect((await untilRun(story, run, "cancelled")).output).toBeUndefined();
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "cancelled",
      execution: { status: "cancelled" },
    });
    expect((await decide(story, "asker", requirement)).code).toBe("cancelled");
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
  });

  test("between the stages keeps the confirmation on record and runs nothing", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await approve(story, requirement, "asker");
    await cancel(story, "asker", run);
    await untilRun(story, run, "cancelled");
    expect((await decide(story, "finance-1", requirement)).code).toBe("cancelled");
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "cancelled",
      stages: [{ status: "passed", decisions: [{ by: "asker" }] }, { decisions: [] }],
    });
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
  });

  test("while a call runs lets the call finish, and records it", async () => {
    const slow = createSlowAgent();
    await using story = await startStory({ agents: [slow.agent] });
    const run = await startRun(story, callLine("work_slowly", {}), { agent: "slow" });
    const requirement = only(await untilAsked(story, run));
    await approve(story, requirement, "asker");
    await slow.started;
    const answer = await cancel(story, "asker", run);
    expect([answer.status, runViewSchema.parse(answer.body).status]).toEqual([200, "running"]);
    expect((await withdraw(story, "asker", requirement)).code).toBe("too_late");
    slow.finish();
    await untilRun(story, run, "cancelled");
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "approved",
      execution: { status: "succeeded", output: "The work is done." },
    });
    expect(slow.ran()).toBe(1);
    await story.dev.system.events.dispatcher.idle();
    const entries = await story.ports.ledger.entriesOf(requirement.id);
    expect(entries.map(({ entry }) => [entry.kind, entry.outcome])).toContainEqual(["executed", "succeeded"]);
  });

  test("before the model has answered ends it without a call", async () => {
    await using story = await startStory();
    for (let round = 0; round < 10; round += 1) {
      const run = await startRun(story, refundSentence);
      expect((await cancel(story, "asker", run)).status).toBe(200);
      const { requirements } = await untilRun(story, run, "cancelled");
      expect(requirements.filter(({ status }) => status === "pending")).toEqual([]);
    }
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
  });

  test("again changes nothing, and after the end it is too late", async () => {
    await using story = await startStory();
    const { run } = await askOne(story, refundSentence);
    await cancel(story, "asker", run);
    const ended = await untilRun(story, run, "cancelled");
    expect((await cancel(story, "asker", run)).body).toEqual(ended);
    const finished = await startRun(story, "Look up order 1042");
    await untilRun(story, finished, "completed");
    expect((await cancel(story, "asker", finished)).code).toBe("too_late");
    expect((await cancel(story, "admin", finished)).code).toBe("too_late");
  });

  test.each(["asker-2", "finance-1", "ops-1", "auditor", "outsider", "service"])(
    "is not for %s",
    async (who) => {
      await using story = await startStory();
      const { run, requirement } = await askOne(story, refundSentence);
      const { code } = await cancel(story, who, run);
      expect(code).toBe(who === "finance-1" || who === "auditor" ? "not_eligible" : "not_found");
      expect(await readRequirement(story, requirement.id)).toEqual(requirement);
    },
  );

  test("twenty times at once cancels once", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    const answers = await Promise.all(Array.from({ length: 20 }, () => cancel(story, "asker", run)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    await untilRun(story, run, "cancelled");
    await story.dev.system.events.dispatcher.idle();
    const kinds = (await story.ports.ledger.entriesOf(requirement.id)).map(({ entry }) => entry.kind);
    expect(kinds).toEqual(["requested", "cancelled", "executed"]);
  });
});

describe("taking a request back", () => {
  test("ends that call alone: the run goes on and the model is told", async () => {
    await using story = await startStory();
    const restart = callLine("restart_service", { service: "checkout" });
    const email = callLine("send_email", {
      to: "ann@example.com",
      subject: "Found",
      body: "We have found it.",
    });
    const run = await startRun(story, `${restart}\n${email}`);
    const [first, second] = await untilAsked(story, run);
    if (first === undefined || second === undefined) throw new Error("Two were asked for.");
    expect((await withdraw(story, "asker", first)).status).toBe(200);
    await approve(story, second, "asker");
    await untilRun(story, run, "completed");
    const messages = await readToolMessages(story, run);
    expect(messages.map(({ content }) => content.slice(0, 60))).toEqual([
      "Refused: The request was taken back before it was decided.",
      '{"to":"ann@example.com","subject":"Found","body":"We have fo',
    ]);
    expect(await readRequirement(story, first.id)).toMatchObject({
      status: "cancelled",
      execution: { status: "cancelled" },
    });
  });
});
