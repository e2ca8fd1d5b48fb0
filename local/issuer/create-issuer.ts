import type { IncomingMessage, ServerResponse } from "node:http";
import type { JSONWebKeySet } from "jose";
import type { Now } from "../../shared/ports/functions.ts";
import { loadIssuerSecrets, type SigningKey } from "./issuer-secrets.ts";
import type { SeededPerson } from "./seeded-people.ts";

export interface Issuer {
  /** Answers requests whose path begins with the issuer's (`/oidc` or `/oidc/…`, prefix not stripped). */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** The public key, for verification inside the same process (`createLocalJWKSet`). */
  readonly jwks: JSONWebKeySet;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Opens the demo's OpenID Connect issuer at `issuerUrl` (a loopback origin with a path, no slash at the end).
 *
 * Secrets live in `dataDirectory` and are made on the first start; sign-ins under way live in memory. `now` gives
 * access tokens their times, the protocol's own deadlines follow the real clock. `reportFault` hears of defects only.
 */
export async function createIssuer(settings: {
  readonly issuerUrl: string;
  readonly dataDirectory: string;
  readonly people: readonly SeededPerson[];
  readonly now: Now;
  readonly reportFault: (fault: Error) => void;
}): Promise<Issuer> {
  const { issuerUrl, dataDirectory, reportFault } = settings;
  const { host, pathname: mountPath } = new URL(issuerUrl);
  const secrets = await loadIssuerSecrets(dataDirectory);

  // Importing oidc-provider takes about 200 ms, a fifth of the server's start: the first sign-in pays for it instead.
  let listener: Promise<Listener> | undefined;
  const load = async (): Promise<Listener> => {
    const { createProvider } = await import("./provider.ts");
    return createProvider({ ...settings, secrets }).callback();
  };

  return {
    jwks: { keys: [publicPart(secrets.signingKey)] },
    handle(request, response) {
      hardenHeaders(response);
      // A name that resolves here must not turn the issuer into its own (DNS rebinding).
      if (request.headers.host !== host) return refuse(response, 421, `This issuer is ${issuerUrl} only.\n`);
      if (!stripPrefix(request, mountPath)) return refuse(response, 404, "Not found.\n");
      listener ??= load();
      listener
        .then((listen) => listen(request, response))
        .catch((fault: unknown) => {
          reportFault(fault instanceof Error ? fault : new Error("The issuer failed.", { cause: fault }));
          refuse(response, 500, "The issuer failed; see the server's output.\n");
        });
    },
  };
}

/** Defaults for every answer; pages bring a policy of their own. */
function hardenHeaders(response: ServerResponse): void {
  response.setHeader(
    "content-security-policy",
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  );
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (!response.headersSent) response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}

/** False when the path is not under the prefix. */
function stripPrefix(request: IncomingMessage, prefix: string): boolean {
  const url = request.url ?? "";
  const rest = url.slice(prefix.length);
  if (!url.startsWith(prefix) || !/^([/?]|$)/.test(rest)) return false;
  request.url = rest.startsWith("/") ? rest : `/${rest}`;
  return true;
}

function publicPart({ kty, alg, use, kid, n, e }: SigningKey): JSONWebKeySet["keys"][number] {
  return { kty, alg, use, kid, n, e };
}
