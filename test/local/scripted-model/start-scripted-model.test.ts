import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCallModel } from "../../../shared/adapters/openai/call-model.ts";
import type { ModelMessage, ModelReply } from "../../../shared/ports/model.ts";
import {
  startScriptedModel,
  type ScriptedModel,
} from "../../../local/scripted-model/start-scripted-model.ts";

let model: ScriptedModel;

beforeAll(async () => {
  model = await startScriptedModel();
});

afterAll(() => model.close());

const TOOLS = ["lookup_order", "issue_refund"].map((name) => ({
  name,
  description: name,
  parameters: { type: "object" },
}));

function call(messages: readonly ModelMessage[]): Promise<ModelReply> {
  const callModel = createCallModel({ baseUrl: model.baseUrl, apiKey: "" });
  return callModel({
    model: "scripted-support",
    messages,
    tools: TOOLS,
    maxOutputTokens: 1000,
    timeoutMs: 10_000,
  });
}

async function callTools(messages: readonly ModelMessage[]) {
  const reply = await call(messages);
  if (reply.outcome !== "called-tools") throw new Error(`The model did not call a tool: ${reply.outcome}`);
  return reply;
}

function post(body: string): Promise<Response> {
  return fetch(`${model.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
}

const ASK: ModelMessage = { role: "user", content: "Refund order 1042, 250 because the parcel was lost" };

describe("the scripted model as a server", () => {
  test("a refund goes through it as through any model", async () => {
    const first = await callTools([ASK]);
    expect(first.toolCalls).toEqual([
      { id: first.toolCalls[0]?.id, name: "lookup_order", arguments: '{"orderId":"1042"}' },
    ]);
    const messages: ModelMessage[] = [
      ASK,
      { role: "assistant", content: first.content, toolCalls: first.toolCalls },
      {
        role: "tool",
        toolCallId: first.toolCalls[0]?.id ?? "",
        content: '{"id":"1042","customerId":"cus_7","total":"480.00","currency":"EUR"}',
      },
    ];
    const second = await callTools(messages);
    expect(second.toolCalls.map(({ name, arguments: raw }) => [name, raw])).toEqual([
      [
        "issue_refund",
        '{"orderId":"1042","amount":"250.00","currency":"EUR","reason":"the parcel was lost"}',
      ],
    ]);
    const third = await call([
      ...messages,
      { role: "assistant", content: second.content, toolCalls: second.toolCalls },
      { role: "tool", toolCallId: second.toolCalls[0]?.id ?? "", content: "Done." },
    ]);
    expect(third).toHaveProperty(
      "content",
      "Order 1042 of customer cus_7 has a total of 480.00 EUR.\nRefunded 250.00 EUR on order 1042.",
    );
  });

  test("the same conversation gets the same ids, and no id comes twice in it", async () => {
    const ask: ModelMessage = {
      role: "user",
      content: ["call a {}", "call a {}", "then", "call a {}"].join("\n"),
    };
    const first = await callTools([ask]);
    expect(await callTools([ask])).toEqual(first);
    const second = await callTools([
      ask,
      { role: "assistant", content: null, toolCalls: first.toolCalls },
      ...first.toolCalls.map((each): ModelMessage => ({ role: "tool", toolCallId: each.id, content: "ok" })),
    ]);
    const ids = [...first.toolCalls, ...second.toolCalls].map((each) => each.id);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => /^call_[0-9a-f]{24}$/.test(id))).toBe(true);
  });

  test("tokens are counted roughly", async () => {
    const response = await post(
      JSON.stringify({ model: "any", messages: [{ role: "user", content: "x".repeat(400) }] }),
    );
    expect(await response.json()).toMatchObject({
      model: "any",
      usage: { prompt_tokens: 108 },
    });
  });

  test("it lists itself", async () => {
    const response = await fetch(`${model.baseUrl}/models`);
    expect(await response.json()).toEqual({
      object: "list",
      data: [{ id: "scripted-support", object: "model", created: 0, owned_by: "countersign" }],
    });
  });

  test("it listens on loopback only", () => {
    expect(model.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });
});

describe("what it does not know is refused as JSON", () => {
  test("an unknown route", async () => {
    const response = await fetch(`${model.baseUrl}/embeddings`, { method: "POST" });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: {
        message: "There is only POST /v1/chat/completions and GET /v1/models here.",
        type: "invalid_request_error",
        param: null,
        code: null,
      },
    });
  });

  test.each([
    ["no JSON", "{"],
    ["no messages", JSON.stringify({ model: "m", messages: [] })],
    ["streaming", JSON.stringify({ model: "m", messages: [{ role: "user", content: "x" }], stream: true })],
  ])("%s", async (_, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: "Send a Chat Completions request as JSON, without streaming." },
    });
  });

  test("a body over 4 MiB", async () => {
    const response = await post(JSON.stringify({ text: "x".repeat(4 * 1024 * 1024) }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      error: { message: "The request is larger than 4 MiB." },
    });
  });
});
