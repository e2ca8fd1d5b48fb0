import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import { callIdOf } from "../../../shared/domain/ids.ts";
import type { Store } from "../../../shared/ports/store.ts";
import { routes } from "../../../shared/wiring.ts";
import { buildRequirement, buildRun } from "./records.ts";
import { createWorld, type Sent, verdictOf } from "./world.ts";

const unknownRun = "run_00000000000000000000000000";
const unknownRequirement = "req_00000000000000000000000000_1_0_1";

function pathOf(path: string): string {
  return path
    .replace(":run", unknownRun)
    .replace(":requirement", unknownRequirement)
    .replace(":agent", "support");
}

const guarded = routes
  .filter(({ scope }) => scope !== "public")
  .map(({ method, path, scope }) => [method, path, scope] as const);

describe("who may ask at all", () => {
  test.each(guarded)("%s %s without a good token is 401, with a challenge", async (method, path) => {
    const world = await createWorld();
    const attempts: readonly Sent[] = [
      {},
      { as: "nobody" },
      { headers: { authorization: "Basic asker" } },
      { headers: { authorization: "Bearer asker asker" } },
      { headers: { authorization: "asker" } },
      { headers: { cookie: "access_token=asker" } },
    ];
    for (const sent of attempts) {
      const received = await world.send(method, `${pathOf(path)}?access_token=asker`, sent);
      expect(verdictOf(received)).toBe("401 unauthenticated");
      expect(received.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  test.each(guarded)(
    "%s %s with a token of another scope is 403, and says which scope it takes",
    async (method, path, scope) => {
      const world = await createWorld();
      const received = await world.send(method, pathOf(path), {
        as: scope === "countersign/read" ? "starter" : "reader",
        ...(method === "POST" ? { text: "{" } : {}),
      });
      expect(verdictOf(received)).toBe("403 insufficient_scope");
      expect(received.headers.get("www-authenticate")).toBe(
        `Bearer error="insufficient_scope", scope="${scope}"`,
      );
    },
  );

  test("when nobody can tell whether a token is good, nothing is done", async () => {
    const world = await createWorld();
    expect(verdictOf(await world.send("GET", "/runs", { as: "unknowable" }))).toBe("503 check_failed");
    expect(world.logged).toEqual([
      { level: "warning", event: "request-failed", code: "key_set_unavailable" },
    ]);
  });

  test("the scheme's name is read in any case", async () => {
    const world = await createWorld();
    expect((await world.send("GET", "/runs", { headers: { authorization: "bearer asker" } })).status).toBe(
      200,
    );
  });
});

describe("every answer", () => {
  test.each<[string, "GET" | "POST" | "PUT" | "HEAD", string, Sent]>([
    ["a good one", "GET", "/runs", { as: "asker" }],
    ["a public one", "GET", "/health", {}],
    ["a refusal", "GET", "/runs", {}],
    ["an unknown route", "GET", "/runs/x/y/z", { as: "asker" }],
    ["a HEAD", "HEAD", "/health", {}],
  ])("%s is kept nowhere, and typed", async (_, method, path, sent) => {
    const world = await createWorld();
    const { status, headers } = await world.send(method, path, sent);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-robots-tag")).toBe("noindex");
    expect(headers.get("content-type")).toBe(
      status === 200 ? "application/json" : "application/problem+json",
    );
  });

  test("a refusal is a problem document", async () => {
    const world = await createWorld();
    expect((await world.send("GET", `/runs/${unknownRun}`, { as: "asker" })).json).toEqual({
      type: "urn:countersign:problem:not_found",
      title: "Not found",
      status: 404,
      detail: "Run run_00000000000000000000000000 was not found.",
      code: "not_found",
    });
  });

  test.each([
    ["GET", "/"],
    ["GET", "/runs/"],
    ["GET", "//runs"],
    ["GET", "/RUNS"],
    ["PUT", "/runs"],
    ["DELETE", `/runs/${unknownRun}`],
    ["POST", "/health"],
    ["GET", `/requirements/${unknownRequirement}/decisions`],
    ["GET", "/openapi.json/../secrets"],
  ] as const)("%s %s is no route", async (method, path) => {
    const world = await createWorld();
    expect(verdictOf(await world.send(method, path, { as: "asker" }))).toBe("404 not_found");
  });

  test("a failure says nothing of its cause, and is logged by its code", async () => {
    const broken: Store = {
      get: () => Promise.reject(new StoreUnavailable("disk /secret is full")),
      query: () => Promise.reject(new Error("SELECT secret")),
      write: async () => ({ outcome: "written", revisions: [] }),
    };
    const world = await createWorld({ wrap: () => broken });
    const received = await world.send("GET", `/runs/${unknownRun}`, { as: "asker" });
    expect(verdictOf(received)).toBe("503 check_failed");
    expect(JSON.stringify(received.json)).not.toMatch(/secret/i);
    expect(world.logged).toEqual([{ level: "alarm", event: "request-failed", code: "unexpected" }]);
  });
});

describe("ids in paths", () => {
  test.each([
    "run_",
    "run_UPPER0000000000000000000000",
    "x".repeat(4_000),
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff",
    "run_00000000000000000000000000%23req",
    `${unknownRun}%0a`,
    "__proto__",
    "req_00000000000000000000000000_1_0_1",
  ])("a run that is called %s is not found", async (id) => {
    const world = await createWorld();
    for (const path of [`/runs/${id}`, `/runs/${id}/messages`]) {
      expect(verdictOf(await world.send("GET", path, { as: "auditor" }))).toBe("404 not_found");
    }
    expect(verdictOf(await world.send("POST", `/runs/${id}/cancel`, { as: "admin" }))).toBe("404 not_found");
    expect(verdictOf(await world.send("POST", `/runs/${id}/continue`, { as: "asker", body: {} }))).toBe(
      "404 not_found",
    );
    expect(
      verdictOf(await world.send("POST", `/agents/${id}/runs`, { as: "asker", body: { input: "x" } })),
    ).toBe("404 not_found");
  });

  test.each([
    "req_",
    "req_00000000000000000000000000_1_0",
    "req_00000000000000000000000000_01_0_1",
    "x".repeat(4_000),
    "%2e%2e%2f",
  ])("a requirement that is called %s is not found", async (id) => {
    const world = await createWorld();
    for (const path of [`/requirements/${id}`, `/requirements/${id}/eligibility`]) {
      expect(verdictOf(await world.send("GET", path, { as: "auditor" }))).toBe("404 not_found");
    }
    for (const route of ["decisions", "answers", "withdraw"]) {
      const received = await world.send("POST", `/requirements/${id}/${route}`, { as: "asker", text: "{" });
      expect(verdictOf(received)).toBe("404 not_found");
    }
  });
});

describe("bodies", () => {
  const approve = { decision: "approve", digest: "a".repeat(64) };

  test.each<[string, Sent, string]>([
    ["not JSON", { text: "{" }, "422 invalid_input"],
    ["two values", { text: "{}{}" }, "422 invalid_input"],
    [
      "a key twice",
      { text: `{"decision":"reject","decision":"approve","digest":"${approve.digest}"}` },
      "422 invalid_input",
    ],
    [
      "half a surrogate pair",
      { text: String.raw`{"decision":"approve","digest":"\ud800"}` },
      "422 invalid_input",
    ],
    ["a byte order mark", { text: `\uFEFF${JSON.stringify(approve)}` }, "422 invalid_input"],
    ["an array", { body: [approve] }, "422 invalid_input"],
    ["nothing", {}, "422 invalid_input"],
    [
      "a form",
      { text: "decision=approve", headers: { "content-type": "application/x-www-form-urlencoded" } },
      "422 invalid_input",
    ],
    [
      "JSON that is called text",
      { body: approve, headers: { "content-type": "text/plain" } },
      "422 invalid_input",
    ],
    [
      "another charset",
      { body: approve, headers: { "content-type": "application/json; charset=utf-16" } },
      "422 invalid_input",
    ],
    ["an unknown field", { body: { ...approve, by: "finance-2" } }, "422 invalid_input"],
    [
      "an unprintable key",
      { body: approve, headers: { "idempotency-key": "schl\u00fcssel" } },
      "422 invalid_input",
    ],
    [
      "a key of 201 characters",
      { body: approve, headers: { "idempotency-key": "k".repeat(201) } },
      "422 invalid_input",
    ],
    [
      "an unknown channel",
      { body: approve, headers: { "x-countersign-channel": "slack" } },
      "422 invalid_input",
    ],
    ["more than 256 KiB", { text: `"${"x".repeat(262_144)}"` }, "413 too_large"],
    ["what it should be", { body: approve }, "409 stale_digest"],
    [
      "the charset named",
      { body: approve, headers: { "content-type": "application/json; charset=UTF-8" } },
      "409 stale_digest",
    ],
  ])("%s -> %s", async (_, sent, verdict) => {
    const world = await createWorld();
    const run = buildRun(0);
    const requirement = buildRequirement(callIdOf(run.id, 1, 0), run);
    await world.addRequirement(requirement);
    const received = await world.send("POST", `/requirements/${requirement.id}/decisions`, {
      as: "finance-1",
      ...sent,
    });
    expect(verdictOf(received)).toBe(verdict);
  });

  test("a body that streams on beyond 256 KiB is not received to its end", async () => {
    const world = await createWorld();
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const received = await world.sendStream("/agents/support/runs", "asker", endless);
    expect(verdictOf(received)).toBe("413 too_large");
    expect(pulled).toBeLessThan(10);
  });

  test("bytes that are not UTF-8 are refused", async () => {
    const world = await createWorld();
    const bytes = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array([0x22, 0xff, 0x22]));
        controller.close();
      },
    });
    expect(verdictOf(await world.sendStream("/agents/support/runs", "asker", bytes))).toBe(
      "422 invalid_input",
    );
  });

  test("a refusal says which field is wrong and quotes no library", async () => {
    const world = await createWorld();
    const body = { input: "", colour: "red" };
    expect((await world.send("POST", "/agents/support/runs", { as: "asker", body })).json).toMatchObject({
      detail:
        '"input" of the body is too small: send at least 1. The body has no field "colour": leave it out.',
    });
  });
});
