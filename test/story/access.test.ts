import { describe, expect, test } from "vitest";
import { forgeToken, signWithOtherKey, withoutSignature } from "./forge-token.ts";
import { askOne, readRequirement, refundSentence } from "./play.ts";
import { startStory, type Story, type Who } from "./start-story.ts";

const invalidBody = { nonsense: true };

/** Every route that needs a token; `{run}` and `{req}` stand for what the asker's refund waits for. */
const guardedRoutes = [
  ["GET", "/runs"],
  ["GET", "/runs/{run}"],
  ["GET", "/runs/{run}/messages"],
  ["GET", "/requirements"],
  ["GET", "/requirements/{req}"],
  ["GET", "/requirements/{req}/eligibility"],
  ["GET", "/ledger/entries"],
  ["GET", "/ledger/receipts/{req}"],
  ["GET", "/ledger/checkpoint"],
  ["GET", "/ledger/tile/0/000.p/1"],
  ["POST", "/agents/support/runs"],
  ["POST", "/runs/{run}/cancel"],
  ["POST", "/runs/{run}/continue"],
  ["POST", "/requirements/{req}/decisions"],
  ["POST", "/requirements/{req}/answers"],
  ["POST", "/requirements/{req}/withdraw"],
] as const;

async function createAsked(story: Story) {
  const { run, requirement } = await askOne(story, refundSentence);
  const at = (path: string) => path.replace("{run}", run).replace("{req}", requirement.id);
  return { run, requirement, at };
}

async function verdictOf(story: Story, who: Who, method: "GET" | "POST", path: string, body?: unknown) {
  const { status, code } = await story.send(who, method, path, body === undefined ? {} : { body });
  return code === undefined ? `${status}` : `${status} ${code}`;
}

const names = (headers: Headers) => [...headers.keys()];

describe("without a good token", () => {
  test("every guarded route answers 401 before it looks at anything else", async () => {
    await using story = await startStory();
    const { requirement, at } = await createAsked(story);
    const good = await forgeToken(story);
    const seconds = Math.floor(Date.now() / 1_000);
    const bad: Readonly<Record<string, Who>> = {
      "no token": undefined,
      garbage: { token: "garbage" },
      "three parts of garbage": { token: "a.b.c" },
      expired: await forgeToken(story, { iat: seconds - 7_200, exp: seconds - 3_600 }),
      "without an end": await forgeToken(story, { exp: undefined }),
      "of another issuer": await forgeToken(story, { iss: "https://issuer.example" }),
      "of another client": await forgeToken(story, { client_id: "somebody-elses-app" }),
      "an ID token": await forgeToken(story, { token_use: "id" }),
      "of another key": await signWithOtherKey(story),
      "without a signature": withoutSignature(story),
      "altered after signing": { token: `${good.token.slice(0, -2)}AA` },
    };
    const seen: string[] = [];
    for (const [name, who] of Object.entries(bad)) {
      for (const [method, path] of guardedRoutes) {
        const verdict = await verdictOf(
          story,
          who,
          method,
          at(path),
          method === "POST" ? invalidBody : undefined,
        );
        seen.push(`${name}: ${method} ${path} ${verdict}`);
      }
    }
    expect(seen).toHaveLength(176);
    expect(seen.filter((line) => !line.endsWith(" 401 unauthenticated"))).toEqual([]);
    expect(await readRequirement(story, requirement.id)).toEqual(requirement);
    expect(await verdictOf(story, good, "GET", "/runs")).toBe("200");
  });

  test("a token counts in the header Authorization alone", async () => {
    await using story = await startStory();
    const { token } = await forgeToken(story);
    const elsewhere = await story.send(undefined, "GET", `/runs?access_token=${token}`);
    expect([elsewhere.status, elsewhere.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    const cookie = await story.send(undefined, "GET", "/runs", { headers: { cookie: `token=${token}` } });
    expect(cookie.code).toBe("unauthenticated");
  });

  test("a token that was good yesterday is not good today", async () => {
    await using story = await startStory();
    const { token } = await forgeToken(story);
    expect((await story.send({ token }, "GET", "/runs")).status).toBe(200);
    await story.advance(61 * 60_000);
    expect((await story.send({ token }, "GET", "/runs")).code).toBe("unauthenticated");
  });

  test("the public routes answer anybody, and any other path is a 404", async () => {
    await using story = await startStory();
    for (const path of ["/health", "/openapi.json", "/config.json"]) {
      expect([path, await verdictOf(story, undefined, "GET", path)]).toEqual([path, "200"]);
    }
    const unknown = ["/", "/runs/", "/ledger", "/test/clock", "/admin", "/runs//messages"];
    for (const path of unknown) {
      expect([path, await verdictOf(story, "asker", "GET", path)]).toEqual([path, "404 not_found"]);
    }
  });
});

describe("a scope that is missing", () => {
  test.each([
    ["GET", "/runs/{run}", "countersign/run countersign/decide"],
    ["GET", "/requirements", "countersign/run countersign/decide"],
    ["POST", "/agents/support/runs", "countersign/read countersign/decide"],
    ["POST", "/runs/{run}/cancel", "countersign/read countersign/decide"],
    ["POST", "/requirements/{req}/withdraw", "countersign/read countersign/decide"],
    ["POST", "/requirements/{req}/decisions", "countersign/read countersign/run"],
    ["POST", "/requirements/{req}/answers", "countersign/read countersign/run"],
    ["POST", "/runs/{run}/continue", "countersign/read countersign/run"],
    ["POST", "/requirements/req_unknown/decisions", "countersign/decides countersign/decide/x"],
  ] as const)("%s %s is refused to a token that carries only %s", async (method, path, scope) => {
    await using story = await startStory();
    const { requirement, at } = await createAsked(story);
    const who = await forgeToken(story, { scope });
    expect(await verdictOf(story, who, method, at(path), method === "POST" ? invalidBody : undefined)).toBe(
      "403 insufficient_scope",
    );
    expect(await readRequirement(story, requirement.id)).toEqual(requirement);
  });
});

describe("who sees what of the asker's refund", () => {
  const people = [
    "asker",
    "asker-2",
    "finance-1",
    "finance-2",
    "finance-3",
    "ops-1",
    "ops-2",
    "ops-3",
    "auditor",
    "admin",
    "outsider",
    "service",
  ] as const;

  /** Whoever is not named gets 404, with the same body as for what does not exist. */
  test.each([
    ["/runs/{run}", ["asker", "finance-1", "finance-2", "finance-3", "auditor", "admin"]],
    ["/runs/{run}/messages", ["asker", "auditor"]],
    ["/requirements/{req}", ["asker", "finance-1", "finance-2", "finance-3", "auditor"]],
    ["/requirements/{req}/eligibility", ["asker", "finance-1", "finance-2", "finance-3", "auditor"]],
  ])("GET %s is for %j alone", async (path, seers) => {
    await using story = await startStory();
    const { at } = await createAsked(story);
    const seen: string[] = [];
    for (const person of people) {
      if ((await story.send(person, "GET", at(path))).status === 200) seen.push(person);
    }
    expect(seen).toEqual(seers);
  });

  test("what one may not see is answered as what does not exist is, to the letter", async () => {
    await using story = await startStory();
    const { at, run, requirement } = await createAsked(story);
    const noRun = run.replace(/.$/, run.endsWith("0") ? "1" : "0");
    const none = requirement.id.replace(run.slice("run_".length), noRun.slice("run_".length));
    const reads = [
      "/runs/{run}",
      "/runs/{run}/messages",
      "/requirements/{req}",
      "/requirements/{req}/eligibility",
    ];
    const writes = [
      "/runs/{run}/cancel",
      "/runs/{run}/continue",
      "/requirements/{req}/decisions",
      "/requirements/{req}/withdraw",
    ];
    const routes = [
      ...reads.map((path) => ["GET", path] as const),
      ...writes.map((path) => ["POST", path] as const),
    ];
    for (const [method, path] of routes) {
      const hidden = await story.send("outsider", method, at(path));
      const absent = await story.send(
        "outsider",
        method,
        path.replace("{run}", noRun).replace("{req}", none),
      );
      expect([path, hidden.code]).toEqual([path, "not_found"]);
      const masked = JSON.stringify(hidden.body).replace(run, noRun).replace(requirement.id, none);
      expect(JSON.stringify(absent.body)).toBe(masked);
      expect(names(absent.headers)).toEqual(names(hidden.headers));
    }
  });

  test("only the asker and the auditor read what was asked and answered", async () => {
    await using story = await startStory();
    const { run } = await createAsked(story);
    const seen: Record<string, readonly string[]> = {};
    for (const person of ["asker", "finance-1", "auditor", "admin"]) {
      const text = JSON.stringify((await story.send(person, "GET", `/runs/${run}`)).body);
      seen[person] = [refundSentence, "the parcel was lost", "EUR 250.00"].filter((words) =>
        text.includes(words),
      );
    }
    expect(seen).toEqual({
      asker: [refundSentence, "the parcel was lost", "EUR 250.00"],
      "finance-1": ["the parcel was lost", "EUR 250.00"],
      auditor: [refundSentence, "the parcel was lost", "EUR 250.00"],
      admin: [],
    });
  });

  test("lists hold what each may see, and nothing else", async () => {
    await using story = await startStory();
    const { run, requirement } = await createAsked(story);
    const seen: Record<string, string> = {};
    for (const person of people) {
      const runs = JSON.stringify((await story.send(person, "GET", "/runs")).body).includes(run);
      const all = JSON.stringify((await story.send(person, "GET", "/requirements")).body).includes(
        requirement.id,
      );
      seen[person] = [runs ? "run" : "", all ? "requirement" : ""].join(" ").trim();
    }
    expect(seen).toEqual({
      asker: "run requirement",
      "asker-2": "",
      "finance-1": "requirement",
      "finance-2": "requirement",
      "finance-3": "requirement",
      "ops-1": "",
      "ops-2": "",
      "ops-3": "",
      auditor: "run requirement",
      admin: "run",
      outsider: "",
      service: "",
    });
  });
});

describe("the machine client", () => {
  test("cannot start an agent whose tools wait for an asker", async () => {
    await using story = await startStory();
    expect(await verdictOf(story, "service", "POST", "/agents/support/runs", { input: "Hello." })).toBe(
      "422 unsatisfiable_policy",
    );
    expect(JSON.stringify((await story.send("auditor", "GET", "/runs")).body)).toBe(
      '{"items":[],"nextCursor":null}',
    );
  });

  test("cannot name a person to act for", async () => {
    await using story = await startStory();
    const body = { input: refundSentence, requester: { kind: "person", subject: "asker" } };
    expect(await verdictOf(story, "service", "POST", "/agents/support/runs", body)).toBe("422 invalid_input");
    expect(
      (
        await story.send("service", "POST", "/agents/support/runs", {
          body: { input: refundSentence },
          headers: { "x-countersign-asker": "asker", "x-forwarded-user": "asker" },
        })
      ).code,
    ).toBe("unsatisfiable_policy");
  });
});

test("a read never changes anything, whatever the method says", async () => {
  await using story = await startStory();
  const { requirement } = await createAsked(story);
  const { token } = await forgeToken(story);
  for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]) {
    const response = await fetch(`${story.url}/requirements/${requirement.id}/decisions`, {
      method,
      headers: { authorization: `Bearer ${token}`, "x-http-method-override": "POST" },
    });
    await response.arrayBuffer();
    expect([method, response.status]).toEqual([method, 404]);
  }
  expect(await readRequirement(story, requirement.id)).toEqual(requirement);
});
