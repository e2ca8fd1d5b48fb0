import { createHmac, generateKeyPairSync } from "node:crypto";
import { createLocalJWKSet, createRemoteJWKSet, type JWTPayload, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { createAccessTokenVerifier } from "../../../../shared/adapters/oidc/verify-access-token.ts";
import { KeySetUnavailable } from "../../../../shared/domain/errors.ts";

const issuer = "https://issuer.example/pool";
const noon = Date.UTC(2026, 10, 22, 12) / 1_000;

const trusted = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const jwks = {
  keys: [{ ...trusted.publicKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256", use: "sig" }],
};

const verify = createAccessTokenVerifier({
  issuer,
  clientIds: ["countersign-cli", "service"],
  keys: createLocalJWKSet(jwks),
  now: () => noon * 1_000,
});

/** What Cognito puts into a person's access token; `without` leaves claims out. */
function personClaims(changes: JWTPayload = {}, without: readonly string[] = []): JWTPayload {
  const claims: JWTPayload = {
    sub: "3f1c",
    "cognito:groups": ["finance"],
    iss: issuer,
    version: 2,
    client_id: "countersign-cli",
    token_use: "access",
    scope: "openid countersign/decide countersign/read",
    auth_time: noon - 60,
    exp: noon + 3_600,
    iat: noon - 60,
    jti: "5b0e",
    username: "finance-1",
    ...changes,
  };
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !without.includes(name)));
}

function machineClaims(changes: JWTPayload = {}): JWTPayload {
  return {
    sub: "service",
    iss: issuer,
    client_id: "service",
    token_use: "access",
    scope: "countersign/read countersign/run",
    auth_time: noon,
    exp: noon + 3_600,
    iat: noon,
    ...changes,
  };
}

async function signed(claims: JWTPayload, key = trusted.privateKey, kid = "key-1"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(key);
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function unsigned(claims: JWTPayload): string {
  return `${encoded({ alg: "none" })}.${encoded(claims)}.`;
}

/** The classic confusion: the public key, which everyone has, used as an HMAC secret. */
function signedWithPublicKey(claims: JWTPayload): string {
  const content = `${encoded({ alg: "HS256", kid: "key-1" })}.${encoded(claims)}`;
  const secret = trusted.publicKey.export({ type: "spki", format: "pem" });
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
}

async function tampered(): Promise<string> {
  const [header, , signature] = (await signed(personClaims())).split(".");
  return `${header}.${encoded(personClaims({ "cognito:groups": ["admin"] }))}.${signature}`;
}

describe("a good token", () => {
  test("of a person gives the person with the groups and the known scopes", async () => {
    expect(await verify(await signed(personClaims()))).toEqual({
      kind: "person",
      subject: "3f1c",
      name: "finance-1",
      groups: ["finance"],
      scopes: ["countersign/read", "countersign/decide"],
      authenticatedAt: 1_795_348_740,
      clientId: "countersign-cli",
    });
  });

  test("of a person without groups gives no groups", async () => {
    expect(await verify(await signed(personClaims({}, ["cognito:groups"])))).toMatchObject({
      kind: "person",
      groups: [],
    });
  });

  test("of a machine gives the machine", async () => {
    expect(await verify(await signed(machineClaims()))).toEqual({
      kind: "machine",
      subject: "service",
      clientId: "service",
      scopes: ["countersign/read", "countersign/run"],
    });
  });

  test("is taken up to five seconds after its end, for clocks that differ", async () => {
    expect(await verify(await signed(personClaims({ exp: noon - 4 })))).toMatchObject({ kind: "person" });
  });

  test("of another issuer's shape is read by its claim names", async () => {
    const verifyMapped = createAccessTokenVerifier({
      issuer,
      clientIds: ["countersign-cli"],
      keys: createLocalJWKSet(jwks),
      now: () => noon * 1_000,
      claimNames: { groups: "roles", name: "name" },
    });
    const token = await signed(personClaims({ roles: ["ops"], name: "Finn" }));
    expect(await verifyMapped(token)).toMatchObject({ name: "Finn", groups: ["ops"] });
  });
});

describe("nobody is made of", () => {
  const badTokens: readonly (readonly [string, () => string | Promise<string>])[] = [
    ["an expired token", () => signed(personClaims({ exp: noon - 6 }))],
    ["a token without an end", () => signed(personClaims({}, ["exp"]))],
    ["a token without its time of issue", () => signed(personClaims({}, ["iat"]))],
    ["a token that is not valid yet", () => signed(personClaims({ nbf: noon + 60 }))],
    ["another issuer's token", () => signed(personClaims({ iss: "https://issuer.example/other" }))],
    ["a token without an issuer", () => signed(personClaims({}, ["iss"]))],
    ["another app's token", () => signed(personClaims({ client_id: "somebody-elses-app" }))],
    [
      "a token that names its app in aud alone",
      () => signed(personClaims({ aud: "countersign-cli" }, ["client_id"])),
    ],
    ["an ID token", () => signed(personClaims({ token_use: "id", aud: "countersign-cli" }))],
    ["a token without token_use", () => signed(personClaims({}, ["token_use"]))],
    ["a token without scopes", () => signed(personClaims({}, ["scope"]))],
    ["a token without a subject", () => signed(personClaims({}, ["sub"]))],
    ["a token whose subject is empty", () => signed(personClaims({ sub: "" }))],
    ["a person's token without the time of sign-in", () => signed(personClaims({}, ["auth_time"]))],
    ["a token of neither a user nor a client", () => signed(personClaims({}, ["username"]))],
    ["a machine's token that names a user", () => signed(machineClaims({ username: "finance-1" }))],
    ["a machine's token with groups", () => signed(machineClaims({ "cognito:groups": ["finance"] }))],
    ["groups flattened into a string", () => signed(personClaims({ "cognito:groups": "[finance admin]" }))],
    [
      "a hundred and one groups",
      () => signed(personClaims({ "cognito:groups": Array<string>(101).fill("g") })),
    ],
    ["an unsigned token", () => unsigned(personClaims())],
    ["a token signed with the public key as a secret", () => signedWithPublicKey(personClaims())],
    ["a stranger's signature under our key's id", () => signed(personClaims(), stranger.privateKey)],
    ["a key that the issuer does not have", () => signed(personClaims(), stranger.privateKey, "key-2")],
    ["a payload changed after signing", tampered],
    ["a token over 8 kB", () => signed(personClaims({ padding: "x".repeat(8_192) }))],
    ["an empty string", () => ""],
    ["a string that is no token", () => "Bearer finance-1"],
    ["three parts of rubbish", () => "a.b.c"],
  ];

  test.each(badTokens)("%s", async (_what, makeToken) => {
    expect(await verify(await makeToken())).toBeUndefined();
  });
});

describe("when the keys cannot be had", () => {
  test("a key set that fails is reported as retryable, not as a bad token", async () => {
    const verifyBlind = createAccessTokenVerifier({
      issuer,
      clientIds: ["countersign-cli"],
      keys: () => Promise.reject(new TypeError("fetch failed")),
      now: () => noon * 1_000,
    });
    const token = await signed(personClaims());
    await expect(verifyBlind(token)).rejects.toThrow(KeySetUnavailable);
    await expect(verifyBlind(token)).rejects.toMatchObject({
      family: "retryable",
      message: "The issuer's key set could not be read; try again, and check that the issuer answers.",
    });
  });

  test("an issuer that does not answer is reported so", async () => {
    // Port 1 (tcpmux) has no listener, and fetch refuses to call it.
    const keys = createRemoteJWKSet(new URL("http://127.0.0.1:1/jwks"));
    const verifyRemotely = createAccessTokenVerifier({
      issuer,
      clientIds: ["countersign-cli"],
      keys,
      now: () => noon * 1_000,
    });
    await expect(verifyRemotely(await signed(personClaims()))).rejects.toThrow(KeySetUnavailable);
  });

  test("a token that is refused without a key asks for none", async () => {
    const verifyBlind = createAccessTokenVerifier({
      issuer,
      clientIds: ["countersign-cli"],
      keys: () => Promise.reject(new TypeError("fetch failed")),
      now: () => noon * 1_000,
    });
    expect(await verifyBlind(unsigned(personClaims()))).toBeUndefined();
  });
});
