import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { callIdOf, requirementIdOf } from "../../../shared/domain/ids.ts";
import { describePath, routes } from "../../../shared/wiring.ts";
import { buildRequirement, buildRun, stage } from "../http/records.ts";
import { createWorld } from "../http/world.ts";

const documentSchema = z.object({
  openapi: z.literal("3.1.0"),
  paths: z.record(z.string(), z.record(z.string(), z.json())),
  components: z.object({ schemas: z.record(z.string(), z.json()) }),
});

const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(
    z.object({ name: z.string(), in: z.enum(["path", "query", "header"]), required: z.boolean() }),
  ),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: z.record(z.string(), z.json()) }),
  ),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});

async function readDocument(options: Parameters<typeof createWorld>[0] = {}) {
  const world = await createWorld(options);
  const { json } = await world.send("GET", "/openapi.json");
  return { json, document: documentSchema.parse(json) };
}

/** Every `$ref` in a JSON value. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === "$ref" && typeof member === "string" ? [member] : referencesIn(member),
  );
}

describe("the description of the API", () => {
  test("has every route of the wiring and no other, with its scope", async () => {
    const { document } = await readDocument();
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const { security } = operationSchema.parse(operation);
        return `${method.toUpperCase()} ${path} ${security.flatMap((one) => one["accessToken"] ?? []).join() || "public"}`;
      }),
    );
    const wired = routes.map(({ method, path, scope }) => `${method} ${describePath(path)} ${scope}`);
    expect(described.toSorted()).toEqual(wired.toSorted());
  });

  test("says of a public log that its checkpoint and tiles need no token, and of nothing else", async () => {
    const closed = await readDocument();
    const open = await readDocument({ isLogPublic: true });
    const opened = Object.entries(open.document.paths).flatMap(([path, methods]) =>
      JSON.stringify(methods) === JSON.stringify(closed.document.paths[path])
        ? []
        : Object.values(methods).map((operation) => [path, operationSchema.parse(operation)] as const),
    );
    expect(
      opened.map(([path, { security, responses }]) => [path, security, Object.keys(responses).join()]),
    ).toEqual([
      ["/ledger/checkpoint", [], "200,404,422,503"],
      ["/ledger/tile/{tile}", [], "200,404,422,503"],
    ]);
  });

  test("declares each path parameter, and names each operation once", async () => {
    const { document } = await readDocument();
    const ids: string[] = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const operation of Object.values(methods)) {
        const { operationId, parameters } = operationSchema.parse(operation);
        ids.push(operationId);
        const declared = parameters
          .filter((parameter) => parameter.in === "path")
          .map(({ name }) => `{${name}}`);
        expect(declared).toEqual(path.match(/\{[a-z]+\}/g) ?? []);
      }
    }
    expect(new Set(ids).size).toBe(routes.length);
  });

  test("refers only to what it holds, and leaves nothing unnamed behind", async () => {
    const { json, document } = await readDocument();
    const names = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    const used = new Set(referencesIn(json));
    expect([...used].filter((reference) => !names.includes(reference))).toEqual([]);
    expect(names.filter((name) => !used.has(name))).toEqual([]);
    expect(JSON.stringify(json)).not.toContain('"$id"');
  });

  test("lists the codes of a decision by status", async () => {
    const { document } = await readDocument();
    const operation = operationSchema.parse(
      document.paths["/requirements/{requirement}/decisions"]?.["post"],
    );
    expect(
      Object.fromEntries(
        Object.entries(operation.responses).map(([status, { description }]) => [status, description]),
      ),
    ).toEqual({
      "200": "The requirement as it is now.",
      "401": "`unauthenticated`",
      "403": "`insufficient_scope`, `machine_token`, `self_approval`, `not_eligible`",
      "404": "`not_found`",
      "409": "`already_decided`, `stale_digest`, `stage_not_open`, `duplicate_vote`, `idempotency_conflict`",
      "410": "`expired`, `cancelled`",
      "413": "`too_large`",
      "422": "`invalid_input`, `decision_not_allowed`",
      "503": "`check_failed`",
    });
  });
});

test("health and settings are public", async () => {
  const world = await createWorld();
  expect((await world.send("GET", "/health")).json).toEqual({ status: "ok" });
  expect((await world.send("GET", "/config.json")).json).toEqual({
    issuer: "http://127.0.0.1:4600/oidc",
    clientId: "countersign-web",
    version: "0.1.0",
  });
});

describe("who may decide", () => {
  const run = buildRun(0);
  const call = callIdOf(run.id, 1, 0);

  test.each<[string, object]>([
    ["asker", { mayDecide: true }],
    [
      "finance-1",
      {
        mayDecide: false,
        reason: {
          code: "stage_not_open",
          detail: `Stage 1 of ${requirementIdOf(call, 1)} comes first: the asker has to answer it.`,
        },
      },
    ],
  ])("%s learns about themselves and about the others", async (as, you) => {
    const world = await createWorld();
    const stages = [stage("asker", { status: "open" }), stage("finance")];
    await world.addRequirement(buildRequirement(call, run, { stages }));
    const { json } = await world.send("GET", `/requirements/${requirementIdOf(call, 1)}/eligibility`, { as });
    const detail = `Stage 1 of ${requirementIdOf(call, 1)} comes first: the asker has to answer it.`;
    expect(json).toEqual({
      requirement: requirementIdOf(call, 1),
      you,
      eligible: [{ subject: "asker" }],
      excluded: ["finance-1", "finance-2", "finance-3"].map((subject) => ({
        subject,
        code: "stage_not_open",
        detail,
      })),
    });
  });
});
