import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { InvariantBroken, SecretUnavailable } from "../../domain/errors.ts";
import type { Now } from "../../ports/functions.ts";
import { toServiceFault } from "./service-faults.ts";

/** So long a rotated secret's former value may still be used; a call costs 0.05 USD per 10,000. */
const KEPT_MS = 5 * 60 * 1_000;

/**
 * Reads the current text of one secret, at most once in five minutes; calls that come together share one request. No
 * error holds the value. `secretId` is the secret's name or ARN. Permission: secretsmanager:GetSecretValue.
 *
 * @throws SecretUnavailable when it may be read later; InvariantBroken when there is no text of that name.
 */
export function createReadSecret(parts: {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly now?: Now;
}): () => Promise<string> {
  const { client, secretId, now = Date.now } = parts;
  let kept: { readonly text: Promise<string>; readonly until: number } | undefined;

  return async () => {
    if (kept === undefined || kept.until <= now()) {
      const text = fetchSecret(client, secretId);
      const fetched = { text, until: now() + KEPT_MS };
      kept = fetched;
      text.catch(() => {
        if (kept === fetched) kept = undefined;
      });
    }
    return kept.text;
  };
}

async function fetchSecret(client: SecretsManagerClient, secretId: string): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId: secretId });
  const { SecretString: text } = await client.send(command).catch((error: unknown) => {
    throw toServiceFault(error, `GetSecretValue of "${secretId}"`, SecretUnavailable);
  });
  if (text !== undefined && text !== "") return text;
  throw new InvariantBroken(`Secret "${secretId}" holds no text: store its value as plain text.`);
}
