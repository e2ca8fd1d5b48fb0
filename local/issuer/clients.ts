import type { ClientMetadata } from "oidc-provider";
import type { Scope } from "../../shared/domain/principal.ts";
import type { SeededPerson } from "./seeded-people.ts";

export const cliClientId = "countersign-cli";
export const webClientId = "countersign-web";
/** The demo's machine: may start runs, can never decide. */
export const serviceClientId = "service";

/** Every client whose access tokens the API takes. */
export const clientIds: readonly string[] = [cliClientId, webClientId, serviceClientId];

/**
 * A machine may hold the scope to decide, as any client of an issuer may be given it by mistake: that it cannot decide
 * is a rule of its own (`machine_token`).
 */
export const machineScopes: readonly Scope[] = ["countersign/read", "countersign/run", "countersign/decide"];

const everyPersonsScopes: readonly Scope[] = machineScopes;

/** What the person gets of the scopes that an app asks for. */
export function scopesOf(person: SeededPerson): readonly Scope[] {
  return person.groups.includes("admin")
    ? [...everyPersonsScopes, "countersign/administer"]
    : everyPersonsScopes;
}

/** The clients in the issuer's own terms; the web app lives on the issuer's origin. */
export function registeredClients(issuerUrl: string, serviceSecret: string): ClientMetadata[] {
  const app = {
    grant_types: ["authorization_code"],
    response_types: ["code"],
    response_modes: ["query"],
    token_endpoint_auth_method: "none",
    scope: ["openid", ...everyPersonsScopes, "countersign/administer"].join(" "),
  } satisfies Partial<ClientMetadata>;
  return [
    {
      ...app,
      client_id: cliClientId,
      // A native app may name any port of a registered loopback address (RFC 8252 section 7.3).
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/callback"],
    },
    {
      ...app,
      client_id: webClientId,
      application_type: "web",
      redirect_uris: [new URL("/app/callback", issuerUrl).href],
    },
    {
      client_id: serviceClientId,
      client_secret: serviceSecret,
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      scope: machineScopes.join(" "),
    },
  ];
}
