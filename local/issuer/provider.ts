import Provider, {
  type Account,
  type Configuration,
  type Grant,
  type KoaContextWithOIDC,
  interactionPolicy,
} from "oidc-provider";
import type { Now } from "../../shared/ports/functions.ts";
import { type AccessTokenContent, createAccessTokenSigner, tokenLifetimeSeconds } from "./access-token.ts";
import { registeredClients, scopesOf } from "./clients.ts";
import { answerInteraction, type InteractionContext, writePage } from "./interaction.ts";
import type { IssuerSecrets } from "./issuer-secrets.ts";
import { createPassingRecords } from "./passing-records.ts";
import { problemPage } from "./sign-in-page.ts";
import type { SeededPerson } from "./seeded-people.ts";

export interface ProviderSettings {
  readonly issuerUrl: string;
  readonly people: readonly SeededPerson[];
  readonly secrets: IssuerSecrets;
  readonly now: Now;
  readonly reportFault: (fault: Error) => void;
}

/** The certified `oidc-provider`, told to be a small Cognito: two apps, one machine, sign-in by choosing a person. */
export function createProvider(settings: ProviderSettings): Provider {
  const { issuerUrl, people, now, reportFault } = settings;
  const mountPath = new URL(issuerUrl).pathname;
  const provider = new Provider(issuerUrl, configure(settings, mountPath));
  const sign = createAccessTokenSigner({ issuerUrl, signingKey: settings.secrets.signingKey, now });
  const interaction: InteractionContext = { provider, people, mountPath, now };

  provider.on("server_error", (_context, fault) => reportFault(fault));
  provider.onerror = reportFault;
  provider.use<object, Pick<KoaContextWithOIDC, "oidc">>(async (context, next) => {
    // The request's URL comes without the prefix; links have to carry it.
    context["mountPath"] = mountPath;
    if (context.path.startsWith("/interaction/")) return answerInteraction(context, interaction);
    await next();
    // oidc-provider sets `oidc` only for the routes it knows.
    if (!("oidc" in context)) return;
    await replaceAccessToken(context, people, sign);
    await forgetSession(context);
  });
  return provider;
}

function configure(settings: ProviderSettings, mountPath: string): Configuration {
  const { issuerUrl, people, secrets } = settings;
  const policy = interactionPolicy.base();
  // Both apps are our own: nobody is asked whether Countersign may use Countersign.
  policy.remove("consent");

  return {
    adapter: createPassingRecords(),
    clients: registeredClients(issuerUrl, secrets.serviceSecret),
    clientAuthMethods: ["none", "client_secret_basic"],
    clientBasedCORS: (_context, origin) => origin === new URL(issuerUrl).origin,
    jwks: { keys: [secrets.signingKey] },
    cookies: {
      keys: [...secrets.cookieKeys],
      // Cookies are shared by all ports of a host: keep the session's to the issuer's own paths.
      long: { path: mountPath, httpOnly: true, sameSite: "lax" },
      short: { httpOnly: true, sameSite: "lax" },
    },
    scopes: ["openid", "countersign/read", "countersign/run", "countersign/decide", "countersign/administer"],
    claims: { openid: ["sub", "name", "cognito:username", "cognito:groups", "token_use"] },
    responseTypes: ["code"],
    pkce: { required: () => true },
    findAccount: (_context, subject) => accountOf(findPerson(people, subject)),
    loadExistingGrant: (context) => grantOwnScopes(context, people),
    expiresWithSession: () => false,
    interactions: { policy, url: (_context, { uid }) => `${mountPath}/interaction/${uid}` },
    renderError: (context, out) => {
      const detail = out.error_description ?? "The sign-in request is not valid.";
      writePage(context, problemPage({ code: out.error, detail }));
    },
    ttl: {
      AccessToken: tokenLifetimeSeconds,
      ClientCredentials: tokenLifetimeSeconds,
      IdToken: tokenLifetimeSeconds,
      AuthorizationCode: 60,
      Grant: tokenLifetimeSeconds,
      Interaction: 600,
      Session: 600,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
  };
}

function findPerson(people: readonly SeededPerson[], subject: string): SeededPerson | undefined {
  return people.find((person) => person.subject === subject);
}

function accountOf(person: SeededPerson | undefined): Account | undefined {
  if (person === undefined) return undefined;
  return {
    accountId: person.subject,
    claims: () => ({
      sub: person.subject,
      name: person.displayName,
      "cognito:username": person.subject,
      "cognito:groups": [...person.groups],
      token_use: "id",
    }),
  };
}

/** What an app gets is what it asked for and the person has; the rest is left out of the token. */
async function grantOwnScopes(
  context: KoaContextWithOIDC,
  people: readonly SeededPerson[],
): Promise<Grant | undefined> {
  const { account, client, provider } = context.oidc;
  const person = account && findPerson(people, account.accountId);
  if (person === undefined || client === undefined) return undefined;
  const grant = new provider.Grant({ accountId: person.subject, clientId: client.clientId });
  grant.addOIDCScope(["openid", ...scopesOf(person)].join(" "));
  await grant.save();
  return grant;
}

/**
 * oidc-provider issues an opaque token (its JWT tokens must have an `aud`, Cognito's have none); the response carries
 * our signed one in its place, and the opaque one is never seen by anyone.
 */
async function replaceAccessToken(
  context: KoaContextWithOIDC,
  people: readonly SeededPerson[],
  sign: (content: AccessTokenContent) => Promise<string>,
): Promise<void> {
  if (context.oidc.route !== "token" || context.status !== 200) return;
  const content = contentOf(context, people);
  if (content === undefined)
    throw new Error("The token endpoint answered without a grant that can be signed.");
  context.body = { ...Object(context.body), access_token: await sign(content) };
}

function contentOf(
  { oidc }: Pick<KoaContextWithOIDC, "oidc">,
  people: readonly SeededPerson[],
): AccessTokenContent | undefined {
  const { AccessToken: token, AuthorizationCode: code, ClientCredentials: machine } = oidc.entities;
  if (machine?.clientId !== undefined) return { clientId: machine.clientId, scope: machine.scope ?? "" };
  const person = token && findPerson(people, token.accountId);
  const authenticatedAt = code?.authTime;
  if (person === undefined || token?.clientId === undefined || authenticatedAt === undefined)
    return undefined;
  return { clientId: token.clientId, scope: token.scope ?? "", signedIn: { person, authenticatedAt } };
}

/** Every sign-in asks who you are: a demo is about being several people, and `maxAuthAge` about signing in again. */
async function forgetSession({ oidc }: KoaContextWithOIDC): Promise<void> {
  if (oidc.route === "resume") await oidc.session?.destroy();
}
