import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import * as z from "zod/mini";
import { KeySetUnavailable } from "../../domain/errors.ts";
import { type Principal, type Scope, scopes } from "../../domain/principal.ts";
import type { Now } from "../../ports/functions.ts";

/** Bearer tokens longer than this are refused unread: API Gateway takes 10,240 bytes of headers in all. */
const maxTokenCharacters = 8_192;

const clockToleranceSeconds = 5;

/** Which claims carry what the issuers do not agree on; the defaults are Cognito's. */
export interface ClaimNames {
  readonly groups: string;
  readonly name: string;
}

const cognitoClaimNames: ClaimNames = { groups: "cognito:groups", name: "username" };

/**
 * Makes the function that turns a bearer token into a principal.
 *
 * A token that is not a good access token of `issuer` for one of `clientIds` gives `undefined`, whatever is wrong with
 * it. Cognito's access tokens have no `aud`: `client_id` and `token_use` stand in its place.
 * Throws `KeySetUnavailable` when `keys` cannot tell which keys the issuer has: nothing is known about the token then.
 */
export function createAccessTokenVerifier(settings: {
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly keys: JWTVerifyGetKey;
  readonly now: Now;
  readonly claimNames?: ClaimNames;
}): (token: string) => Promise<Principal | undefined> {
  const { issuer, clientIds, now, claimNames = cognitoClaimNames } = settings;
  const keys = separatingFaults(settings.keys);

  return async (token) => {
    if (token.length > maxTokenCharacters) return undefined;
    const payload = await verifiedPayload(token, keys, issuer, now);
    if (payload === undefined) return undefined;
    const principal = toPrincipal(payload, claimNames);
    return principal !== undefined && clientIds.includes(principal.clientId) ? principal : undefined;
  };
}

async function verifiedPayload(
  token: string,
  keys: JWTVerifyGetKey,
  issuer: string,
  now: Now,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      algorithms: ["RS256"],
      requiredClaims: ["exp", "iat", "sub", "client_id", "token_use", "scope"],
      currentDate: new Date(now()),
      clockTolerance: clockToleranceSeconds,
    });
    return payload;
  } catch (error) {
    if (error instanceof KeySetUnavailable) throw error;
    return undefined;
  }
}

/** "No such key" is the token's fault; everything else that a key set throws is the key set's. */
function separatingFaults(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const tokenIsAtFault =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (tokenIsAtFault) throw error;
      throw new KeySetUnavailable(
        "The issuer's key set could not be read; try again, and check that the issuer answers.",
        { cause: error },
      );
    }
  };
}

const Name = z.string().check(z.minLength(1), z.maxLength(256));

// Not strict: issuers add claims of their own (Cognito: version, origin_jti, event_id, device_key).
const AccessTokenClaims = z.object({
  token_use: z.literal("access"),
  sub: Name,
  client_id: Name,
  scope: z.string().check(z.maxLength(2_048)),
  username: z.optional(Name),
  auth_time: z.optional(z.int().check(z.nonnegative())),
});

const Groups = z.optional(z.array(Name).check(z.maxLength(100)));

/**
 * A client-credentials token is known by `sub` = `client_id` without a user or groups, a person's by a `username`; what
 * is neither, or both, is nobody.
 */
function toPrincipal(payload: JWTPayload, claimNames: ClaimNames): Principal | undefined {
  const claims = AccessTokenClaims.safeParse(payload);
  const groups = Groups.safeParse(payload[claimNames.groups]);
  const name = z.optional(Name).safeParse(payload[claimNames.name]);
  if (!claims.success || !groups.success || !name.success) return undefined;

  const { sub: subject, client_id: clientId, username, auth_time: authenticatedAt } = claims.data;
  const granted = knownScopes(claims.data.scope);

  if (subject === clientId) {
    const actsForPerson = username !== undefined || groups.data !== undefined;
    return actsForPerson ? undefined : { kind: "machine", subject, clientId, scopes: granted };
  }
  if (username === undefined || authenticatedAt === undefined) return undefined;
  return {
    kind: "person",
    subject,
    name: name.data ?? username,
    groups: groups.data ?? [],
    scopes: granted,
    authenticatedAt,
    clientId,
  };
}

/** Scopes of others (`openid`, `aws.cognito.signin.user.admin`) mean nothing here. */
function knownScopes(scope: string): readonly Scope[] {
  const granted = new Set(scope.split(" "));
  return scopes.filter((known) => granted.has(known));
}
