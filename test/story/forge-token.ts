import { generateKeyPairSync } from "node:crypto";
import { importJWK, SignJWT } from "jose";
import { cliClientId } from "../../local/issuer/clients.ts";
import { loadIssuerSecrets } from "../../local/issuer/issuer-secrets.ts";
import type { Story } from "./start-story.ts";

type Claims = Readonly<Record<string, unknown>>;

const oneHourSeconds = 3_600;

/** A token as the issuer would sign it for `asker`, but for the changes; `undefined` takes a claim away. */
export async function forgeToken(story: Story, changes: Claims = {}): Promise<{ readonly token: string }> {
  const { signingKey } = await loadIssuerSecrets(story.dataDirectory);
  const key = await importJWK(signingKey, "RS256");
  return { token: await sign(story, changes, key, signingKey.kid) };
}

/** The same, signed by somebody who has not got the issuer's key but names it. */
export async function signWithOtherKey(story: Story): Promise<{ readonly token: string }> {
  const { signingKey } = await loadIssuerSecrets(story.dataDirectory);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return { token: await sign(story, {}, privateKey, signingKey.kid) };
}

/** Says of itself that it needs no signature. */
export function withoutSignature(story: Story): { readonly token: string } {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  return { token: `${encode({ alg: "none", typ: "JWT" })}.${encode(claimsOf(story))}.` };
}

/** A machine that was given the right to decide by mistake. */
export function forgeMachine(story: Story, changes: Claims = {}): Promise<{ readonly token: string }> {
  return forgeToken(story, { sub: "service", client_id: "service", username: undefined, ...changes });
}

function sign(
  story: Story,
  changes: Claims,
  key: Parameters<SignJWT["sign"]>[0],
  kid: string,
): Promise<string> {
  return new SignJWT({ ...claimsOf(story), ...changes }).setProtectedHeader({ alg: "RS256", kid }).sign(key);
}

function claimsOf({ url }: Story): Claims {
  const now = Math.floor(Date.now() / 1_000);
  return {
    iss: `${url}/oidc`,
    sub: "asker",
    username: "asker",
    client_id: cliClientId,
    token_use: "access",
    scope: "openid countersign/read countersign/run countersign/decide",
    auth_time: now,
    iat: now,
    exp: now + oneHourSeconds,
  };
}
