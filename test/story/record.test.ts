import { expect, test } from "vitest";
import { approve, askOne, decide, refundSentence, untilRun } from "./play.ts";
import { startStory } from "./start-story.ts";

test("a refused attempt is sealed in the ledger with its code, and once however often it is tried", async () => {
  await using story = await startStory();
  const { requirement } = await askOne(story, refundSentence);
  for (let times = 0; times < 5; times += 1) await decide(story, "outsider", requirement);
  await decide(story, "finance-1", requirement);
  await story.dev.system.events.dispatcher.idle();
  const entries = await story.ports.ledger.entriesOf(requirement.id);
  const refused = entries.flatMap(({ entry }) =>
    entry.kind === "refused" ? [`${entry.actor.subject} ${entry.code}`] : [],
  );
  expect(refused).toEqual(["outsider not_found", "finance-1 stage_not_open"]);
});

test("every step of a refund is sealed once, in the order in which it happened, by whoever did it", async () => {
  await using story = await startStory();
  const { run, requirement } = await askOne(story, refundSentence);
  await approve(story, requirement, "asker", "finance-1");
  await untilRun(story, run, "completed");
  await story.dev.system.events.dispatcher.idle();
  const entries = await story.ports.ledger.entriesOf(requirement.id);
  const told = entries.map(({ entry }) => [
    entry.kind,
    entry.actor.subject,
    entry.stage,
    entry.decision ?? entry.outcome,
  ]);
  expect(told).toEqual([
    ["requested", "asker", undefined, undefined],
    ["confirmed", "asker", 0, "approve"],
    ["decided", "finance-1", 1, "approve"],
    ["executed", "asker", undefined, "succeeded"],
  ]);
  expect(new Set(entries.map(({ entry }) => entry.digest))).toEqual(new Set([requirement.digest]));
  // A hash of the arguments alone could be found again by guessing them.
  expect(JSON.stringify(entries)).not.toContain(requirement.inputDigest);
});
