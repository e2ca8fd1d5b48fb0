import { generateKeyPairSync } from "node:crypto";
import { importJWK, SignJWT } from "jose";
import { cliClientId } from "../../local/issuer/clients.ts";
import { loadIssuerSecrets } from "../../local/issuer/issuer-secrets.ts";
import type { Deployment } from "./deployment.ts";

/** A token of the issuer for `asker` with these scopes alone, separated by spaces. */
export async function signToken(deployment: Deployment, scope: string): Promise<{ readonly token: string }> {
  const { signingKey } = await loadIssuerSecrets(deployment.issuerDirectory);
  return { token: await sign(deployment, scope, await importJWK(signingKey, "RS256"), signingKey.kid) };
}

/** One with every scope, signed by somebody who has not got the issuer's key but names it. */
export async function signWithOtherKey(deployment: Deployment): Promise<{ readonly token: string }> {
  const { signingKey } = await loadIssuerSecrets(deployment.issuerDirectory);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const scope = "countersign/read countersign/run countersign/decide";
  return { token: await sign(deployment, scope, privateKey, signingKey.kid) };
}

function sign(
  { issuerUrl }: Deployment,
  scope: string,
  key: Parameters<SignJWT["sign"]>[0],
  kid: string,
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const person = { sub: "asker", username: "asker", client_id: cliClientId, token_use: "access" };
  return new SignJWT({ ...person, scope, auth_time: now })
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(issuerUrl)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(key);
}
