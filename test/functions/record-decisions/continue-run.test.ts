import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../shared/domain/errors.ts";
import { callIdOf, requirementIdOf } from "../../../shared/domain/ids.ts";
import type { Store } from "../../../shared/ports/store.ts";
import { continuedViewSchema } from "../../../shared/wire/api.ts";
import {
  buildCall,
  buildModelStep,
  buildRequirement,
  buildRun,
  hex,
  runIdAt,
  stage,
} from "../http/records.ts";
import { createWorld, type Sent, verdictOf } from "../http/world.ts";

const run = buildRun(0);
const digest = hex("digest");
const calls = [0, 1, 2].map((place) => callIdOf(run.id, 1, place));
const ids = calls.map((call) => requirementIdOf(call, 1));
const [first = "", second = "", third = ""] = ids;
const path = `/runs/${run.id}/continue`;

/** Two refunds before finance and one before ops. */
async function createAsked(wrap: (store: Store) => Store = (store) => store) {
  const world = await createWorld({ wrap });
  await world.addRun(
    run,
    [buildModelStep(run.id, 3)],
    [0, 1, 2].map((place) => buildCall(run.id, place)),
  );
  for (const [place, call] of calls.entries()) {
    const pool = place === 2 ? "ops" : "finance";
    await world.addRequirement(buildRequirement(call, run, { stages: [stage(pool, { status: "open" })] }));
  }
  return world;
}

const approval = (id: string) => ({ id, decision: "approve", digest });

async function send(
  world: Awaited<ReturnType<typeof createAsked>>,
  as: string,
  ...requirements: readonly object[]
) {
  const received = await world.send("POST", path, { as, body: { requirements } });
  expect(verdictOf(received)).toBe("200");
  return continuedViewSchema.parse(received.json);
}

describe("continuing a run", () => {
  test("each entry is judged alone, as its own route would", async () => {
    const world = await createAsked();
    const { run: view, results } = await send(
      world,
      "finance-1",
      approval(first),
      approval(first),
      { id: second, decision: "reject", digest, comment: "Not this one." },
      { id: second, decision: "approve", digest, by: "finance-2" },
      { id: second, answers: { outcome: "happened" } },
      approval(third),
      approval(requirementIdOf(callIdOf(runIdAt(1), 1, 0), 1)),
      approval("req_nonsense"),
    );
    expect(results.map(({ id, status, code }) => [id, status, code])).toEqual([
      [first, 200, undefined],
      [first, 409, "already_decided"],
      [second, 200, undefined],
      [second, 422, "invalid_input"],
      [second, 422, "invalid_input"],
      [third, 404, "not_found"],
      [requirementIdOf(callIdOf(runIdAt(1), 1, 0), 1), 404, "not_found"],
      ["req_nonsense", 404, "not_found"],
    ]);
    // The member sees the requirements of their pool, and not the one before ops.
    expect(view.requirements.map(({ id, status }) => [id, status])).toEqual([
      [first, "approved"],
      [second, "rejected"],
    ]);
  });

  test("an entry that cannot be judged does not take back what came before it, nor stop what follows", async () => {
    const world = await createAsked((store) => ({
      get: (keys) => store.get(keys),
      query: (range) => store.query(range),
      write: (actions) =>
        actions.some(({ key }) => key.partition === `req#local#${first}`)
          ? Promise.reject(new StoreUnavailable("The store did not answer."))
          : store.write(actions),
    }));
    const { results } = await send(world, "finance-1", approval(first), approval(second));
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      [503, "check_failed"],
      [200, undefined],
    ]);
  });

  test.each<[string, string, Sent, string]>([
    ["a machine", "service", { text: "{" }, "403 machine_token"],
    ["a token that may not decide", "reader", { text: "{" }, "403 insufficient_scope"],
    ["a stranger", "outsider", { text: "{" }, "404 not_found"],
    ["an unreadable envelope", "finance-1", { text: "{" }, "422 invalid_input"],
    ["no entry", "finance-1", { body: { requirements: [] } }, "422 invalid_input"],
    [
      "51 entries",
      "finance-1",
      { body: { requirements: Array(51).fill(approval(first)) } },
      "422 invalid_input",
    ],
    [
      "an entry without an id",
      "finance-1",
      { body: { requirements: [approval(first), { decision: "approve", digest }] } },
      "422 invalid_input",
    ],
    [
      "a field beside the entries",
      "finance-1",
      { body: { requirements: [approval(first)], all: true } },
      "422 invalid_input",
    ],
    [
      "an unknown channel",
      "finance-1",
      { body: { requirements: [approval(first)] }, headers: { "x-countersign-channel": "fax" } },
      "422 invalid_input",
    ],
  ])("%s -> and nothing is applied", async (_, as, sent, verdict) => {
    const world = await createAsked();
    expect(verdictOf(await world.send("POST", path, { as, ...sent }))).toBe(verdict);
    expect((await world.send("GET", `/requirements/${first}`, { as: "finance-1" })).json).toMatchObject({
      status: "pending",
    });
  });

  test("a run that waits for nobody is refused; one that waits for somebody else is judged entry by entry", async () => {
    const world = await createAsked();
    await send(world, "finance-1", approval(first), approval(second));
    const { results } = await send(world, "finance-1", approval(first));
    expect(results.map(({ status, code }) => [status, code])).toEqual([[409, "already_decided"]]);
    await send(world, "ops-1", approval(third));
    const again = { as: "finance-1", body: { requirements: [approval(first)] } };
    expect(verdictOf(await world.send("POST", path, again))).toBe("409 run_not_paused");
    const keyed = { ...again, headers: { "idempotency-key": "k-2" } };
    expect(verdictOf(await world.send("POST", path, keyed))).toBe("409 run_not_paused");
  });

  test("a repeat under its key is answered like the first, also when nothing waits any more", async () => {
    const world = await createAsked();
    await send(world, "ops-1", approval(third));
    const body = { requirements: [approval(first), { id: second, decision: "reject", digest }] };
    const sent = { as: "finance-1", body, headers: { "idempotency-key": "k-1" } };
    const before = await world.send("POST", path, sent);
    expect(verdictOf(before)).toBe("200");
    expect((await world.send("POST", path, sent)).json).toEqual(before.json);
  });

  test("an asker without a pool confirms several at once", async () => {
    const world = await createWorld();
    await world.addRun(run, [buildModelStep(run.id, 2)], [buildCall(run.id, 0), buildCall(run.id, 1)]);
    for (const call of calls.slice(0, 2)) {
      const stages = [stage("asker", { status: "open" }), stage("finance")];
      await world.addRequirement(buildRequirement(call, run, { stages }));
    }
    const { run: view } = await send(world, "asker", approval(first), approval(second));
    expect([view.status, view.requirements.map(({ status, stages }) => [status, stages[0]?.got])]).toEqual([
      "paused",
      [
        ["pending", 1],
        ["pending", 1],
      ],
    ]);
  });
});
