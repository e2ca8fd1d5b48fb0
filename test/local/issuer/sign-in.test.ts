import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { HeadlessBrowser } from "../../../local/issuer/headless-browser.ts";
import { type DataDirectory, makeDataDirectory, type RunningIssuer, startIssuer } from "./start-issuer.ts";

const codeVerifier = "a-verifier-of-at-least-forty-three-characters";
const redirectUri = "http://127.0.0.1:51234/callback";
const hostile = `"><script>alert(1)</script>`;

const TokenAnswer = z.object({ access_token: z.string(), id_token: z.string() });

let directory: DataDirectory;
let running: RunningIssuer;

beforeAll(async () => {
  directory = await makeDataDirectory();
  running = await startIssuer(directory.path);
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

function authorizationUrl(changes: Readonly<Record<string, string>> = {}): string {
  const url = new URL(`${running.issuerUrl}/auth`);
  url.search = new URLSearchParams({
    client_id: "countersign-cli",
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid countersign/read",
    state: "state-1",
    code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
    ...changes,
  }).toString();
  return url.href;
}

async function signIn(person: string, changes: Readonly<Record<string, string>> = {}): Promise<URL> {
  const browser = new HeadlessBrowser();
  const form = await browser.followOnce(authorizationUrl(changes));
  const resume = await browser.followOnce(form, { person });
  return new URL(await browser.followOnce(resume));
}

async function exchange(form: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${running.issuerUrl}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "countersign-cli",
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
      ...form,
    }),
  });
}

/** The form's address and the cookies of the browser that was sent there. */
async function openForm(
  changes: Readonly<Record<string, string>> = {},
): Promise<{ url: string; cookie: string }> {
  const response = await fetch(authorizationUrl(changes), { redirect: "manual" });
  const cookie = response.headers.getSetCookie().map((line) => line.split(";")[0]);
  return {
    url: new URL(response.headers.get("location") ?? "", running.issuerUrl).href,
    cookie: cookie.join("; "),
  };
}

describe("the code of a sign-in", () => {
  test("comes back to any port of the loopback callback with the state", async () => {
    const callback = await signIn("asker");
    expect(`${callback.origin}${callback.pathname}`).toBe("http://127.0.0.1:51234/callback");
    expect(callback.searchParams.get("state")).toBe("state-1");
    expect(callback.searchParams.get("iss")).toBe(running.issuerUrl);
    const response = await exchange({ code: callback.searchParams.get("code") ?? "" });
    expect(response.status).toBe(200);
  });

  test("goes to the web app on the issuer's own origin", async () => {
    const redirect = new URL("/app/callback", running.issuerUrl).href;
    const callback = await signIn("asker", { client_id: "countersign-web", redirect_uri: redirect });
    expect(`${callback.origin}${callback.pathname}`).toBe(redirect);
  });

  test("is worth nothing with another PKCE verifier", async () => {
    const callback = await signIn("asker");
    const response = await exchange({
      code: callback.searchParams.get("code") ?? "",
      code_verifier: "another-verifier-of-at-least-forty-three-chars",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });

  test("is worth nothing without a PKCE verifier", async () => {
    const callback = await signIn("asker");
    const response = await exchange({ code: callback.searchParams.get("code") ?? "", code_verifier: "" });
    expect(response.status).toBe(400);
  });

  test("works once", async () => {
    const code = (await signIn("asker")).searchParams.get("code") ?? "";
    expect((await exchange({ code })).status).toBe(200);
    expect((await exchange({ code })).status).toBe(400);
  });

  test("gives an ID token that the API does not take as an access token", async () => {
    const code = (await signIn("finance-1")).searchParams.get("code") ?? "";
    const { id_token: idToken, access_token: accessToken } = TokenAnswer.parse(
      await (await exchange({ code })).json(),
    );
    expect(decodeJwt(idToken)).toMatchObject({ sub: "finance-1", name: "Finn (finance-1)", token_use: "id" });
    expect(await running.verify(idToken)).toBeUndefined();
    expect(await running.verify(accessToken)).toMatchObject({ subject: "finance-1" });
  });

  test("is given only for what was asked", async () => {
    const code = (await signIn("admin", { scope: "openid countersign/read" })).searchParams.get("code") ?? "";
    expect(await (await exchange({ code })).json()).toMatchObject({ scope: "openid countersign/read" });
  });
});

describe("a request that was not agreed with the issuer is stopped before the form", () => {
  test.each([
    ["another path", { redirect_uri: "http://127.0.0.1:51234/elsewhere" }],
    ["another host", { redirect_uri: "https://attacker.example/callback" }],
    ["a name of the loopback host", { redirect_uri: "http://localhost:51234/callback" }],
    ["a script as an address", { redirect_uri: "javascript:alert(1)" }],
    ["another port for the web app", { client_id: "countersign-web" }],
    ["an unknown app", { client_id: "mallory" }],
    ["a hostile app name", { client_id: hostile }],
  ])("%s", async (_what, changes) => {
    const response = await fetch(authorizationUrl(changes), { redirect: "manual" });
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(await response.text()).not.toContain("<script");
  });

  test.each([
    ["no PKCE challenge", { code_challenge: "", code_challenge_method: "" }],
    ["a plain PKCE challenge", { code_challenge_method: "plain" }],
    ["a token straight from the browser", { response_type: "token" }],
    ["no sign-in at all (prompt=none)", { prompt: "none" }],
  ])("%s goes back to the app as an error", async (_what, changes) => {
    const response = await fetch(authorizationUrl(changes), { redirect: "manual" });
    expect(response.status).toBe(303);
    const callback = new URL(response.headers.get("location") ?? "");
    expect(callback.origin).toBe("http://127.0.0.1:51234");
    expect(callback.href).toContain("error=");
    expect(callback.href).not.toContain("code=");
  });
});

describe("the sign-in page", () => {
  test("offers every seeded person on a button, and says that it is a demo", async () => {
    const { url, cookie } = await openForm();
    const response = await fetch(url, { headers: { cookie } });
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain("<h1>Choose who you are (demo people)</h1>");
    expect(html.match(/<button type="submit" name="person" value="[^"]+">/g)).toHaveLength(11);
    expect(html).toContain('value="finance-1">Finn (finance-1), <span>finance</span></button>');
    expect(html).not.toContain('password"');
  });

  test("lets nothing in but its own style, and its form go only to itself and back to the app", async () => {
    const { url, cookie } = await openForm();
    const response = await fetch(url, { headers: { cookie } });
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' http:\/\/127\.0\.0\.1:51234; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  test("repeats nothing that the link brought along", async () => {
    const { url, cookie } = await openForm({ state: hostile, login_hint: hostile, ui_locales: hostile });
    const html = await (await fetch(url, { headers: { cookie } })).text();
    expect(html).not.toContain("alert(1)");
  });

  test("asks again when the form names nobody of the demo", async () => {
    const { url, cookie } = await openForm();
    const body = new URLSearchParams({ person: hostile });
    const response = await fetch(url, { method: "POST", headers: { cookie }, body, redirect: "manual" });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain("That is not one of the demo&#39;s people; choose one of these.");
    expect(html).not.toContain("alert(1)");
  });

  test("asks again when the form is too long to be the form", async () => {
    const { url, cookie } = await openForm();
    const body = new URLSearchParams({ padding: "x".repeat(200_000), person: "asker" });
    const response = await fetch(url, { method: "POST", headers: { cookie }, body, redirect: "manual" });
    expect(response.status).toBe(422);
  });

  test("is of no use without the cookie of the browser that started", async () => {
    const { url } = await openForm();
    const response = await fetch(url, { method: "POST", body: new URLSearchParams({ person: "admin" }) });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("This sign-in has ended, or was started in another browser.");
  });

  test("is of no use with the cookie of another sign-in", async () => {
    const mine = await openForm();
    const theirs = await openForm();
    const response = await fetch(theirs.url, { headers: { cookie: mine.cookie } });
    expect(response.status).toBe(400);
  });

  test.each(["cross-site", "same-site", "none"])("refuses a form that comes %s", async (site) => {
    const { url, cookie } = await openForm();
    const response = await fetch(url, {
      method: "POST",
      headers: { cookie, "sec-fetch-site": site },
      body: new URLSearchParams({ person: "admin" }),
      redirect: "manual",
    });
    expect(response.status).toBe(403);
  });

  test("asks who you are at every sign-in, also in the same browser", async () => {
    const browser = new HeadlessBrowser();
    for (const person of ["finance-1", "finance-2"]) {
      const form = await browser.followOnce(authorizationUrl());
      expect(new URL(form).pathname).toMatch(/^\/oidc\/interaction\//);
      const resume = await browser.followOnce(form, { person });
      const code = new URL(await browser.followOnce(resume)).searchParams.get("code") ?? "";
      const answer = TokenAnswer.parse(await (await exchange({ code })).json());
      expect(await running.verify(answer.access_token)).toMatchObject({ subject: person });
    }
  });
});

test("nothing of this file was a fault of the issuer", () => {
  expect(running.faults).toEqual([]);
});
