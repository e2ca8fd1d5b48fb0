import { readFile } from "node:fs/promises";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceSecretPath } from "../../../local/issuer/issuer-secrets.ts";
import { obtainMachineToken, obtainToken } from "../../../local/issuer/obtain-token.ts";
import { type DataDirectory, makeDataDirectory, type RunningIssuer, startIssuer } from "./start-issuer.ts";

const noon = Date.UTC(2026, 10, 22, 12);

let directory: DataDirectory;
let running: RunningIssuer;

beforeAll(async () => {
  directory = await makeDataDirectory();
  running = await startIssuer(directory.path, { now: () => noon });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

async function serviceSecret(): Promise<string> {
  return (await readFile(serviceSecretPath(directory.path), "utf8")).trim();
}

describe("a person's token", () => {
  test("of finance-1 verifies and carries the pool", async () => {
    const { issuerUrl, verify } = running;
    const { accessToken, lifetimeSeconds } = await obtainToken({ issuerUrl, person: "finance-1" });
    expect(lifetimeSeconds).toBe(3_600);
    expect(await verify(accessToken)).toEqual({
      kind: "person",
      subject: "finance-1",
      name: "finance-1",
      groups: ["finance"],
      scopes: ["countersign/read", "countersign/run", "countersign/decide"],
      authenticatedAt: 1_795_348_800,
      clientId: "countersign-cli",
    });
  });

  test.each([
    ["asker", []],
    ["asker-2", []],
    ["finance-3", ["finance"]],
    ["ops-2", ["ops"]],
    ["auditor", ["auditor"]],
    ["outsider", []],
  ])("of %s has the groups %j and may not administer", async (person, groups) => {
    const { issuerUrl, verify } = running;
    const { accessToken } = await obtainToken({ issuerUrl, person });
    expect(await verify(accessToken)).toMatchObject({
      subject: person,
      groups,
      scopes: ["countersign/read", "countersign/run", "countersign/decide"],
    });
  });

  test("of admin may administer", async () => {
    const { issuerUrl, verify } = running;
    const { accessToken } = await obtainToken({ issuerUrl, person: "admin" });
    expect(await verify(accessToken)).toMatchObject({
      groups: ["admin"],
      scopes: ["countersign/read", "countersign/run", "countersign/decide", "countersign/administer"],
    });
  });

  test("has Cognito's claims and no audience", async () => {
    const { issuerUrl } = running;
    const { accessToken } = await obtainToken({ issuerUrl, person: "ops-1" });
    const { jti, iss, ...claims } = decodeJwt(accessToken);
    expect(decodeProtectedHeader(accessToken).alg).toBe("RS256");
    expect(iss).toBe(issuerUrl);
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(claims).toEqual({
      sub: "ops-1",
      username: "ops-1",
      "cognito:groups": ["ops"],
      client_id: "countersign-cli",
      token_use: "access",
      scope: "openid countersign/read countersign/run countersign/decide",
      auth_time: 1_795_348_800,
      iat: 1_795_348_800,
      exp: 1_795_352_400,
    });
  });

  test("is refused for a name that is not seeded, and the message lists who is", async () => {
    await expect(obtainToken({ issuerUrl: running.issuerUrl, person: "mallory" })).rejects.toThrow(
      'Unknown person "mallory"; the seeded people are asker, asker-2, finance-1, finance-2, finance-3, ops-1, ops-2, ops-3, auditor, admin, outsider.',
    );
  });

  test("cannot be had where nothing listens, and the message says how to start it", async () => {
    await expect(obtainToken({ issuerUrl: "http://127.0.0.1:1/oidc", person: "asker" })).rejects.toThrow(
      "Nothing answers at http://127.0.0.1:1; start it with: npx countersign dev",
    );
  });

  test("cannot be had from a server that is no issuer", async () => {
    const issuerUrl = `${running.issuerUrl}/elsewhere`;
    await expect(obtainToken({ issuerUrl, person: "asker" })).rejects.toThrow(
      `${issuerUrl} is not an OpenID Connect issuer; check COUNTERSIGN_URL.`,
    );
  });
});

describe("the machine's token", () => {
  test("is a machine's, whose scopes end where administration begins", async () => {
    const { issuerUrl, verify } = running;
    const clientSecret = await serviceSecret();
    const { accessToken } = await obtainMachineToken({ issuerUrl, clientId: "service", clientSecret });
    expect(await verify(accessToken)).toEqual({
      kind: "machine",
      subject: "service",
      clientId: "service",
      scopes: ["countersign/read", "countersign/run", "countersign/decide"],
    });
  });

  test("is refused for a wrong secret", async () => {
    const { issuerUrl } = running;
    await expect(
      obtainMachineToken({ issuerUrl, clientId: "service", clientSecret: "guessed" }),
    ).rejects.toThrow(
      "The issuer refused the sign-in (401); check the client's id and secret, then try again.",
    );
  });

  test("is refused to an app that has no secret", async () => {
    const { issuerUrl } = running;
    await expect(
      obtainMachineToken({ issuerUrl, clientId: "countersign-cli", clientSecret: "" }),
    ).rejects.toThrow("The issuer refused the sign-in (40");
  });

  test("cannot be asked to administer", async () => {
    const credentials = Buffer.from(`service:${await serviceSecret()}`).toString("base64");
    const response = await fetch(`${running.issuerUrl}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "countersign/administer" }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_scope" });
  });
});

test("no sign-in of this file was a fault of the issuer", () => {
  expect(running.faults).toEqual([]);
});
