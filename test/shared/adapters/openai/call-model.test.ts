import { describe, expect, test } from "vitest";
import { createCallModel, type CallModelOptions } from "../../../../shared/adapters/openai/call-model.ts";
import type { ModelReply, ModelRequest } from "../../../../shared/ports/model.ts";
import { failure, hang, json, startLoopbackServer, type Answer } from "./loopback-server.ts";

const REQUEST: ModelRequest = {
  model: "test-model",
  messages: [{ role: "user", content: "Hello" }],
  tools: [],
  maxOutputTokens: 500,
  timeoutMs: 10_000,
};

const USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const COUNTED = { inputTokens: 12, outputTokens: 3 };

function completion(message: object, finishReason: string | null = "stop", usage: unknown = USAGE) {
  return {
    id: "x",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finishReason }],
    usage,
  };
}

function toolCall(id: unknown, raw: unknown = "{}", name = "lookup_order") {
  return { id, type: "function", function: { name, arguments: raw } };
}

/** The reply to one call, and how many requests it took. */
async function ask(
  answers: Answer[],
  request: Partial<ModelRequest> = {},
  options: Partial<CallModelOptions> = {},
) {
  await using server = await startLoopbackServer(...answers);
  const callModel = createCallModel({ baseUrl: server.baseUrl, apiKey: "key", ...options });
  const reply = await callModel({ ...REQUEST, ...request });
  return { reply, requests: server.requests };
}

async function readBody(body: unknown): Promise<ModelReply> {
  return (await ask([json(body)])).reply;
}

const MALFORMED: ModelReply = {
  outcome: "unavailable",
  reason:
    "The model endpoint sent a malformed reply twice; check that OPENAI_BASE_URL leads to a Chat Completions API (it often ends in /v1).",
};
const TIMED_OUT: ModelReply = {
  outcome: "unavailable",
  reason: "The model did not answer in time; start the run again, or choose a faster model.",
};

describe("what the model said", () => {
  test("text is an answer", async () => {
    expect(await readBody(completion({ content: "Hello back" }))).toEqual({
      outcome: "answered",
      content: "Hello back",
      usage: COUNTED,
    });
  });

  test("tool calls come in the model's order, with the raw text of their arguments", async () => {
    const message = {
      content: null,
      tool_calls: [toolCall("b", '{"orderId":'), toolCall("a", ' {"a":1, "a":2}'), toolCall("c", "", "wipe")],
    };
    expect(await readBody(completion(message, "tool_calls"))).toEqual({
      outcome: "called-tools",
      content: null,
      toolCalls: [
        { id: "b", name: "lookup_order", arguments: '{"orderId":' },
        { id: "a", name: "lookup_order", arguments: ' {"a":1, "a":2}' },
        { id: "c", name: "wipe", arguments: "" },
      ],
      usage: COUNTED,
    });
  });

  test("tool calls count although the server says stop and leaves out their type", async () => {
    const message = { content: "One moment", tool_calls: [{ ...toolCall("call 1/ü"), type: undefined }] };
    expect(await readBody(completion(message, "stop"))).toEqual({
      outcome: "called-tools",
      content: "One moment",
      toolCalls: [{ id: "call 1/ü", name: "lookup_order", arguments: "{}" }],
      usage: COUNTED,
    });
  });

  test.each([
    ["a refusal", completion({ content: null, refusal: "I will not." }), "I will not."],
    ["a content filter", completion({ content: null }, "content_filter"), ""],
    [
      "a refusal with calls beside it",
      completion({ content: null, refusal: "No.", tool_calls: [toolCall("a")] }, "tool_calls"),
      "No.",
    ],
  ])("%s is a refusal", async (_, body, text) => {
    expect(await readBody(body)).toEqual({ outcome: "refused", text, usage: COUNTED });
  });

  test.each([
    ["text", completion({ content: "It beg" }, "length")],
    ["whole calls", completion({ content: null, tool_calls: [toolCall("a", '{"or')] }, "length")],
    ["half a call", completion({ content: null, tool_calls: [{ id: "a" }] }, "length")],
  ])("a length stop uses nothing of %s", async (_, body) => {
    expect(await readBody(body)).toEqual({ outcome: "cut-off", usage: COUNTED });
  });

  test.each([
    ["no choice", { choices: [], usage: USAGE }],
    ["neither text nor calls", completion({ content: null })],
    ["blank text", completion({ content: " \n" })],
    ["an empty list of calls", completion({ tool_calls: [] }, "tool_calls")],
  ])("%s is empty", async (_, body) => {
    expect(await readBody(body)).toEqual({ outcome: "empty", usage: COUNTED });
  });

  test.each([
    ["missing", undefined],
    ["null", null],
    ["text", "many"],
    ["negative", { prompt_tokens: -1, completion_tokens: 0.5 }],
  ])("usage that is %s counts as zeros", async (_, usage) => {
    expect(await readBody({ ...completion({ content: "Hi" }), usage })).toEqual({
      outcome: "answered",
      content: "Hi",
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });
});

describe("a malformed reply is asked for once more, then given up", () => {
  test.each([
    ["no completion", { error: { message: "SECRET" } }],
    ["a list", []],
    ["no message", { choices: [{ finish_reason: "stop" }] }],
    ["a tool call without an id", completion({ tool_calls: [toolCall(undefined)] })],
    ["an empty id", completion({ tool_calls: [toolCall("")] })],
    ["the same id twice", completion({ tool_calls: [toolCall("a"), toolCall("a")] })],
    ["an id of 257 characters", completion({ tool_calls: [toolCall("i".repeat(257))] })],
    ["arguments that are no text", completion({ tool_calls: [toolCall("a", { orderId: "1042" })] })],
    ["arguments over their bound", completion({ tool_calls: [toolCall("a", "x".repeat(262_145))] })],
    [
      "129 calls",
      completion({ tool_calls: Array.from({ length: 129 }, (_, index) => toolCall(`${index}`)) }),
    ],
    ["text over its bound", completion({ content: "x".repeat(1_048_577) })],
  ])("%s", async (_, body) => {
    const { reply, requests } = await ask([json(body)]);
    expect(reply).toEqual(MALFORMED);
    expect(requests.length).toBe(2);
  });

  test.each([
    ["a page of HTML", "text/html", "<html>SECRET</html>"],
    ["JSON that breaks off", "application/json", '{"choices":['],
    ["nothing", "application/json", ""],
  ])("%s", async (_, type, body) => {
    const { reply, requests } = await ask([
      (outgoing) => {
        outgoing.writeHead(200, { "content-type": type }).end(body);
      },
    ]);
    expect(reply).toEqual(MALFORMED);
    expect(requests.length).toBe(2);
  });

  test("a whole reply to the second request is used", async () => {
    const { reply } = await ask([json([]), json(completion({ content: "Hi" }))]);
    expect(reply).toEqual({ outcome: "answered", content: "Hi", usage: COUNTED });
  });

  test("128 calls and texts at their bounds are read", async () => {
    const calls = Array.from({ length: 128 }, (_, index) => toolCall(`${index}`));
    calls[0] = toolCall("i".repeat(256), "x".repeat(262_144));
    expect(await readBody(completion({ content: "x".repeat(1_048_576), tool_calls: calls }))).toMatchObject({
      outcome: "called-tools",
      toolCalls: { length: 128 },
    });
  });

  test("a body over 8 MiB is not read to its end and not asked for again", async () => {
    const { reply, requests } = await ask([json(completion({ content: "x".repeat(9 * 1024 * 1024) }))]);
    expect(reply).toEqual({
      outcome: "unavailable",
      reason: "The model endpoint sent more than 8 MiB; check that OPENAI_BASE_URL is right.",
    });
    expect(requests.length).toBe(1);
  });
});

describe("failures of the server", () => {
  test.each([
    [429, { "retry-after": "0" }],
    [408, { "retry-after-ms": "1" }],
    [500, { "retry-after-ms": "1" }],
    [503, { "retry-after-ms": "1" }],
  ])("a passing %d is retried", async (status, headers) => {
    const { reply, requests } = await ask([failure(status, headers), json(completion({ content: "Hi" }))]);
    expect(reply).toEqual({ outcome: "answered", content: "Hi", usage: COUNTED });
    expect(requests.length).toBe(2);
  });

  test.each([
    [401, 1, "The model endpoint refused the API key; set OPENAI_API_KEY to a valid one (HTTP 401)."],
    [403, 1, "The API key may not use this model; allow it, or name another model (HTTP 403)."],
    [
      404,
      1,
      "The model endpoint knows no such model or route; check the model's name and OPENAI_BASE_URL (HTTP 404).",
    ],
    [
      413,
      1,
      "The conversation is too long for the model endpoint; start a new run with a shorter one (HTTP 413).",
    ],
    [
      400,
      1,
      "The model endpoint refused the request; check that the model supports tools and this conversation's length (HTTP 400).",
    ],
    [
      429,
      4,
      "The model endpoint kept limiting the rate, or its quota is used up; try again later or raise the quota (HTTP 429).",
    ],
    [502, 4, "The model endpoint kept failing; start the run again later (HTTP 502)."],
  ])("a lasting %d ends after %d requests with what to do, in our words", async (status, sent, reason) => {
    const { reply, requests } = await ask([failure(status)]);
    expect(reply).toEqual({ outcome: "unavailable", reason, status });
    expect(requests.length).toBe(sent);
  });

  test("a hang ends with the time given for the whole call", async () => {
    const { reply } = await ask([hang], { timeoutMs: 50 });
    expect(reply).toEqual(TIMED_OUT);
  });

  test("a body that never ends is a hang", async () => {
    const { reply } = await ask(
      [
        (outgoing) => {
          outgoing.writeHead(200, { "content-type": "application/json" }).write('{"choices":');
        },
      ],
      { timeoutMs: 50 },
    );
    expect(reply).toEqual(TIMED_OUT);
  });

  test("one attempt that hangs leaves time for another", async () => {
    const { reply, requests } = await ask(
      [hang, json(completion({ content: "Hi" }))],
      {},
      { attemptTimeoutMs: 50 },
    );
    expect(reply).toEqual({ outcome: "answered", content: "Hi", usage: COUNTED });
    expect(requests.length).toBe(2);
  });

  test("a wait that the server asks for ends with the time given", async () => {
    const { reply } = await ask([failure(429, { "retry-after": "30" })], { timeoutMs: 50 });
    expect(reply).toEqual(TIMED_OUT);
  });

  test("a connection that is cut before the answer is retried", async () => {
    const cut: Answer = (outgoing) => outgoing.destroy();
    const { reply, requests } = await ask([cut, json(completion({ content: "Hi" }))]);
    expect(reply).toEqual({ outcome: "answered", content: "Hi", usage: COUNTED });
    expect(requests.length).toBe(2);
  });

  test("a connection that is cut in the middle of the answer is explained", async () => {
    const { reply } = await ask([
      (outgoing) => {
        outgoing.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        outgoing.write("{", () => outgoing.destroy());
      },
    ]);
    expect(reply).toEqual({
      outcome: "unavailable",
      reason:
        "The request could not be sent, or the connection broke off; check OPENAI_BASE_URL and OPENAI_API_KEY, then start the run again.",
    });
  });

  test("a refused connection says that the endpoint cannot be reached", async () => {
    const server = await startLoopbackServer(hang);
    await server[Symbol.asyncDispose]();
    const callModel = createCallModel({ baseUrl: server.baseUrl, apiKey: "key", maxRetries: 0 });
    expect(await callModel(REQUEST)).toEqual({
      outcome: "unavailable",
      reason: "The model endpoint cannot be reached; check OPENAI_BASE_URL and that it is running.",
    });
  });
});

describe("what is sent", () => {
  test("the conversation, the tools and the limit, in the words of Chat Completions", async () => {
    const { requests } = await ask([json(completion({ content: "Hi" }))], {
      messages: [
        { role: "system", content: "You help." },
        { role: "user", content: "Look" },
        {
          role: "assistant",
          content: null,
          toolCalls: [{ id: "a", name: "lookup_order", arguments: '{"orderId":' }],
        },
        { role: "tool", toolCallId: "a", content: "invalid" },
        { role: "assistant", content: null, toolCalls: [] },
      ],
      tools: [{ name: "lookup_order", description: "Looks.", parameters: { type: "object" } }],
    });
    expect(requests).toEqual([
      {
        url: "/v1/chat/completions",
        authorization: "Bearer key",
        body: {
          model: "test-model",
          messages: [
            { role: "system", content: "You help." },
            { role: "user", content: "Look" },
            {
              role: "assistant",
              content: null,
              tool_calls: [
                { id: "a", type: "function", function: { name: "lookup_order", arguments: '{"orderId":' } },
              ],
            },
            { role: "tool", tool_call_id: "a", content: "invalid" },
            { role: "assistant", content: "" },
          ],
          tools: [
            {
              type: "function",
              function: { name: "lookup_order", description: "Looks.", parameters: { type: "object" } },
            },
          ],
          max_tokens: 500,
          stream: false,
        },
      },
    ]);
  });

  test("a model that refuses max_tokens gets max_completion_tokens, from then on at once", async () => {
    const refuse: Answer = (outgoing) => {
      const error = { message: "Unsupported parameter", param: "max_tokens", code: "unsupported_parameter" };
      outgoing.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    };
    await using server = await startLoopbackServer(refuse, json(completion({ content: "Hi" })));
    const callModel = createCallModel({ baseUrl: server.baseUrl, apiKey: "" });
    expect(await callModel(REQUEST)).toMatchObject({ outcome: "answered" });
    expect(await callModel(REQUEST)).toMatchObject({ outcome: "answered" });
    const messages = [{ role: "user", content: "Hello" }];
    expect(server.requests.map((request) => request.body)).toEqual([
      { model: "test-model", messages, max_tokens: 500, stream: false },
      { model: "test-model", messages, max_completion_tokens: 500, stream: false },
      { model: "test-model", messages, max_completion_tokens: 500, stream: false },
    ]);
    expect(server.requests[0]?.authorization).toBe("Bearer none");
  });
});
