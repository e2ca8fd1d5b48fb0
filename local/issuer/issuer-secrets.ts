import { generateKeyPair as generateKeyPairWithCallback, randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { calculateJwkThumbprint } from "jose";
import * as z from "zod/mini";

const generateKeyPair = promisify(generateKeyPairWithCallback);

const Base64Url = z.string().check(z.regex(/^[\w-]{1,1024}$/));

const SigningKey = z.strictObject({
  kty: z.literal("RSA"),
  alg: z.literal("RS256"),
  use: z.literal("sig"),
  kid: Base64Url,
  n: Base64Url,
  e: Base64Url,
  d: Base64Url,
  p: Base64Url,
  q: Base64Url,
  dp: Base64Url,
  dq: Base64Url,
  qi: Base64Url,
});

const KeyFile = z.strictObject({
  v: z.literal(1),
  signingKey: SigningKey,
  cookieKeys: z.array(Base64Url).check(z.minLength(1), z.maxLength(4)),
});

/** A private RSA key in JWK form. */
export type SigningKey = z.infer<typeof SigningKey>;

/** What the issuer must remember over restarts so that tokens and the machine's secret stay good. */
export interface IssuerSecrets {
  readonly signingKey: SigningKey;
  readonly cookieKeys: readonly string[];
  readonly serviceSecret: string;
}

/** Reads the secrets of a data directory; what is missing is made, readable by the owner alone. */
export async function loadIssuerSecrets(dataDirectory: string): Promise<IssuerSecrets> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const keyPath = join(dataDirectory, "issuer-key.json");
  const keyText = await readOrCreate(keyPath, newKeyFile);
  const keyFile = KeyFile.safeParse(parseJson(keyText));
  if (!keyFile.success) {
    throw new Error(
      `${keyPath} is not an issuer key file; delete it to make a new key (everyone has to sign in again).`,
    );
  }
  const serviceSecret = await readOrCreate(serviceSecretPath(dataDirectory), newSecret);
  return {
    signingKey: keyFile.data.signingKey,
    cookieKeys: keyFile.data.cookieKeys,
    serviceSecret: serviceSecret.trim(),
  };
}

/** Where the secret of the machine client `service` is, as one line of text. */
export function serviceSecretPath(dataDirectory: string): string {
  return join(dataDirectory, "service-client-secret");
}

async function newKeyFile(): Promise<string> {
  const { privateKey } = await generateKeyPair("rsa", { modulusLength: 2_048 });
  const jwk = privateKey.export({ format: "jwk" });
  const kid = await calculateJwkThumbprint(jwk);
  const file = {
    v: 1,
    signingKey: { ...jwk, alg: "RS256", use: "sig", kid },
    cookieKeys: [randomBytes(32).toString("base64url")],
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

async function newSecret(): Promise<string> {
  return `${randomBytes(32).toString("base64url")}\n`;
}

/** The file appears complete or not at all, so that a kill in between leaves nothing that cannot be read. */
async function readOrCreate(path: string, create: () => Promise<string>): Promise<string> {
  const existing = await readIfThere(path);
  if (existing !== undefined) return existing;

  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, await create(), { mode: 0o600, flag: "wx", flush: true });
  try {
    // link, not rename: the first of two processes that start together wins, and both read its file.
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    await unlink(draft);
  }
  return readFile(path, "utf8");
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
