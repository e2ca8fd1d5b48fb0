import { expect, test } from "vitest";
import * as z from "zod/mini";
import { readEnvironment } from "../../../functions/lambda/environment.ts";
import {
  deploymentSchema,
  identitySchema,
  modelSchema,
  spansSchema,
  stateMachineSchema,
  tokenKeySchema,
} from "../../../shared/wire/environment.ts";

const deployment = { PREFIX: "countersign", TENANT: "default" };
const everything = z.extend(
  deploymentSchema,
  z.extend(
    z.extend(tokenKeySchema, stateMachineSchema.shape),
    z.extend(z.extend(spansSchema, modelSchema.shape), identitySchema.shape).shape,
  ).shape,
);

test("a function reads its own variables and leaves the others", () => {
  expect(readEnvironment(deploymentSchema, { ...deployment, PATH: "/bin", MODEL: "x" })).toEqual(deployment);
});

test("one error names every variable that is missing or wrong, and none of their values", () => {
  const wrong = {
    ...deployment,
    PREFIX: "Shouted",
    TOKEN_KEY_ARN: "alias/countersign-token",
    MODEL_URL: "ftp://models.example",
    CLIENT_IDS: "web, cli",
    ISSUER: "https://issuer.example",
    GROUPS_CLAIM: "",
    NAME_CLAIM: "username",
    SPAN_STREAM: "",
  };
  expect(() => readEnvironment(everything, wrong)).toThrow(
    new Error(
      "The function's environment is not usable: PREFIX is not as it has to be, TOKEN_KEY_ARN is not as it has to be, " +
        "STATE_MACHINE_ARN is missing, SPAN_STREAM is not as it has to be, MODEL is missing, " +
        "MODEL_URL is not as it has to be, CLIENT_IDS is not as it has to be, GROUPS_CLAIM is not as it has to be. " +
        "Redeploy the service stack, which sets it.",
    ),
  );
});

test("an empty environment misses what every function is told", () => {
  expect(() => readEnvironment(deploymentSchema, {})).toThrow(
    new Error(
      "The function's environment is not usable: PREFIX is missing, TENANT is missing. " +
        "Redeploy the service stack, which sets it.",
    ),
  );
});

test("a deployment without stream and model key is whole", () => {
  const model = { MODEL: "gpt-4.1-mini", MODEL_URL: "https://api.openai.com/v1" };
  const schema = z.extend(spansSchema, modelSchema.shape);
  expect(readEnvironment(schema, model)).toEqual(model);
});
