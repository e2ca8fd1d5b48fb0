import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import * as z from "zod/mini";
import { InvariantBroken, KeySetUnavailable } from "../../domain/errors.ts";

/** For each of the two documents, so that a function behind the API still has time to answer. */
const FETCH_LIMIT_MS = 3_000;

/** Cognito's documents have about 2 kB, Entra's key set 20 kB. */
const MOST_BYTES = 256 * 1_024;

// Not strict: a provider's metadata has dozens of members (OpenID Connect Discovery 1.0, section 3).
const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/**
 * The keys of an OpenID Connect issuer, for `jwtVerify`. Where they are is asked of the issuer once, when the first token
 * comes, and again after a failure (OpenID Connect Discovery 1.0, section 4); the keys themselves are fetched again when
 * ten minutes old, or for an unknown key at most every 30 seconds (jose's rules).
 *
 * `issuer` is as in its tokens' `iss`: https, or http on a loopback address. Neither document may come from anywhere that
 * is less guarded than that.
 *
 * @throws InvariantBroken at once for another `issuer`; KeySetUnavailable, or jose's errors, per token.
 */
export function createIssuerKeys(issuer: string): JWTVerifyGetKey {
  if (!isGuarded(issuer, issuer)) {
    throw new InvariantBroken(
      `The issuer "${issuer}" is no https address: set it in the deployment's config.`,
    );
  }
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    const asked = (keys ??= discoverKeys(issuer));
    try {
      return await (
        await asked
      )(header, token);
    } catch (error) {
      // The next token asks again; keys that were found once stay known, whatever they throw.
      if (error instanceof KeySetUnavailable && keys === asked) keys = undefined;
      throw error;
    }
  };
}

async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  // A slash at the end is not doubled (section 4.1).
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const metadata = metadataSchema.safeParse(await fetchJson(url));
  if (!metadata.success) {
    throw new KeySetUnavailable(`${url} is no OpenID Connect metadata: check the issuer in the config.`);
  }
  if (metadata.data.issuer !== issuer) {
    throw new KeySetUnavailable(
      `${url} is of another issuer: write the issuer as its tokens have it in "iss".`,
    );
  }
  if (!isGuarded(metadata.data.jwks_uri, issuer)) {
    throw new KeySetUnavailable(`${url} names keys at an address that is not https: they are not fetched.`);
  }
  return createRemoteJWKSet(new URL(metadata.data.jwks_uri), {
    timeoutDuration: FETCH_LIMIT_MS,
    [customFetch]: async (address, options) => new Response(await fetchBounded(address, options)),
  });
}

/** https, or http on a loopback address where the issuer is on one too. */
function isGuarded(address: string, issuer: string): boolean {
  if (!URL.canParse(address) || !URL.canParse(issuer)) return false;
  const { protocol } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && isLoopback(address) && isLoopback(issuer));
}

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

async function fetchJson(url: string): Promise<unknown> {
  try {
    const bytes = await fetchBounded(url, { redirect: "error", signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return value;
  } catch (error) {
    throw new KeySetUnavailable(`${url} could not be read: check that the issuer answers.`, { cause: error });
  }
}

async function fetchBounded(url: string, options: RequestInit): Promise<Uint8Array<ArrayBuffer>> {
  const { ok, status, body } = await fetch(url, options);
  if (!ok || body === null) {
    await body?.cancel();
    throw new Error(`${url} answered ${status}.`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const incoming: AsyncIterable<Uint8Array> = body;
  for await (const chunk of incoming) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > MOST_BYTES) throw new Error(`${url} answered more than ${MOST_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
