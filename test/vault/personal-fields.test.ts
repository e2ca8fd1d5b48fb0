import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { defineAgent } from "../../shared/domain/agent.ts";
import { defineTool } from "../../shared/domain/tool.ts";
import { entryListSchema, runViewSchema } from "../../shared/wire/api.ts";
import { json, startLoopbackServer } from "../shared/adapters/openai/loopback-server.ts";
import { cancel, decide, readRun, untilAsked, untilRun } from "../story/play.ts";
import { startStory } from "../story/start-story.ts";
import { readTexts } from "./data-files.ts";

/** What a person, the model or a tool says somewhere is a word with this in it. */
const mark = "canary-";

const text = z.string();

/** Every way in which a tool can say something. */
const agent = defineAgent({
  name: "talkative",
  instructions: "Talk.",
  tools: [
    defineTool({
      name: "look",
      description: "Reads.",
      readOnly: true,
      input: z.strictObject({ text }),
      run: async () => ({ found: `${mark}read-result`, long: `${mark}long-result `.repeat(500) }),
    }),
    defineTool({
      name: "look_in_vain",
      description: "Fails to read.",
      readOnly: true,
      input: z.strictObject({ text }),
      run: () => Promise.reject(new Error(`${mark}read-error`)),
    }),
    defineTool({
      name: "note",
      description: "Is only recorded.",
      approval: { type: "audit" },
      input: z.strictObject({ text }),
      effect: ({ text: said }) => `Note ${said}.`,
      run: async () => `${mark}audit-result`,
    }),
    defineTool({
      name: "act",
      description: "Asks.",
      requiresConfirmation: true,
      approval: { type: "required", pool: "finance" },
      input: z.strictObject({ text }),
      effect: ({ text: said }) => `Act on ${said} with ${mark}effect.`,
      run: async () => ({ done: `${mark}output` }),
    }),
    defineTool({
      name: "act_in_vain",
      description: "Asks, and fails.",
      requiresConfirmation: true,
      input: z.strictObject({ text }),
      effect: () => `Fail with ${mark}effect.`,
      run: () => Promise.reject(new Error(`${mark}tool-error`)),
    }),
  ],
});

function says(content: string | null, ...calls: readonly (readonly [string, string])[]) {
  const tool_calls = calls.map(([name, said], index) => ({
    id: `${mark}model-id-${index}`,
    type: "function",
    function: { name, arguments: JSON.stringify({ text: `${mark}${said}` }) },
  }));
  const message = { role: "assistant", content, ...(calls.length === 0 ? {} : { tool_calls }) };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const choices = [{ index: 0, message, finish_reason: calls.length === 0 ? "stop" : "tool_calls" }];
  return json({ id: "x", object: "chat.completion", created: 1, model: "m", choices, usage });
}

/** Plays a run that goes through every kind of row, and one that ends otherwise; answers the runs. */
async function playEverything(story: Awaited<ReturnType<typeof startStory>>): Promise<readonly string[]> {
  const body = { input: `${mark}input`, metadata: { ticket: `${mark}metadata` }, subjects: ["cus_1"] };
  const headers = { "idempotency-key": "one" };
  const { body: started } = await story.send("asker", "POST", "/agents/talkative/runs", { body, headers });
  const run = runViewSchema.parse(started).id;
  const asked = await untilAsked(story, run);
  const statuses: number[] = [];
  for (const requirement of asked) {
    const said = { decision: "approve", comment: `${mark}comment` };
    const deciders = requirement.tool === "act" ? ["asker", "finance-1"] : ["asker"];
    for (const who of deciders) statuses.push((await decide(story, who, requirement, said)).status);
  }
  expect(statuses).toEqual([200, 200, 200]);
  const [again] = (await untilRun(story, run, (view) => view.requirements.length === 3)).requirements;
  if (again === undefined) throw new Error("Nothing is asked again.");
  await decide(story, "asker", again, { decision: "reject", comment: `${mark}why-not` });
  await decide(story, "outsider", again, { decision: "approve", comment: `${mark}refused-comment` });
  await untilRun(story, run, "completed");
  const { body: second } = await story.send("asker", "POST", "/agents/talkative/runs", { body });
  const cancelled = runViewSchema.parse(second).id;
  await untilAsked(story, cancelled);
  await cancel(story, "asker", cancelled);
  await untilRun(story, cancelled, "cancelled");
  await story.dev.system.events.dispatcher.idle();
  return [run, cancelled];
}

function startModel() {
  return startLoopbackServer(
    says(
      `${mark}rationale`,
      ["look", "read-input"],
      ["look_in_vain", "read-input"],
      [`${mark}no-such-tool`, "unknown"],
      ["note", "audit-input"],
      ["act", "input-of-act"],
      ["act_in_vain", "input-of-act"],
    ),
    says(null, ["act", "input-of-second-act"]),
    says(`${mark}answer`),
    says(`${mark}rationale`, ["act", "input-of-act"]),
  );
}

/** The database as it is now, readable while the server holds the original. */
async function copyOf(directory: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "countersign-vault-"));
  onTestFinished(() => rm(copy, { recursive: true }));
  await cp(directory, copy, { recursive: true });
  return copy;
}

test("nothing that a person, the model or a tool said stands in clear in any row, and all of it is read", async () => {
  await using model = await startModel();
  await using story = await startStory({ agents: [agent], modelUrl: model.baseUrl });
  const [run = ""] = await playEverything(story);
  const shown = JSON.stringify([
    await readRun(story, run, "auditor"),
    (await story.send("auditor", "GET", `/runs/${run}/messages?limit=200`)).body,
  ]);
  for (const word of ["input", "rationale", "read-result", "long-result", "output", "tool-error", "comment"])
    expect(shown).toContain(`${mark}${word}`);

  const texts = readTexts(await copyOf(story.dataDirectory));
  expect(texts.length).toBeGreaterThan(500);
  expect(texts.filter((found) => found.text.includes(mark)).map(({ where }) => where)).toEqual([]);
});

test("once erased, every page of a run still answers, and says that it is erased", async () => {
  await using model = await startModel();
  await using story = await startStory({ agents: [agent], modelUrl: model.baseUrl });
  const runs = await playEverything(story);
  const erased = await story.send("admin", "POST", "/subjects/cus_1/erase");
  expect([erased.status, erased.body]).toEqual([200, { erased: 2 }]);
  const before = story.answers.length;
  for (const run of runs) {
    for (const who of ["asker", "auditor", "admin", "finance-1"]) {
      const view = await readRun(story, run, who);
      for (const { id } of view.requirements) {
        const seen = who === "admin" ? 404 : 200;
        expect((await story.send(who, "GET", `/requirements/${id}`)).status).toBe(seen);
        expect((await story.send("auditor", "GET", `/requirements/${id}/eligibility`)).status).toBe(200);
      }
    }
    expect((await story.send("auditor", "GET", `/runs/${run}/messages?limit=200`)).status).toBe(200);
  }
  for (const path of ["/runs", "/requirements", "/requirements?view=all"])
    expect((await story.send("auditor", "GET", path)).status).toBe(200);
  const answers = story.answers.slice(before).join("\n");
  expect(answers).not.toContain(mark);
  expect(answers).toContain('"effect":"(erased)"');
  expect(answers).toContain('"input":"(erased)"');
  expect(answers).toContain('"comment":"(erased)"');
  const { body } = await story.send("auditor", "GET", "/ledger/entries?kind=erased");
  await story.dev.system.events.dispatcher.idle();
  expect(entryListSchema.parse(body).items.length).toBeLessThanOrEqual(2);
});
