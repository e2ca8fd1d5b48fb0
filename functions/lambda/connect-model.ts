import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createReadSecret } from "../../shared/adapters/aws/read-secret.ts";
import { createCallModel } from "../../shared/adapters/openai/call-model.ts";
import type { CallModel } from "../../shared/ports/model.ts";
import { clientSettings } from "./client-settings.ts";

interface ModelSettings {
  readonly MODEL_URL: string;
  readonly MODEL_KEY_SECRET_ARN?: string | undefined;
}

/** The model behind its endpoint; the key is read when it is first needed, and again now and then, so that it can change. */
export function connectModel({ MODEL_URL: baseUrl, MODEL_KEY_SECRET_ARN }: ModelSettings): CallModel {
  if (MODEL_KEY_SECRET_ARN === undefined) return createCallModel({ baseUrl, apiKey: "none" });
  const client = new SecretsManagerClient(clientSettings);
  const readKey = createReadSecret({ client, secretId: MODEL_KEY_SECRET_ARN });
  let current: { readonly apiKey: string; readonly callModel: CallModel } | undefined;
  return async (request) => {
    const apiKey = await readKey();
    if (current?.apiKey !== apiKey) current = { apiKey, callModel: createCallModel({ baseUrl, apiKey }) };
    return current.callModel(request);
  };
}
