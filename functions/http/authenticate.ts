import type { Principal, Scope } from "../../shared/domain/principal.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";

/** `undefined` = not a good token, whatever is wrong with it; throws when that cannot be told (`KeySetUnavailable`). */
export type VerifyAccessToken = (token: string) => Promise<Principal | undefined>;

/** RFC 6750, section 2.1; the form field and the query parameter of sections 2.2 and 2.3 are not looked at. */
const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Who asks, if the token is good and carries the route's scope. */
export async function authorize(
  authorization: string | null,
  scope: Scope,
  verifyAccessToken: VerifyAccessToken,
): Promise<{ readonly outcome: "authorized"; readonly principal: Principal } | Refused> {
  const [, token] = bearer.exec(authorization ?? "") ?? [];
  const principal = token === undefined ? undefined : await verifyAccessToken(token);
  if (principal === undefined) {
    return refuse(
      "unauthenticated",
      "Send a valid access token in the header Authorization: Bearer …; sign in again to get one.",
    );
  }
  return principal.scopes.includes(scope)
    ? { outcome: "authorized", principal }
    : refuse(
        "insufficient_scope",
        `This needs a token with the scope ${scope}: sign in again and ask for it.`,
      );
}

/** The challenge that RFC 6750 section 3 asks for beside these refusals. */
export function challengeOf({ code }: Refused, scope: Scope): Record<string, string> {
  if (code === "unauthenticated") return { "www-authenticate": "Bearer" };
  if (code === "insufficient_scope") {
    return { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` };
  }
  return {};
}
