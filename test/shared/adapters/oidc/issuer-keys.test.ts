import { generateKeyPairSync } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { createIssuerKeys } from "../../../../shared/adapters/oidc/issuer-keys.ts";
import { InvariantBroken, KeySetUnavailable } from "../../../../shared/domain/errors.ts";
import { listenOnLoopback } from "../../../builders/listen-on-loopback.ts";

const jwk = {
  ...generateKeyPairSync("rsa", { modulusLength: 2_048 }).publicKey.export({ format: "jwk" }),
  kid: "key-1",
  alg: "RS256",
  use: "sig",
};
const header = { alg: "RS256", kid: "key-1" };
const token = { payload: "", signature: "" };

type Answer = (response: ServerResponse, issuer: string) => void;

function json(body: object): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

const metadata: Answer = (response, issuer) => json({ issuer, jwks_uri: `${issuer}/keys` })(response, issuer);
const keySet = json({ keys: [jwk] });

/** An issuer on loopback; `answers` may take the place of what a good one says, by the path. */
async function startIssuer(answers: Readonly<Record<string, Answer>> = {}, path = "/pool") {
  const asked: string[] = [];
  const origin = await listenOnLoopback((request, response) => {
    const asPath = request.url ?? "";
    asked.push(asPath);
    const good = asPath.endsWith("/keys") ? keySet : metadata;
    (answers[asPath] ?? good)(response, issuer);
  });
  const issuer = `${origin}${path}`;
  return { issuer, asked };
}

const wellKnown = "/pool/.well-known/openid-configuration";

describe("an issuer's keys", () => {
  test("are found where its metadata says, which is asked for once", async () => {
    const { issuer, asked } = await startIssuer();
    const keys = createIssuerKeys(issuer);
    expect(asked).toEqual([]);
    const found = await Promise.all([keys(header, token), keys(header, token)]);
    expect(found.map((key) => "algorithm" in key && key.algorithm.name)).toEqual([
      "RSASSA-PKCS1-v1_5",
      "RSASSA-PKCS1-v1_5",
    ]);
    await keys(header, token);
    expect(asked).toEqual([wellKnown, "/pool/keys"]);
  });

  test("are found for an issuer whose address ends in a slash", async () => {
    const { issuer } = await startIssuer(
      {
        "/pool/.well-known/openid-configuration": (response, own) =>
          json({ issuer: own, jwks_uri: `${own}keys` })(response, own),
      },
      "/pool/",
    );
    expect(await createIssuerKeys(issuer)(header, token)).toBeDefined();
  });

  test.each<[string, Answer]>([
    ["fails", (response) => response.writeHead(500).end("{}")],
    ["is not there", (response) => response.writeHead(404).end("{}")],
    ["leads elsewhere", (response, issuer) => response.writeHead(302, { location: `${issuer}/other` }).end()],
    ["hangs up", (response) => response.destroy()],
    ["is no JSON", (response) => response.writeHead(200).end("{")],
    ["names no keys", (response, issuer) => json({ issuer })(response, issuer)],
    [
      "is of another issuer",
      (response, issuer) => json({ issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` })(response, issuer),
    ],
    [
      "names keys without https",
      (response, issuer) => json({ issuer, jwks_uri: "http://keys.example/keys" })(response, issuer),
    ],
    [
      "names keys in a file",
      (response, issuer) => json({ issuer, jwks_uri: "file:///keys" })(response, issuer),
    ],
    ["is longer than any metadata", (response) => response.writeHead(200).end(" ".repeat(300_000))],
  ])("are not known while the metadata %s, and are once it is good again", async (_, bad) => {
    let isBad = true;
    const { issuer } = await startIssuer({
      [wellKnown]: (response, own) => (isBad ? bad : metadata)(response, own),
    });
    const keys = createIssuerKeys(issuer);
    await expect(keys(header, token)).rejects.toBeInstanceOf(KeySetUnavailable);
    isBad = false;
    expect(await keys(header, token)).toBeDefined();
  });

  test.each<[string, Answer]>([
    ["lead elsewhere", (response, issuer) => response.writeHead(302, { location: `${issuer}/others` }).end()],
    [
      "are longer than any key set",
      (response) => response.writeHead(200).end(JSON.stringify({ keys: [jwk], more: " ".repeat(300_000) })),
    ],
    ["fail", (response) => response.writeHead(500).end()],
  ])("that %s are not taken, and are once they are good again", async (_, bad) => {
    let isBad = true;
    const { issuer } = await startIssuer({
      "/pool/keys": (response, own) => (isBad ? bad : keySet)(response, own),
    });
    const keys = createIssuerKeys(issuer);
    await expect(keys(header, token)).rejects.toBeInstanceOf(Error);
    isBad = false;
    expect(await keys(header, token)).toBeDefined();
  });

  test.each(["http://issuer.example/pool", "issuer", "file:///pool", "http://127.0.0.1.example/pool"])(
    "of %s are never asked for",
    (issuer) => {
      expect(() => createIssuerKeys(issuer)).toThrow(InvariantBroken);
    },
  );
});
