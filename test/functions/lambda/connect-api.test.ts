import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { connectApi, describeSignIn, version } from "../../../functions/lambda/connect-api.ts";
import { InvariantBroken } from "../../../shared/domain/errors.ts";

const settings = {
  PREFIX: "countersign",
  TENANT: "default",
  ISSUER: "https://issuer.example/pool",
  CLIENT_IDS: "web-client,cli-client",
  GROUPS_CLAIM: "cognito:groups",
  NAME_CLAIM: "username",
};

test("a web app is told the issuer and the first client", () => {
  expect(describeSignIn(settings)).toEqual({
    issuer: "https://issuer.example/pool",
    clientId: "web-client",
    version: "0.1.0",
  });
});

test("the version is the package's", () => {
  const manifest: unknown = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8"),
  );
  expect(z.object({ version: z.string() }).parse(manifest).version).toBe(version);
});

test("what is no token is nobody's, and the issuer is not asked about it", async () => {
  expect(await connectApi(settings).verifyAccessToken("asker")).toBeUndefined();
});

test("an issuer that anybody on the way could speak for is refused when the function starts", () => {
  expect(() => connectApi({ ...settings, ISSUER: "http://issuer.example/pool" })).toThrow(InvariantBroken);
});
