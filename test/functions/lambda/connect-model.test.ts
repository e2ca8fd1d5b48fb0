import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { connectModel } from "../../../functions/lambda/connect-model.ts";
import type { ModelRequest } from "../../../shared/ports/model.ts";
import { listenOnLoopback } from "../../builders/listen-on-loopback.ts";

const secretArn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:model-key-AbCdEf";
const request: ModelRequest = {
  model: "gpt-4.1-mini",
  messages: [{ role: "user", content: "Hello" }],
  tools: [],
  maxOutputTokens: 10,
  timeoutMs: 5_000,
};

const reply = {
  id: "1",
  object: "chat.completion",
  created: 1,
  model: "gpt-4.1-mini",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello" } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

/** A model's endpoint and Secrets Manager at one address of loopback, which note what each was asked with. */
async function startEndpoints() {
  const modelKeys: (string | undefined)[] = [];
  const secretsRead: (string | undefined)[] = [];
  const answer = ({ url, headers }: IncomingMessage, response: ServerResponse): void => {
    const isModel = url === "/v1/chat/completions";
    if (isModel) modelKeys.push(headers.authorization);
    else secretsRead.push(String(headers["x-amz-target"]));
    response.setHeader("content-type", isModel ? "application/json" : "application/x-amz-json-1.1");
    response.end(JSON.stringify(isModel ? reply : { ARN: secretArn, SecretString: "key-1" }));
  };
  const url = await listenOnLoopback(answer);
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: url,
  });
  return { modelUrl: `${url}/v1`, modelKeys, secretsRead };
}

test("the key is read when the model is first asked, and not again for the next question", async () => {
  const { modelUrl, modelKeys, secretsRead } = await startEndpoints();
  const callModel = connectModel({ MODEL_URL: modelUrl, MODEL_KEY_SECRET_ARN: secretArn });
  expect(secretsRead).toEqual([]);
  expect(await callModel(request)).toMatchObject({ outcome: "answered", content: "Hello" });
  expect(await callModel(request)).toMatchObject({ outcome: "answered", content: "Hello" });
  expect(secretsRead).toEqual(["secretsmanager.GetSecretValue"]);
  expect(modelKeys).toEqual(["Bearer key-1", "Bearer key-1"]);
});

test("a deployment without a secret asks the model with the key none", async () => {
  const { modelUrl, modelKeys, secretsRead } = await startEndpoints();
  const callModel = connectModel({ MODEL_URL: modelUrl });
  expect(await callModel(request)).toMatchObject({ outcome: "answered", content: "Hello" });
  expect(modelKeys).toEqual(["Bearer none"]);
  expect(secretsRead).toEqual([]);
});
