import { randomUUID } from "node:crypto";
import { importJWK, SignJWT } from "jose";
import type { Now } from "../../shared/ports/functions.ts";
import type { SigningKey } from "./issuer-secrets.ts";
import type { SeededPerson } from "./seeded-people.ts";

/** As Cognito's default. */
export const tokenLifetimeSeconds = 3_600;

/** What an access token says. */
export interface AccessTokenContent {
  readonly clientId: string;
  /** Space-separated, as granted. */
  readonly scope: string;
  /** Absent: the client signed in as itself, just now. */
  readonly signedIn?: {
    readonly person: SeededPerson;
    /** Epoch seconds. */
    readonly authenticatedAt: number;
  };
}

/**
 * Makes the function that signs access tokens in Cognito's shape: RS256, `token_use` and `client_id`, no `aud`.
 * `iat` and `exp` follow `now`, so that the demo's test clock ages tokens like everything else.
 */
export function createAccessTokenSigner(settings: {
  readonly issuerUrl: string;
  readonly signingKey: SigningKey;
  readonly now: Now;
}): (content: AccessTokenContent) => Promise<string> {
  const { issuerUrl, signingKey, now } = settings;
  const key = importJWK(signingKey, "RS256");

  return async (content) => {
    const issuedAt = epochSeconds(now);
    return new SignJWT({
      ...subjectClaims(content),
      iss: issuerUrl,
      client_id: content.clientId,
      token_use: "access",
      scope: content.scope,
      auth_time: content.signedIn?.authenticatedAt ?? issuedAt,
      iat: issuedAt,
      exp: issuedAt + tokenLifetimeSeconds,
      jti: randomUUID(),
    })
      .setProtectedHeader({ alg: "RS256", kid: signingKey.kid })
      .sign(await key);
  };
}

export function epochSeconds(now: Now): number {
  return Math.floor(now() / 1_000);
}

function subjectClaims({ signedIn, clientId }: AccessTokenContent) {
  if (signedIn === undefined) return { sub: clientId };
  const { person } = signedIn;
  return {
    sub: person.subject,
    username: person.subject,
    // Cognito leaves the claim out for people without groups.
    ...(person.groups.length === 0 ? {} : { "cognito:groups": [...person.groups] }),
  };
}
