import { execFile } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createIssuer } from "../../../local/issuer/create-issuer.ts";
import { obtainToken } from "../../../local/issuer/obtain-token.ts";
import { seededPeople } from "../../../local/issuer/seeded-people.ts";
import { makeDataDirectory, startIssuer } from "./start-issuer.ts";

function open(dataDirectory: string) {
  return createIssuer({
    issuerUrl: "http://127.0.0.1:4600/oidc",
    dataDirectory,
    people: seededPeople,
    now: Date.now,
    reportFault: (fault) => expect.fail(fault.message),
  });
}

/** `fetch` does not let a caller name another host. */
async function statusWithHost(url: string, host: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const call = request(url, { headers: { host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  call.on("error", reject).end();
  return promise;
}

describe("the issuer's secrets", () => {
  test("are readable by the owner alone", async () => {
    await using directory = await makeDataDirectory();
    const nested = join(directory.path, "data");
    await open(nested);
    expect((await stat(nested)).mode & 0o777).toBe(0o700);
    expect((await readdir(nested)).toSorted()).toEqual(["issuer-key.json", "service-client-secret"]);
    expect((await stat(join(nested, "issuer-key.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(nested, "service-client-secret"))).mode & 0o777).toBe(0o600);
  });

  test("show only the public half to others", async () => {
    await using directory = await makeDataDirectory();
    const { jwks } = await open(directory.path);
    expect(jwks.keys.map((key) => Object.keys(key).toSorted())).toEqual([
      ["alg", "e", "kid", "kty", "n", "use"],
    ]);
  });

  test("survive a restart, and with them the tokens", async () => {
    await using directory = await makeDataDirectory();
    let port: number;
    let token: string;
    {
      await using first = await startIssuer(directory.path);
      port = Number(new URL(first.issuerUrl).port);
      token = (await obtainToken({ issuerUrl: first.issuerUrl, person: "ops-3" })).accessToken;
    }
    await using second = await startIssuer(directory.path, { port });
    expect(await second.verify(token)).toMatchObject({ subject: "ops-3", groups: ["ops"] });
  });

  test("are the same for two processes that start together in an empty directory", async () => {
    await using directory = await makeDataDirectory();
    const issuers = await Promise.all([open(directory.path), open(directory.path), open(directory.path)]);
    const keys = new Set(issuers.map(({ jwks }) => JSON.stringify(jwks)));
    expect(keys.size).toBe(1);
    expect(await readdir(directory.path)).toHaveLength(2);
  });

  test("that cannot be read stop the start, with the file and the way out", async () => {
    await using directory = await makeDataDirectory();
    const path = join(directory.path, "issuer-key.json");
    await writeFile(path, '{"v":1,');
    await expect(open(directory.path)).rejects.toThrow(
      `${path} is not an issuer key file; delete it to make a new key (everyone has to sign in again).`,
    );
    expect(await readFile(path, "utf8")).toBe('{"v":1,');
  });

  test("of another directory make tokens that are refused", async () => {
    await using mine = await makeDataDirectory();
    await using theirs = await makeDataDirectory();
    let port: number;
    let token: string;
    {
      await using other = await startIssuer(theirs.path);
      port = Number(new URL(other.issuerUrl).port);
      token = (await obtainToken({ issuerUrl: other.issuerUrl, person: "admin" })).accessToken;
    }
    await using running = await startIssuer(mine.path, { port });
    expect(await running.verify(token)).toBeUndefined();
  });
});

describe("the issuer answers", () => {
  test("under its prefix and nowhere else", async () => {
    await using directory = await makeDataDirectory();
    await using running = await startIssuer(directory.path);
    const { origin } = new URL(running.issuerUrl);
    const statusOf = async (path: string) => (await fetch(`${origin}${path}`)).status;
    expect(await statusOf("/oidc/jwks")).toBe(200);
    expect(await statusOf("/oidc/nothing-here")).toBe(404);
    expect(await statusOf("/oidc")).toBe(404);
    expect(await statusOf("/oidcx/jwks")).toBe(404);
    expect(await statusOf("/jwks")).toBe(404);
  });

  test("to its own name alone", async () => {
    await using directory = await makeDataDirectory();
    await using running = await startIssuer(directory.path);
    const { host, port } = new URL(running.issuerUrl);
    const url = `${running.issuerUrl}/jwks`;
    expect(await statusWithHost(url, host)).toBe(200);
    expect(await statusWithHost(url, `attacker.example:${port}`)).toBe(421);
    expect(await statusWithHost(url, `localhost:${port}`)).toBe(421);
  });

  test("with tokens that end by the clock that it was given", async () => {
    await using directory = await makeDataDirectory();
    let now = Date.UTC(2027, 0, 1);
    await using running = await startIssuer(directory.path, { now: () => now });
    const { accessToken } = await obtainToken({ issuerUrl: running.issuerUrl, person: "asker" });
    now += 3_604_000;
    expect(await running.verify(accessToken)).toMatchObject({ subject: "asker" });
    now += 2_000;
    expect(await running.verify(accessToken)).toBeUndefined();
  });

  test("a hundred sign-ins at once", async () => {
    await using directory = await makeDataDirectory();
    await using running = await startIssuer(directory.path);
    const people = Array.from({ length: 100 }, (_, index) => `finance-${(index % 3) + 1}`);
    const subjects = await Promise.all(
      people.map(async (person) => {
        const { accessToken } = await obtainToken({ issuerUrl: running.issuerUrl, person });
        return (await running.verify(accessToken))?.subject;
      }),
    );
    expect(subjects).toEqual(people);
  });

  test("without printing anything", async () => {
    await using directory = await makeDataDirectory();
    const script = `
      import { startIssuer } from ${JSON.stringify(new URL("start-issuer.ts", import.meta.url).href)};
      import { obtainToken } from ${JSON.stringify(new URL("../../../local/issuer/obtain-token.ts", import.meta.url).href)};
      const running = await startIssuer(${JSON.stringify(directory.path)});
      await obtainToken({ issuerUrl: running.issuerUrl, person: "asker" });
      await fetch(running.issuerUrl + "/auth?client_id=nobody");
      await running[Symbol.asyncDispose]();`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "--eval",
      script,
    ]);
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
  });
});
