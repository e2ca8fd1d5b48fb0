import * as z from "zod/mini";
import { createIssuerKeys } from "../../shared/adapters/oidc/issuer-keys.ts";
import { createAccessTokenVerifier } from "../../shared/adapters/oidc/verify-access-token.ts";
import type { ConfigView } from "../../shared/wire/api.ts";
import { deploymentSchema, identitySchema } from "../../shared/wire/environment.ts";
import type { HttpParts } from "../http/create-app.ts";
import { log } from "./log.ts";

/** Of the package, which a test compares. */
export const version = "0.1.0";

/** What functions behind the API are told. */
export const apiSchema = z.extend(deploymentSchema, identitySchema.shape);
type ApiSettings = z.infer<typeof apiSchema>;

/** What functions behind the API share; who asks is read from the token alone, by the issuer's keys. */
export function connectApi(settings: ApiSettings): HttpParts & {
  readonly tenant: string;
  readonly now: () => number;
} {
  const { ISSUER: issuer, GROUPS_CLAIM: groups, NAME_CLAIM: name } = settings;
  const verifyAccessToken = createAccessTokenVerifier({
    issuer,
    clientIds: clientIdsOf(settings),
    keys: createIssuerKeys(issuer),
    now: Date.now,
    claimNames: { groups, name },
  });
  return { tenant: settings.TENANT, now: Date.now, log, verifyAccessToken };
}

/** What a web app is told before anybody has signed in. */
export function describeSignIn(settings: ApiSettings): ConfigView {
  const [clientId = ""] = clientIdsOf(settings);
  return { issuer: settings.ISSUER, clientId, version };
}

function clientIdsOf({ CLIENT_IDS }: ApiSettings): readonly string[] {
  return CLIENT_IDS.split(",");
}
