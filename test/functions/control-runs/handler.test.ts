import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { defineAgent } from "../../../shared/domain/agent.ts";
import { callIdOf, epochMillisSchema, runIdSchema, subjectSchema } from "../../../shared/domain/ids.ts";
import { defineTool } from "../../../shared/domain/tool.ts";
import { runViewSchema } from "../../../shared/wire/api.ts";
import { buildCall, buildModelStep, buildRequirement, buildRun, machine, noon } from "../http/records.ts";
import { createWorld, type Sent, verdictOf } from "../http/world.ts";

const input = "Refund order 1042";

const confirmed = defineTool({
  name: "send_email",
  description: "Sends a mail.",
  input: z.strictObject({ to: z.string() }),
  requiresConfirmation: true,
  effect: ({ to }) => `Sends a mail to ${to}.`,
  run: async () => "sent",
});

const agents = [
  defineAgent({ name: "support", instructions: "Help.", tools: [] }),
  defineAgent({ name: "mailer", instructions: "Mail.", tools: [confirmed] }),
];

describe("starting a run", () => {
  test.each(["asker", "service"])("%s gets a run of their own, and where to find it", async (as) => {
    const world = await createWorld({ agents });
    const received = await world.send("POST", "/agents/support/runs", {
      as,
      body: { input, metadata: { ticket: "T-1" } },
    });
    const run = runViewSchema.parse(received.json);
    expect(received.status).toBe(202);
    expect(received.headers.get("location")).toBe(`/runs/${run.id}`);
    expect([run.status, run.agent, run.input, run.requester.subject, run.requirements]).toEqual([
      "running",
      "support",
      input,
      as,
      [],
    ]);
    expect(world.started).toEqual([`${run.id}-1`]);
    expect((await world.send("GET", `/runs/${run.id}`, { as })).json).toEqual(received.json);
  });

  test.each<[string, string, string, Sent, string]>([
    ["an unknown agent", "asker", "nobody", { body: { input } }, "404 not_found"],
    ["an unknown agent and an unreadable body", "asker", "nobody", { text: "{" }, "404 not_found"],
    ["a name of the language", "asker", "constructor", { body: { input } }, "404 not_found"],
    ["an unreadable body", "asker", "support", { text: "{" }, "422 invalid_input"],
    ["no body", "asker", "support", {}, "422 invalid_input"],
    [
      "somebody else as the asker",
      "asker",
      "support",
      { body: { input, requester: "asker-2" } },
      "422 invalid_input",
    ],
    [
      "an empty key",
      "asker",
      "support",
      { body: { input }, headers: { "idempotency-key": "" } },
      "422 invalid_input",
    ],
    [
      "a machine where an asker has to confirm",
      "service",
      "mailer",
      { body: { input } },
      "422 unsatisfiable_policy",
    ],
    ["a person where an asker has to confirm", "asker", "mailer", { body: { input } }, "202"],
    ["a token that may only read", "reader", "support", { body: { input } }, "403 insufficient_scope"],
  ])("%s", async (_, as, agent, sent, verdict) => {
    const world = await createWorld({ agents });
    expect(verdictOf(await world.send("POST", `/agents/${agent}/runs`, { as, ...sent }))).toBe(verdict);
    expect(world.started).toHaveLength(verdict === "202" ? 1 : 0);
  });

  test("the same key and body give the same run, another body a conflict, another caller a run of their own", async () => {
    const world = await createWorld({ agents });
    const headers = { "idempotency-key": "k-1" };
    const idOf = async (as: string, body: object) => {
      const received = await world.send("POST", "/agents/support/runs", { as, body, headers });
      return received.status === 202 ? runViewSchema.parse(received.json).id : verdictOf(received);
    };
    const first = await idOf("asker", { input });
    expect(await idOf("asker", { input })).toBe(first);
    expect(await idOf("asker", { input: "Refund order 1043" })).toBe("409 idempotency_conflict");
    expect(runIdSchema.safeParse(await idOf("asker-2", { input })).success).toBe(true);
    expect(await idOf("asker-2", { input })).not.toBe(first);
  });
});

describe("cancelling a run", () => {
  const run = buildRun(0);
  const path = `/runs/${run.id}/cancel`;

  async function createAsked() {
    const world = await createWorld();
    await world.addRun(run, [buildModelStep(run.id)], [buildCall(run.id, 0)]);
    await world.addRequirement(buildRequirement(callIdOf(run.id, 1, 0), run));
    return world;
  }

  test.each<[string, Sent, string]>([
    ["asker", {}, "200"],
    ["asker", { body: {} }, "200"],
    ["admin", {}, "200"],
    ["asker-2", {}, "404 not_found"],
    ["outsider", {}, "404 not_found"],
    ["outsider", { text: "{" }, "404 not_found"],
    ["service", {}, "404 not_found"],
    ["asker", { body: { reason: "x" } }, "422 invalid_input"],
    ["asker", { text: "{" }, "422 invalid_input"],
    ["reader", {}, "403 insufficient_scope"],
  ])("%s sends %j -> %s", async (as, sent, verdict) => {
    const world = await createAsked();
    expect(verdictOf(await world.send("POST", path, { as, ...sent }))).toBe(verdict);
  });

  test("closes what was open, and tells the asker so", async () => {
    const world = await createAsked();
    const view = runViewSchema.parse((await world.send("POST", path, { as: "asker" })).json);
    expect([view.status, view.requirements.map(({ status }) => status)]).toEqual(["running", ["cancelled"]]);
  });

  test("repeated, it changes nothing more; after the end, it is too late", async () => {
    const world = await createAsked();
    const first = await world.send("POST", path, { as: "asker" });
    world.now += 5_000;
    expect((await world.send("POST", path, { as: "asker" })).json).toEqual(first.json);
    await world.replaceRun({ ...run, status: "completed", ending: { status: "completed", output: "Done." } });
    expect(verdictOf(await world.send("POST", path, { as: "asker" }))).toBe("409 too_late");
    const cancelRequested = { by: subjectSchema.parse("asker"), at: epochMillisSchema.parse(noon) };
    await world.replaceRun({ ...run, status: "cancelled", cancelRequested, ending: { status: "cancelled" } });
    expect(verdictOf(await world.send("POST", path, { as: "asker" }))).toBe("200");
  });

  test("a machine cancels its own run", async () => {
    const world = await createWorld();
    const own = buildRun(1, { requester: machine("service") });
    await world.addRun(own);
    expect(verdictOf(await world.send("POST", `/runs/${own.id}/cancel`, { as: "service-2" }))).toBe(
      "404 not_found",
    );
    expect(verdictOf(await world.send("POST", `/runs/${own.id}/cancel`, { as: "service" }))).toBe("200");
  });
});
