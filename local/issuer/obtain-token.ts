import { createHash, randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { scopes } from "../../shared/domain/principal.ts";
import { cliClientId, machineScopes } from "./clients.ts";
import { HeadlessBrowser, send, SignInFailed } from "./headless-browser.ts";
import { seededPeople } from "./seeded-people.ts";

export interface ObtainedToken {
  /** A bearer token. */
  readonly accessToken: string;
  readonly lifetimeSeconds: number;
}

/** Never contacted: the answer to the sign-in is read from the redirect itself. */
const redirectUri = "http://127.0.0.1/callback";

/**
 * Signs a seeded person in to the demo's issuer without a browser: authorization code with PKCE, the form filled in
 * over HTTP. Throws `SignInFailed`.
 */
export async function obtainToken(settings: {
  readonly issuerUrl: string;
  readonly person: string;
}): Promise<ObtainedToken> {
  const { issuerUrl, person } = settings;
  if (!seededPeople.some(({ subject }) => subject === person)) {
    const known = seededPeople.map(({ subject }) => subject).join(", ");
    throw new SignInFailed(`Unknown person ${JSON.stringify(person)}; the seeded people are ${known}.`);
  }
  const endpoints = await discover(issuerUrl);
  const codeVerifier = randomBytes(32).toString("base64url");
  const code = await authorize(endpoints.authorization_endpoint, person, codeVerifier);
  return requestToken(endpoints.token_endpoint, {
    grant_type: "authorization_code",
    client_id: cliClientId,
    redirect_uri: redirectUri,
    code,
    code_verifier: codeVerifier,
  });
}

/** Signs a machine client in with its secret (client credentials). Throws `SignInFailed`. */
export async function obtainMachineToken(settings: {
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}): Promise<ObtainedToken> {
  const { issuerUrl, clientId, clientSecret } = settings;
  const endpoints = await discover(issuerUrl);
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return requestToken(
    endpoints.token_endpoint,
    { grant_type: "client_credentials", scope: machineScopes.join(" ") },
    { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
  );
}

const Endpoint = z.url().check(z.maxLength(2_048));

const Discovery = z.object({ issuer: Endpoint, authorization_endpoint: Endpoint, token_endpoint: Endpoint });

const TokenResponse = z.object({
  access_token: z.string().check(z.minLength(1), z.maxLength(8_192)),
  token_type: z.literal("Bearer"),
  expires_in: z.int().check(z.positive()),
});

async function discover(issuerUrl: string): Promise<z.infer<typeof Discovery>> {
  const response = await send(`${issuerUrl}/.well-known/openid-configuration`);
  const discovery = Discovery.safeParse(await readJson(response));
  // OpenID Connect Discovery section 4.3: a document that speaks for another issuer is not used.
  if (discovery.success && discovery.data.issuer === issuerUrl) return discovery.data;
  throw new SignInFailed(`${issuerUrl} is not an OpenID Connect issuer; check COUNTERSIGN_URL.`);
}

/** Returns the authorization code. */
async function authorize(endpoint: string, person: string, codeVerifier: string): Promise<string> {
  const browser = new HeadlessBrowser();
  const state = randomBytes(16).toString("base64url");
  const request = new URL(endpoint);
  request.search = new URLSearchParams({
    client_id: cliClientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: ["openid", ...scopes].join(" "),
    state,
    code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString();

  const form = await browser.followOnce(request.href);
  const resume = await browser.followOnce(form, { person });
  const callback = new URL(await browser.followOnce(resume));
  const code = callback.searchParams.get("code");
  const isOurs = `${callback.origin}${callback.pathname}` === redirectUri;
  if (isOurs && callback.searchParams.get("state") === state && code !== null) return code;
  throw new SignInFailed(`The issuer did not sign ${person} in; try again.`);
}

async function requestToken(
  endpoint: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<ObtainedToken> {
  const response = await send(endpoint, { method: "POST", headers, body: new URLSearchParams(form) });
  const token = TokenResponse.safeParse(await readJson(response));
  if (response.ok && token.success) {
    return { accessToken: token.data.access_token, lifetimeSeconds: token.data.expires_in };
  }
  throw new SignInFailed(
    `The issuer refused the sign-in (${response.status}); check the client's id and secret, then try again.`,
  );
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
