import { expect, test } from "vitest";
import { runViewSchema } from "../../shared/wire/api.ts";
import { approve, askOne, cancel, decide, refundSentence, startRun, untilRun } from "./play.ts";
import { startStory } from "./start-story.ts";

const waiting = (run: string) => `/runs/${run}?wait=20`;

test("a long poll is answered when a run begins to wait, and when it ends", async () => {
  await using story = await startStory();
  const run = await startRun(story, refundSentence);
  const paused = await story.send("asker", "GET", `${waiting(run)}&seen=running`);
  const [requirement] = runViewSchema.parse(paused.body).requirements;
  if (requirement === undefined) throw new Error("Nothing was asked.");
  await approve(story, requirement, "asker");
  await approve(story, requirement, "finance-1");
  let latest = await story.send("asker", "GET", `${waiting(run)}&seen=paused`);
  while (runViewSchema.parse(latest.body).status === "running") {
    latest = await story.send("asker", "GET", `${waiting(run)}&seen=running`);
  }
  expect(runViewSchema.parse(latest.body).status).toBe("completed");
});

test("a hundred long polls are all answered when the run is cancelled", async () => {
  await using story = await startStory();
  const { run, requirement } = await askOne(story, refundSentence);
  const polls = Array.from({ length: 100 }, () => story.send("asker", "GET", waiting(run)));
  // Refused, so no news: nobody is answered by it.
  await decide(story, "finance-1", requirement);
  await cancel(story, "asker", run);
  const answers = await Promise.all(polls);
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
  await untilRun(story, run, "cancelled");
});

test("a long poll under way does not keep the system from closing", async () => {
  let poll: Promise<unknown> | undefined;
  {
    await using story = await startStory();
    const { run } = await askOne(story, refundSentence);
    poll = story.send("asker", "GET", waiting(run)).catch(() => "cut off");
    await story.send("asker", "GET", "/runs");
  }
  await poll;
  expect(await Promise.race([poll, Promise.resolve("open")])).not.toBe("open");
});
