import { expect, test } from "vitest";
import { support } from "../../agents/support/agent.ts";
import { forgeToken } from "./forge-token.ts";
import { approve, askOne, decide, readRequirement, refundSentence } from "./play.ts";
import { startStory } from "./start-story.ts";

test("the owner of the agent is no approver, even in the pool", async () => {
  await using story = await startStory({ agents: [{ ...support, owner: "finance-1" }] });
  const { requirement } = await askOne(story, refundSentence);
  expect((await decide(story, "finance-1", requirement)).code).toBe("stage_not_open");
  await approve(story, requirement, "asker");
  expect((await decide(story, "finance-1", requirement)).code).toBe("self_approval");
  expect((await decide(story, "finance-2", requirement)).status).toBe(200);
});

test("a person who asked for a refund and sits in the pool confirms it, and cannot also sign it off", async () => {
  await using story = await startStory();
  const { requirement } = await askOne(story, refundSentence, "finance-1");
  expect((await decide(story, "finance-1", requirement)).status).toBe(200);
  expect((await decide(story, "finance-1", requirement)).code).toBe("self_approval");
  expect((await decide(story, "finance-2", requirement)).status).toBe(200);
});

test("groups in a token make nobody a member: the pool does", async () => {
  await using story = await startStory();
  const { requirement } = await askOne(story, refundSentence);
  await approve(story, requirement, "asker");
  const claimed = await forgeToken(story, {
    sub: "mallory",
    username: "mallory",
    "cognito:groups": ["finance"],
  });
  expect((await decide(story, claimed, requirement)).code).toBe("not_found");
  expect((await readRequirement(story, requirement.id)).stages.map(({ got }) => got)).toEqual([1, 0]);
});
