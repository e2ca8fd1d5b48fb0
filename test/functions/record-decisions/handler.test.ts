import { describe, expect, test } from "vitest";
import { callIdOf, epochMillisSchema, requirementIdOf, subjectSchema } from "../../../shared/domain/ids.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { requirementViewSchema } from "../../../shared/wire/api.ts";
import {
  buildCall,
  buildExecution,
  buildModelStep,
  buildRequirement,
  buildRun,
  hex,
  machine,
  noon,
  person,
  stage,
  vote,
} from "../http/records.ts";
import { createWorld, type Sent, verdictOf } from "../http/world.ts";

const run = buildRun(0);
const call = callIdOf(run.id, 1, 0);
const id = requirementIdOf(call, 1);
const digest = hex("digest");
const approve = { decision: "approve", digest };

async function createAsked(overrides: Partial<Requirement> = {}) {
  const world = await createWorld();
  await world.addRun(run, [buildModelStep(run.id)], [buildCall(run.id, 0)]);
  await world.addRequirement(buildRequirement(call, run, overrides));
  return world;
}

const expired = { expiresAt: epochMillisSchema.parse(noon + 30_000) };
const twoStages = { stages: [stage("asker", { status: "open" }), stage("finance")] };
const ofFinance = (requester: Requirement["requester"]) => ({
  requester,
  stages: [stage("finance", { status: "open" })],
});

describe("the codes of a decision, in docs/api.md's order: each line also breaks what comes after it", () => {
  test.each<[string, Partial<Requirement>, string, Sent, string]>([
    ["nobody", expired, "nobody", { text: "{" }, "401 unauthenticated"],
    ["a token that may not decide", expired, "starter", { text: "{" }, "403 insufficient_scope"],
    ["a machine", expired, "service", { text: "{" }, "403 machine_token"],
    ["a stranger", expired, "outsider", { text: "{" }, "404 not_found"],
    ["a stranger who knows everything", {}, "outsider", { body: approve }, "404 not_found"],
    ["an admin who is no member", {}, "admin", { body: approve }, "404 not_found"],
    ["an unreadable body after the end", expired, "finance-1", { text: "{" }, "422 invalid_input"],
    ["after the end", expired, "finance-1", { body: { ...approve, digest: "other" } }, "410 expired"],
    [
      "after the sweep has seen the end",
      { status: "expired" },
      "finance-1",
      { body: approve },
      "410 expired",
    ],
    [
      "taken back",
      { status: "cancelled" },
      "finance-1",
      { body: { ...approve, digest: "other" } },
      "410 cancelled",
    ],
    [
      "decided",
      { status: "approved" },
      "finance-1",
      { body: { ...approve, digest: "other" } },
      "409 already_decided",
    ],
    [
      "another digest, and too early",
      twoStages,
      "finance-1",
      { body: { ...approve, digest: "other" } },
      "409 stale_digest",
    ],
    [
      "too early",
      { ...twoStages, makers: [subjectSchema.parse("finance-1")] },
      "finance-1",
      { body: approve },
      "409 stage_not_open",
    ],
    ["the asker in the pool's stage", {}, "asker", { body: approve }, "403 self_approval"],
    [
      "an asker who is a member",
      ofFinance(person("finance-1")),
      "finance-1",
      { body: approve },
      "403 self_approval",
    ],
    [
      "a maker",
      { makers: [subjectSchema.parse("finance-1")] },
      "finance-1",
      { body: approve },
      "403 self_approval",
    ],
    [
      "the owner",
      { owner: subjectSchema.parse("finance-1") },
      "finance-1",
      { body: approve },
      "403 self_approval",
    ],
    ["an auditor", {}, "auditor", { body: approve }, "403 not_eligible"],
    [
      "a member in the asker's stage alone",
      { stages: [stage("asker", { status: "open" }), stage("ops")] },
      "auditor",
      { body: approve },
      "403 not_eligible",
    ],
    [
      "a second vote",
      { stages: [stage("finance", { status: "open", need: 2, votes: [vote("finance-1", "approve")] })] },
      "finance-1",
      { body: { ...approve, decision: "edit", input: {} } },
      "409 duplicate_vote",
    ],
    [
      "an edit",
      {},
      "finance-1",
      { body: { decision: "edit", digest, input: {} } },
      "422 decision_not_allowed",
    ],
    [
      "a response",
      {},
      "finance-1",
      { body: { decision: "respond", digest, message: "Hm." } },
      "422 decision_not_allowed",
    ],
    [
      "a grant",
      {},
      "finance-1",
      { body: { ...approve, remember: { scope: "exact", expiresIn: "1d", uses: 1 } } },
      "422 decision_not_allowed",
    ],
    [
      "a stop",
      {},
      "finance-1",
      { body: { decision: "reject", digest, stop: true } },
      "422 decision_not_allowed",
    ],
    ["an approval", {}, "finance-1", { body: approve }, "200"],
    ["a rejection", {}, "finance-1", { body: { decision: "reject", digest, comment: "No." } }, "200"],
    ["the asker's confirmation", twoStages, "asker", { body: approve }, "200"],
  ])("%s", async (_, overrides, as, sent, verdict) => {
    const world = await createAsked(overrides);
    expect(verdictOf(await world.send("POST", `/requirements/${id}/decisions`, { as, ...sent }))).toBe(
      verdict,
    );
  });

  test("a machine is refused as one also for what does not exist and what is no id", async () => {
    const world = await createWorld();
    for (const path of [
      `/requirements/${id}/decisions`,
      "/requirements/x/decisions",
      "/requirements/x/answers",
      "/runs/x/continue",
    ]) {
      expect(verdictOf(await world.send("POST", path, { as: "service", text: "{" }))).toBe(
        "403 machine_token",
      );
    }
  });
});

describe("a decision", () => {
  test("answers with the requirement as it is then, by which channel too", async () => {
    const world = await createAsked();
    const sent = {
      as: "finance-1",
      body: { ...approve, comment: "Checked." },
      headers: { "x-countersign-channel": "web" },
    };
    const { json } = await world.send("POST", `/requirements/${id}/decisions`, sent);
    const view = requirementViewSchema.parse(json);
    expect([view.status, view.stages[0]]).toEqual([
      "approved",
      {
        by: ["finance"],
        need: 1,
        got: 1,
        status: "passed",
        decisions: [
          {
            by: "finance-1",
            name: "finance-1's name",
            decision: "approve",
            at: "2026-11-22T12:01:00.000Z",
            comment: "Checked.",
            channel: "web",
          },
        ],
      },
    ]);
    expect((await world.send("GET", `/requirements/${id}`, { as: "finance-2" })).json).toEqual(json);
    expect((await world.send("GET", "/requirements?view=decided", { as: "finance-1" })).json).toEqual({
      items: [json],
      nextCursor: null,
    });
  });

  test("repeated under its key is one vote; the key with another body is a conflict", async () => {
    const world = await createAsked({ stages: [stage("finance", { status: "open", need: 2 })] });
    const send = async (as: string, body: object) => {
      const sent = { as, body, headers: { "idempotency-key": "k-1" } };
      return world.send("POST", `/requirements/${id}/decisions`, sent);
    };
    const first = await send("finance-1", approve);
    expect((await send("finance-1", approve)).json).toEqual(first.json);
    expect(verdictOf(await send("finance-1", { ...approve, comment: "!" }))).toBe("409 idempotency_conflict");
    expect(verdictOf(await send("outsider", approve))).toBe("404 not_found");
    expect(verdictOf(await send("finance-2", approve))).toBe("200");
    expect(
      verdictOf(
        await world.send("POST", `/requirements/${id}/decisions`, { as: "finance-1", body: approve }),
      ),
    ).toBe("409 already_decided");
  });

  test("50 at once are one approval, and every other answer is a refusal in words", async () => {
    const world = await createAsked();
    const people = ["finance-1", "finance-2", "finance-3"];
    const received = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        world.send("POST", `/requirements/${id}/decisions`, { as: people[n % 3] ?? "", body: approve }),
      ),
    );
    expect(received.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(received.filter(({ status }) => status === 409)).toHaveLength(49);
  });
});

describe("an answer about a call in doubt", () => {
  const doubt = { kind: "reconcile" as const };
  const happened = { digest, answers: { outcome: "happened" } };

  test.each<[string, Partial<Requirement>, string, Sent, string]>([
    ["that it happened", doubt, "finance-1", { body: happened }, "200"],
    ["to run it again", doubt, "finance-1", { body: { digest, answers: { outcome: "run-again" } } }, "200"],
    ["by the asker", doubt, "asker", { body: happened }, "403 self_approval"],
    ["by a stranger", doubt, "outsider", { body: happened }, "404 not_found"],
    [
      "with another digest",
      doubt,
      "finance-1",
      { body: { ...happened, digest: "other" } },
      "409 stale_digest",
    ],
    [
      "that is none",
      doubt,
      "finance-1",
      { body: { digest, answers: { outcome: "maybe" } } },
      "422 invalid_input",
    ],
    ["to an approval", {}, "finance-1", { body: happened }, "422 decision_not_allowed"],
  ])("%s", async (_, overrides, as, sent, verdict) => {
    const world = await createAsked(overrides);
    await world.addExecution(buildExecution.inDoubt(call, run.id));
    expect(verdictOf(await world.send("POST", `/requirements/${id}/answers`, { as, ...sent }))).toBe(verdict);
  });

  test("is no approval: those have their own route", async () => {
    const world = await createAsked(doubt);
    expect(
      verdictOf(
        await world.send("POST", `/requirements/${id}/decisions`, { as: "finance-1", body: approve }),
      ),
    ).toBe("422 decision_not_allowed");
  });
});

describe("taking a request back", () => {
  test.each<[string, Partial<Requirement>, string, Sent, string]>([
    ["by the asker", {}, "asker", {}, "200"],
    ["by a member", {}, "finance-1", {}, "403 not_eligible"],
    ["by a stranger", {}, "outsider", { text: "{" }, "404 not_found"],
    ["with something in the body", {}, "asker", { body: { reason: "x" } }, "422 invalid_input"],
    ["after its end", expired, "asker", {}, "410 expired"],
    ["twice", { status: "cancelled" }, "asker", {}, "410 cancelled"],
    ["after it was decided", { status: "approved" }, "asker", {}, "409 too_late"],
    ["by a machine that asked", { requester: machine("service") }, "service", {}, "200"],
    ["by another machine", { requester: machine("service") }, "service-2", {}, "404 not_found"],
  ])("%s", async (_, overrides, as, sent, verdict) => {
    const world = await createAsked(overrides);
    const received = await world.send("POST", `/requirements/${id}/withdraw`, { as, ...sent });
    expect(verdictOf(received)).toBe(verdict);
  });

  test("closes it", async () => {
    const world = await createAsked();
    const { json } = await world.send("POST", `/requirements/${id}/withdraw`, { as: "asker" });
    expect(requirementViewSchema.parse(json).status).toBe("cancelled");
  });
});
