import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { support } from "../../agents/support/agent.ts";
import { defineAgent } from "../../shared/domain/agent.ts";
import { defineTool } from "../../shared/domain/tool.ts";
import { approve, askOne, callLine, readToolMessages, startRun, untilAsked, untilRun } from "./play.ts";
import { startStory } from "./start-story.ts";

const lookup = callLine("lookup_order", { orderId: "1042" });
const turns = (count: number) => Array.from({ length: count }, () => lookup).join("\nthen\n");

describe("a run that uses up its budget", () => {
  test.each([
    [{ modelCalls: 3 }, "The run used its 3 model calls."],
    [{ tokens: 1_000 }, "The run used its 1000 tokens."],
  ])("%j ends with what it used", async (budget, message) => {
    const agent = defineAgent({ ...support, budget });
    await using story = await startStory({ agents: [agent] });
    const run = await startRun(story, turns(20));
    const { error, usage } = await untilRun(story, run, "failed");
    expect(error).toEqual({
      code: "budget_exceeded",
      message: `${message} Start support again with a smaller task, or raise its budget.`,
    });
    expect(usage.modelCalls).toBeLessThan(20);
  });

  test("does not pay for the time that people take", async () => {
    const agent = defineAgent({ ...support, budget: { activeSeconds: 60 } });
    await using story = await startStory({ agents: [agent] });
    const { run, requirement } = await askOne(story, callLine("restart_service", { service: "checkout" }));
    await story.advance(5 * 24 * 3_600_000);
    await approve(story, requirement, "asker");
    expect((await untilRun(story, run, "completed")).usage).toMatchObject({ modelCalls: 2, toolCalls: 1 });
  });
});

describe("results that are large", () => {
  const dump = defineTool({
    name: "dump",
    description: "Reads a great deal.",
    readOnly: true,
    input: z.strictObject({ part: z.string() }),
    run: async () => "\u0001".repeat(40_001),
  });
  const explode = defineTool({
    name: "explode",
    description: "Has a result that is too large to keep.",
    requiresConfirmation: true,
    input: z.strictObject({}),
    effect: () => "Explode.",
    run: async () => "漢".repeat(120_000),
  });
  const agent = defineAgent({ name: "reader", instructions: "Read.", tools: [dump, explode] });

  test("are cut, each for itself, and a turn may have many of them", async () => {
    await using story = await startStory({ agents: [agent] });
    const calls = Array.from({ length: 8 }, (_, part) => callLine("dump", { part: `${part}` }));
    const run = await startRun(story, calls.join("\n"), { agent: "reader" });
    await untilRun(story, run, "completed");
    const messages = await readToolMessages(story, run);
    expect(messages.map(({ content }) => content.slice(-20))).toEqual(
      Array.from({ length: 8 }, () => "\u0001 [1 characters cut]"),
    );
  });

  test("of a call that ran are not kept, and it is said that it ran", async () => {
    await using story = await startStory({ agents: [agent] });
    const run = await startRun(story, callLine("explode", {}), { agent: "reader" });
    const [requirement] = await untilAsked(story, run);
    if (requirement === undefined) throw new Error("Nothing was asked.");
    await approve(story, requirement, "asker");
    await untilRun(story, run, "completed");
    expect((await readToolMessages(story, run))[0]?.content).toBe(
      "Failed: It ran, but its result has more than 265000 bytes and was not kept.",
    );
  });
});
