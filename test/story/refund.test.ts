import { describe, expect, test } from "vitest";
import {
  approve,
  askOne,
  decide,
  listRequirements,
  readOrder,
  readRequirement,
  refundInput,
  refundSentence,
  untilRun,
} from "./play.ts";
import { startStory } from "./start-story.ts";

describe("the story of the README", () => {
  test("a refund is asked for, confirmed, approved and made exactly once", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    expect(requirement).toMatchObject({
      kind: "approval",
      status: "pending",
      tool: "issue_refund",
      input: refundInput,
      effect: "Refund EUR 250.00 for order 1042.",
      stages: [
        { by: "asker", need: 1, got: 0, status: "open", decisions: [] },
        { by: ["finance"], need: 1, got: 0, status: "waiting", decisions: [] },
      ],
      requester: { kind: "person", subject: "asker" },
      execution: { status: "waiting" },
    });
    expect(await listRequirements(story, "finance-1", "?view=awaiting-me")).toEqual([]);
    expect((await listRequirements(story, "asker", "?view=awaiting-me")).map(({ id }) => id)).toEqual([
      requirement.id,
    ]);

    await approve(story, requirement, "asker");
    expect((await listRequirements(story, "finance-2", "?view=awaiting-me")).map(({ id }) => id)).toEqual([
      requirement.id,
    ]);
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
    await approve(story, requirement, "finance-1");

    const finished = await untilRun(story, run, "completed");
    expect(finished.output).toBe(
      "Order 1042 of customer cus_17 has a total of 1250.00 EUR.\nRefunded 250.00 EUR on order 1042.",
    );
    const refunds = (await readOrder(story, "1042")).refunds.map(({ amount, requirement: id }) => [
      amount,
      id,
    ]);
    expect(refunds).toEqual([["250.00", requirement.id]]);
    expect(await readRequirement(story, requirement.id)).toMatchObject({
      status: "approved",
      stages: [
        { status: "passed", got: 1, decisions: [{ by: "asker", decision: "approve", channel: "api" }] },
        { status: "passed", got: 1, decisions: [{ by: "finance-1", decision: "approve", channel: "api" }] },
      ],
      execution: { status: "succeeded" },
    });
    expect((await listRequirements(story, "finance-1", "?view=decided")).map(({ id }) => id)).toEqual([
      requirement.id,
    ]);
  });

  test("the narration tells each of its events once, in their order", async () => {
    await using story = await startStory();
    const { run, requirement } = await askOne(story, refundSentence);
    await approve(story, requirement, "asker", "finance-3");
    await untilRun(story, run, "completed");
    await story.dev.system.events.dispatcher.idle();
    const words = story.lines.slice(1).map((line) => line.split(/ {2,}/)[0]);
    expect(words).toEqual(["asked", "confirmed", "approved", "ran once"]);
  });

  test("a refund that the pool rejects is not made, and one that the asker does not confirm is not put to the pool", async () => {
    await using story = await startStory();
    const first = await askOne(story, refundSentence);
    await approve(story, first.requirement, "asker");
    const said = { decision: "reject", comment: "The parcel was found." };
    expect((await decide(story, "finance-2", first.requirement, said)).status).toBe(200);
    await untilRun(story, first.run, "completed");

    const second = await askOne(story, refundSentence);
    expect((await decide(story, "asker", second.requirement, "reject")).status).toBe(200);
    await untilRun(story, second.run, "completed");
    expect(await listRequirements(story, "finance-1", "?view=awaiting-me")).toEqual([]);
    expect((await decide(story, "finance-1", second.requirement)).code).toBe("already_decided");
    expect((await readOrder(story, "1042")).refunds).toEqual([]);
  });
});
