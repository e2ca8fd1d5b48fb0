import { describe, expect, test } from "vitest";
import { callIdOf, requirementIdOf } from "../../../shared/domain/ids.ts";
import { requirementViewSchema, runListSchema, runViewSchema } from "../../../shared/wire/api.ts";
import {
  buildCall,
  buildExecution,
  buildModelStep,
  buildRequirement,
  buildRun,
  machine,
  runIdAt,
  stage,
  vote,
} from "../http/records.ts";
import { createWorld, verdictOf } from "../http/world.ts";

// One run of the asker with a refund before finance, and one of the machine client with nothing asked.

const run = buildRun(0);
const call = callIdOf(run.id, 1, 0);
const requirementId = requirementIdOf(call, 1);
const ofMachine = buildRun(1, { requester: machine("service") });

async function createSeen() {
  const world = await createWorld();
  await world.addRun(run, [buildModelStep(run.id)], [buildCall(run.id, 0)]);
  const confirmed = stage("asker", {
    status: "passed",
    votes: [vote("asker", "approve", "Order 1042, quickly")],
  });
  await world.addRequirement(
    buildRequirement(call, run, { stages: [confirmed, stage("finance", { status: "open" })] }),
  );
  await world.addRun(ofMachine);
  return world;
}

const everyRoute = [
  `/runs/${run.id}`,
  `/runs/${run.id}/messages`,
  `/requirements/${requirementId}`,
  `/requirements/${requirementId}/eligibility`,
  `/runs/${ofMachine.id}`,
  `/runs/${ofMachine.id}/messages`,
] as const;

describe("who sees what", () => {
  //                      run  messages requirement eligibility machine's run, its messages
  test.each<[string, readonly number[]]>([
    ["asker", [200, 200, 200, 200, 404, 404]],
    ["asker-2", [404, 404, 404, 404, 404, 404]],
    ["finance-1", [200, 404, 200, 200, 404, 404]],
    ["ops-1", [404, 404, 404, 404, 404, 404]],
    ["auditor", [200, 200, 200, 200, 200, 200]],
    ["admin", [200, 404, 404, 404, 200, 404]],
    ["outsider", [404, 404, 404, 404, 404, 404]],
    ["pretender", [404, 404, 404, 404, 404, 404]],
    ["service", [404, 404, 404, 404, 200, 200]],
    ["service-2", [404, 404, 404, 404, 404, 404]],
  ])("%s", async (as, statuses) => {
    const world = await createSeen();
    const received = [];
    for (const path of everyRoute) received.push((await world.send("GET", path, { as })).status);
    expect(received).toEqual(statuses);
  });

  test.each<[string, readonly string[]]>([
    ["asker", [run.id]],
    ["asker-2", []],
    ["finance-1", []],
    ["auditor", [ofMachine.id, run.id]],
    ["admin", [ofMachine.id, run.id]],
    ["outsider", []],
    ["service", [ofMachine.id]],
    ["service-2", []],
  ])("the list of runs of %s", async (as, ids) => {
    const world = await createSeen();
    const list = runListSchema.parse((await world.send("GET", "/runs", { as })).json);
    expect(list.items.map(({ id }) => id)).toEqual(ids);
  });

  test.each<[string, number]>([
    ["asker", 1],
    ["asker-2", 0],
    ["finance-1", 1],
    ["ops-1", 0],
    ["auditor", 1],
    ["admin", 0],
    ["outsider", 0],
    ["pretender", 0],
    ["service", 0],
  ])("the list of requirements of %s has %i", async (as, count) => {
    const world = await createSeen();
    expect((await world.send("GET", "/requirements?view=all", { as })).json).toMatchObject({
      items: { length: count },
      nextCursor: null,
    });
  });

  test("what is not visible is answered like what does not exist, byte for byte", async () => {
    const world = await createSeen();
    const unknownRun = runIdAt(9);
    const unknownRequirement = requirementIdOf(callIdOf(unknownRun, 1, 0), 1);
    const pairs = [
      [`/runs/${run.id}`, `/runs/${unknownRun}`],
      [`/runs/${run.id}/messages`, `/runs/${unknownRun}/messages`],
      [`/requirements/${requirementId}`, `/requirements/${unknownRequirement}`],
      [`/requirements/${requirementId}/eligibility`, `/requirements/${unknownRequirement}/eligibility`],
    ] as const;
    for (const [hidden, unknown] of pairs) {
      const one = await world.send("GET", hidden, { as: "outsider" });
      const other = await world.send("GET", unknown, { as: "outsider" });
      const text = JSON.stringify(one.json)
        .replaceAll(requirementId, unknownRequirement)
        .replaceAll(run.id, unknownRun);
      expect(text).toBe(JSON.stringify(other.json));
      expect([...one.headers]).toEqual([...other.headers]);
    }
  });

  test("404 comes before what is wrong with the query", async () => {
    const world = await createSeen();
    for (const path of everyRoute.slice(0, 4)) {
      expect(verdictOf(await world.send("GET", `${path}?wait=99&foo=1`, { as: "outsider" }))).toBe(
        "404 not_found",
      );
      expect(verdictOf(await world.send("GET", `${path}?wait=99&foo=1`, { as: "auditor" }))).toBe(
        "422 invalid_input",
      );
    }
  });
});

describe("how much of it", () => {
  test("the asker sees the whole run", async () => {
    const world = await createSeen();
    await world.addExecution(buildExecution.succeeded(call, run.id));
    const view = runViewSchema.parse((await world.send("GET", `/runs/${run.id}`, { as: "asker" })).json);
    expect(view).toEqual({
      id: run.id,
      agent: "support",
      status: "running",
      input: "Refund order 1042, 250.00 because the parcel was lost",
      requester: { kind: "person", subject: "asker", name: "asker's name" },
      createdAt: "2026-11-22T12:00:00.000Z",
      updatedAt: "2026-11-22T12:00:00.000Z",
      requirements: [
        {
          id: requirementId,
          kind: "approval",
          status: "pending",
          run: run.id,
          call,
          tool: "issue_refund",
          input: { orderId: "1042", amount: "250.00", currency: "EUR", reason: "lost" },
          inputDigest: "c96c6d5be8d08a12e7b5cdc1b207fa6b2430974c86803d8891675e76fd992c20",
          digest: "0bf474896363505e5ea5e5d6ace8ebfb13a760a409b1fb467d428fc716f9f284",
          facts: null,
          version: 1,
          effect: "Pays 250.00 EUR back for order 1042.",
          reversible: false,
          risk: { level: "high", reasons: ["Money leaves the account."] },
          rule: "issue_refund: one approver of pool finance signs off.",
          rationale: "The parcel was lost.",
          stages: [
            {
              by: "asker",
              need: 1,
              got: 1,
              status: "passed",
              decisions: [
                {
                  by: "asker",
                  name: "asker's name",
                  decision: "approve",
                  at: "2026-11-22T12:00:30.000Z",
                  comment: "Order 1042, quickly",
                  channel: "cli",
                },
              ],
            },
            { by: ["finance"], need: 1, got: 0, status: "open", decisions: [] },
          ],
          requester: { kind: "person", subject: "asker", name: "asker's name" },
          agent: "support",
          createdAt: "2026-11-22T12:00:00.000Z",
          expiresAt: "2026-11-29T12:00:00.000Z",
          execution: {
            status: "succeeded",
            output: { refunded: "250.00" },
            finishedAt: "2026-11-22T12:00:50.000Z",
          },
        },
      ],
      usage: { modelCalls: 1, toolCalls: 0, inputTokens: 12, outputTokens: 7 },
      traceId: "0af7651916cd43dd8448eb211c80319c",
    });
  });

  test("an admin sees the run without a word of its content", async () => {
    const world = await createSeen();
    await world.addExecution(buildExecution.succeeded(call, run.id));
    const { json } = await world.send("GET", `/runs/${run.id}`, { as: "admin" });
    const view = runViewSchema.parse(json);
    expect(
      view.requirements.map(({ id, tool, status, execution }) => ({ id, tool, status, execution })),
    ).toEqual([
      { id: requirementId, tool: "issue_refund", status: "pending", execution: { status: "succeeded" } },
    ]);
    expect(JSON.stringify(json)).not.toMatch(/1042|250\.00|lost|quickly|refunded/);
    expect("input" in view).toBe(false);
  });

  test("a pool member sees the run's card with the requirements of their pools", async () => {
    const world = await createSeen();
    const other = callIdOf(run.id, 1, 1);
    await world.addRequirement(buildRequirement(other, run, { stages: [stage("ops", { status: "open" })] }));
    const { json } = await world.send("GET", `/runs/${run.id}`, { as: "finance-1" });
    const { requirements, ...card } = runViewSchema.parse(json);
    expect(requirements.map(({ id, input }) => [id, input])).toEqual([
      [requirementId, { orderId: "1042", amount: "250.00", currency: "EUR", reason: "lost" }],
    ]);
    expect([card.status, card.agent, card.requester.subject]).toEqual(["paused", "support", "asker"]);
    expect("input" in card || "output" in card).toBe(false);
  });

  test("a call in doubt shows the form of its answer", async () => {
    const world = await createSeen();
    const doubt = requirementIdOf(call, 2);
    await world.addRequirement(buildRequirement(call, run, { id: doubt, kind: "reconcile" }));
    await world.addExecution(buildExecution.inDoubt(call, run.id));
    const { json } = await world.send("GET", `/requirements/${doubt}`, { as: "finance-1" });
    expect(requirementViewSchema.parse(json)).toMatchObject({
      kind: "reconcile",
      execution: { status: "in-doubt" },
      form: {
        required: ["outcome"],
        properties: { outcome: { enum: ["happened", "run-again", "give-up"] } },
      },
    });
  });
});
