import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequirementView } from "../../shared/wire/api.ts";
import { forgeMachine, forgeToken } from "./forge-token.ts";
import { createStates } from "./create-states.ts";
import { decide, readRequirement, refundInput, untilRun } from "./play.ts";
import { readRefused } from "./refused-records.ts";
import { type Sent, startStory, type Story, type Who } from "./start-story.ts";

type State = keyof Awaited<ReturnType<typeof createStates>>;

const stale = "0".repeat(64);
const good = (requirement: RequirementView) => ({ decision: "approve", digest: requirement.digest });

/** What may be wrong with a decision's body, worst first. */
const bodies = {
  garbled: () => ({ text: '{"decision":"approve",' }),
  invalid: (requirement) => ({ body: { ...good(requirement), colour: "red" } }),
  "stale edit": () => ({ body: { decision: "edit", digest: stale, input: refundInput } }),
  stale: (requirement) => ({ body: { ...good(requirement), digest: stale } }),
  edit: ({ digest }) => ({ body: { decision: "edit", digest, input: refundInput } }),
  respond: ({ digest }) => ({ body: { decision: "respond", digest, message: "Later." } }),
  stop: ({ digest }) => ({ body: { decision: "reject", digest, stop: true } }),
  remember: ({ digest }) => ({
    body: { decision: "approve", digest, remember: { scope: "exact", expiresIn: "1d", uses: 3 } },
  }),
  good: (requirement) => ({ body: good(requirement) }),
} as const satisfies Record<string, (requirement: RequirementView) => Sent>;

let story: Story;
let states: Awaited<ReturnType<typeof createStates>>;
let callers: Readonly<Record<string, Who>>;

beforeAll(async () => {
  story = await startStory();
  states = await createStates(story);
  const iat = Math.floor(Date.now() / 1_000) + 7 * 24 * 3_600;
  const times = { iat, auth_time: iat, exp: iat + 3_600 };
  callers = {
    nobody: undefined,
    "a reader": await forgeToken(story, { ...times, scope: "countersign/read countersign/run" }),
    "a machine that may decide": await forgeMachine(story, times),
  };
});

afterAll(() => story[Symbol.asyncDispose]());

function callerOf(name: string): Who {
  return name in callers ? callers[name] : name;
}

/** Sends what is to be refused, and shows that the requirement is as before and that the attempt is on record. */
async function expectRefused(
  state: State,
  who: string,
  path: string,
  sent: Sent,
  expected: string,
): Promise<void> {
  const { id } = states[state].requirement;
  const before = await readRequirement(story, id);
  const { status, code } = await story.send(callerOf(who), "POST", path, sent);
  expect(`${status} ${code}`).toBe(expected);
  expect(await readRequirement(story, id)).toEqual(before);
  if (code === "unauthenticated" || code === "insufficient_scope") return;
  const subject = who === "a machine that may decide" ? "service" : who;
  expect(await readRefused(story, id)).toContain(`${subject} ${code}`);
}

describe("a decision is refused by the first of the codes that applies", () => {
  test.each<readonly [State, string, keyof typeof bodies, string]>([
    ["confirming", "nobody", "garbled", "401 unauthenticated"],
    ["confirming", "a reader", "garbled", "403 insufficient_scope"],
    ["confirming", "service", "good", "403 machine_token"],
    ["confirming", "a machine that may decide", "garbled", "403 machine_token"],
    ["confirming", "a machine that may decide", "good", "403 machine_token"],
    ["cancelled", "a machine that may decide", "stale", "403 machine_token"],
    ["confirming", "outsider", "garbled", "404 not_found"],
    ["confirming", "outsider", "good", "404 not_found"],
    ["expired", "outsider", "good", "404 not_found"],
    ["approved", "outsider", "invalid", "404 not_found"],
    ["confirming", "asker-2", "good", "404 not_found"],
    ["signing", "ops-1", "good", "404 not_found"],
    ["halfApproved", "finance-1", "good", "404 not_found"],
    ["signing", "admin", "good", "404 not_found"],
    ["confirming", "asker", "garbled", "422 invalid_input"],
    ["expired", "asker", "invalid", "422 invalid_input"],
    ["cancelled", "finance-1", "garbled", "422 invalid_input"],
    ["approved", "auditor", "invalid", "422 invalid_input"],
    ["signing", "asker", "invalid", "422 invalid_input"],
    ["expired", "asker", "good", "410 expired"],
    ["expired", "finance-1", "stale edit", "410 expired"],
    ["expired", "auditor", "stale", "410 expired"],
    ["cancelled", "finance-1", "stale", "410 cancelled"],
    ["withdrawn", "asker", "good", "410 cancelled"],
    ["withdrawn", "auditor", "stale edit", "410 cancelled"],
    ["approved", "auditor", "stale", "409 already_decided"],
    ["approved", "finance-1", "good", "409 already_decided"],
    ["approved", "asker", "edit", "409 already_decided"],
    ["rejected", "asker", "good", "409 already_decided"],
    ["confirming", "finance-1", "stale", "409 stale_digest"],
    ["signing", "asker", "stale", "409 stale_digest"],
    ["signing", "auditor", "stale edit", "409 stale_digest"],
    ["halfApproved", "ops-1", "stale", "409 stale_digest"],
    ["signing", "finance-1", "stale", "409 stale_digest"],
    ["confirming", "finance-1", "good", "409 stage_not_open"],
    ["confirming", "finance-1", "edit", "409 stage_not_open"],
    ["signing", "asker", "good", "403 self_approval"],
    ["signing", "asker", "edit", "403 self_approval"],
    ["ofFinance", "finance-1", "good", "403 self_approval"],
    ["ofFinance", "finance-1", "remember", "403 self_approval"],
    ["confirming", "auditor", "good", "403 not_eligible"],
    ["signing", "auditor", "edit", "403 not_eligible"],
    ["halfApproved", "auditor", "respond", "403 not_eligible"],
    ["halfApproved", "ops-1", "good", "409 duplicate_vote"],
    ["halfApproved", "ops-1", "edit", "409 duplicate_vote"],
    ["halfApproved", "ops-1", "stop", "409 duplicate_vote"],
    ["signing", "finance-1", "edit", "422 decision_not_allowed"],
    ["signing", "finance-2", "respond", "422 decision_not_allowed"],
    ["signing", "finance-3", "stop", "422 decision_not_allowed"],
    ["signing", "finance-3", "remember", "422 decision_not_allowed"],
    ["confirming", "asker", "edit", "422 decision_not_allowed"],
  ])("%s, %s, %s: %s", async (state, who, body, expected) => {
    const { requirement } = states[state];
    const sent: Sent = bodies[body](requirement);
    await expectRefused(state, who, `/requirements/${requirement.id}/decisions`, sent, expected);
  });

  test.each([
    ["nobody", "401 unauthenticated"],
    ["a reader", "403 insufficient_scope"],
    ["a machine that may decide", "403 machine_token"],
    ["asker", "404 not_found"],
    ["auditor", "404 not_found"],
  ])("%s on a requirement that does not exist, with an unreadable body: %s", async (who, expected) => {
    for (const id of [`req_${"0".repeat(26)}_1_1_1`, "req_1", "x".repeat(3_000), "REQ_1", "__proto__"]) {
      for (const route of ["decisions", "answers"]) {
        const { status, code } = await story.send(
          callerOf(who),
          "POST",
          `/requirements/${id}/${route}`,
          bodies.garbled(),
        );
        expect([id.slice(0, 40), `${status} ${code}`]).toEqual([id.slice(0, 40), expected]);
      }
    }
  });
});

describe("what is sent with a decision", () => {
  test.each<readonly [string, (requirement: RequirementView) => Sent, string]>([
    ["no body", () => ({}), "422 invalid_input"],
    ["an array", () => ({ body: [] }), "422 invalid_input"],
    ["null", () => ({ text: "null" }), "422 invalid_input"],
    ["no digest", () => ({ body: { decision: "approve" } }), "422 invalid_input"],
    ["another word", ({ digest }) => ({ body: { decision: "APPROVE", digest } }), "422 invalid_input"],
    ["an answer's word", ({ digest }) => ({ body: { decision: "happened", digest } }), "422 invalid_input"],
    [
      "one key twice",
      ({ digest }) => ({ text: `{"decision":"reject","decision":"approve","digest":"${digest}"}` }),
      "422 invalid_input",
    ],
    [
      "a prototype",
      ({ digest }) => ({ text: `{"decision":"approve","digest":"${digest}","__proto__":{"x":1}}` }),
      "422 invalid_input",
    ],
    [
      "a name to decide for",
      (requirement) => ({ body: { ...good(requirement), by: "finance-2" } }),
      "422 invalid_input",
    ],
    [
      "an input beside approve",
      (requirement) => ({ body: { ...good(requirement), input: { ...refundInput, amount: "999.00" } } }),
      "422 invalid_input",
    ],
    [
      "a comment of 2,001 characters",
      (requirement) => ({ body: { ...good(requirement), comment: "x".repeat(2_001) } }),
      "422 invalid_input",
    ],
    [
      "another content type",
      (requirement) => ({ body: good(requirement), headers: { "content-type": "text/plain" } }),
      "422 invalid_input",
    ],
    [
      "a form",
      ({ digest }) => ({
        text: `decision=approve&digest=${digest}`,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      }),
      "422 invalid_input",
    ],
    [
      "an unknown channel",
      (requirement) => ({ body: good(requirement), headers: { "x-countersign-channel": "slack" } }),
      "422 invalid_input",
    ],
    [
      "an endless key",
      (requirement) => ({ body: good(requirement), headers: { "idempotency-key": "k".repeat(201) } }),
      "422 invalid_input",
    ],
    [
      "the digest in capitals",
      ({ digest }) => ({ body: { decision: "approve", digest: digest.toUpperCase() } }),
      "409 stale_digest",
    ],
    [
      "the digest of the input",
      ({ inputDigest }) => ({ body: { decision: "approve", digest: inputDigest } }),
      "409 stale_digest",
    ],
  ])("%s is refused", async (_name, sentFor, expected) => {
    const { requirement } = states.signing;
    const path = `/requirements/${requirement.id}/decisions`;
    await expectRefused("signing", "finance-1", path, sentFor(requirement), expected);
  });

  test("a digest of another requirement is refused, though both would do the same", async () => {
    const { requirement } = states.signing;
    const sent = { body: good(states.ofFinance.requirement) };
    expect(states.ofFinance.requirement.inputDigest).toBe(requirement.inputDigest);
    await expectRefused(
      "signing",
      "finance-1",
      `/requirements/${requirement.id}/decisions`,
      sent,
      "409 stale_digest",
    );
  });

  test("a body of more than 256 KiB is refused after the token was checked, and before anything else", async () => {
    const { requirement } = states.signing;
    const sent = { text: " ".repeat(256 * 1_024 + 1) };
    const path = `/requirements/${requirement.id}/decisions`;
    expect((await story.send(undefined, "POST", path, sent)).code).toBe("unauthenticated");
    expect((await story.send("finance-1", "POST", path, sent)).code).toBe("too_large");
    expect((await story.send("asker", "POST", "/agents/support/runs", sent)).code).toBe("too_large");
    expect(await readRequirement(story, requirement.id)).toMatchObject({ status: "pending" });
  });
});

describe("an answer about a call in doubt", () => {
  test.each<readonly [State, string, object, string]>([
    ["signing", "outsider", {}, "404 not_found"],
    ["signing", "finance-1", {}, "422 invalid_input"],
    ["signing", "finance-1", { answers: { outcome: "approve" } }, "422 invalid_input"],
    ["expired", "finance-1", { answers: { outcome: "happened" } }, "410 expired"],
    ["approved", "finance-1", { answers: { outcome: "run-again" } }, "409 already_decided"],
    ["signing", "asker", { answers: { outcome: "happened" } }, "403 self_approval"],
    ["signing", "finance-1", { answers: { outcome: "happened" } }, "422 decision_not_allowed"],
  ])("on an approval is refused: %s, %s, %j: %s", async (state, who, said, expected) => {
    const { id, digest } = states[state].requirement;
    await expectRefused(state, who, `/requirements/${id}/answers`, { body: { digest, ...said } }, expected);
  });
});

describe("taking a request back", () => {
  test.each<readonly [State, string, Sent, string]>([
    ["confirming", "nobody", {}, "401 unauthenticated"],
    ["confirming", "outsider", { body: { why: "x" } }, "404 not_found"],
    ["confirming", "admin", {}, "404 not_found"],
    ["confirming", "service", {}, "404 not_found"],
    ["expired", "asker", { body: { why: "x" } }, "422 invalid_input"],
    ["expired", "asker", {}, "410 expired"],
    ["expired", "finance-1", {}, "410 expired"],
    ["withdrawn", "asker", {}, "410 cancelled"],
    ["cancelled", "asker", {}, "410 cancelled"],
    ["approved", "asker", {}, "409 too_late"],
    ["rejected", "asker", {}, "409 too_late"],
    ["approved", "finance-1", {}, "409 too_late"],
    ["confirming", "finance-1", {}, "403 not_eligible"],
    ["signing", "auditor", {}, "403 not_eligible"],
  ])("is refused: %s, %s, %j: %s", async (state, who, sent, expected) => {
    await expectRefused(state, who, `/requirements/${states[state].requirement.id}/withdraw`, sent, expected);
  });
});

describe("starting and cancelling", () => {
  test.each<readonly [string, string, Sent, string]>([
    ["nobody", "/agents/support/runs", { body: { input: "x" } }, "401 unauthenticated"],
    ["asker", "/agents/nobody/runs", { body: {} }, "404 not_found"],
    ["asker", "/agents/__proto__/runs", { body: { input: "x" } }, "404 not_found"],
    ["asker", "/agents/support/runs", {}, "422 invalid_input"],
    ["asker", "/agents/support/runs", { body: { input: "" } }, "422 invalid_input"],
    ["asker", "/agents/support/runs", { body: { input: "x", asker: "asker-2" } }, "422 invalid_input"],
    ["asker", "/agents/support/runs", { body: { input: "x", metadata: { a: 1 } } }, "422 invalid_input"],
    ["asker", "/agents/support/runs", { body: { input: "x".repeat(100_001) } }, "422 invalid_input"],
    ["asker", "/agents/support/runs", { text: String.raw`{"input":"\ud800"}` }, "422 invalid_input"],
    [
      "asker",
      "/agents/support/runs",
      { body: { input: "x" }, headers: { "idempotency-key": "ü" } },
      "422 invalid_input",
    ],
    ["service", "/agents/support/runs", { body: { input: "x" } }, "422 unsatisfiable_policy"],
    ["outsider", "/runs/{run}/cancel", { body: { why: "x" } }, "404 not_found"],
    ["outsider", "/runs/{run}/cancel", {}, "404 not_found"],
    ["service", "/runs/{run}/cancel", {}, "404 not_found"],
    ["finance-1", "/runs/{run}/cancel", { body: { why: "x" } }, "422 invalid_input"],
    ["asker", "/runs/{run}/cancel", { body: { why: "x" } }, "422 invalid_input"],
    ["finance-1", "/runs/{run}/cancel", {}, "403 not_eligible"],
    ["auditor", "/runs/{run}/cancel", {}, "403 not_eligible"],
    ["asker", "/runs/{ended}/cancel", {}, "409 too_late"],
    ["admin", "/runs/{ended}/cancel", {}, "409 too_late"],
    ["asker", "/runs/run_1/cancel", {}, "404 not_found"],
    ["asker", `/runs/run_${"0".repeat(26)}/cancel`, {}, "404 not_found"],
  ])("%s, POST %s, %j: %s", async (who, path, sent, expected) => {
    const at = path.replace("{run}", states.signing.run).replace("{ended}", states.approved.run);
    const { status, code } = await story.send(callerOf(who), "POST", at, sent);
    expect(`${status} ${code}`).toBe(expected);
    expect((await untilRun(story, states.signing.run, () => true)).status).toBe("paused");
  });

  test("a lone surrogate is refused in names as in values", async () => {
    const sent = { text: String.raw`{"input":"x","metadata":{"\udc00":"y"}}` };
    expect((await story.send("asker", "POST", "/agents/support/runs", sent)).code).toBe("invalid_input");
  });
});

describe("reading", () => {
  test.each([
    ["asker", "/runs?limit=0", "422 invalid_input"],
    ["asker", "/runs?limit=201", "422 invalid_input"],
    ["asker", "/runs?limit=-1", "422 invalid_input"],
    ["asker", "/runs?limit=1&limit=2", "422 invalid_input"],
    ["asker", "/runs?cursor=made-up", "422 invalid_input"],
    ["asker", "/runs?cursor=" + "A".repeat(300), "422 invalid_input"],
    ["asker", "/runs?status=waiting", "422 invalid_input"],
    ["asker", "/runs?who=asker-2", "422 invalid_input"],
    ["asker", "/requirements?view=everything", "422 invalid_input"],
    ["asker", "/requirements?kind=approvals", "422 invalid_input"],
    ["asker", "/runs/{run}?wait=21", "422 invalid_input"],
    ["outsider", "/runs/{run}?wait=21", "404 not_found"],
    ["outsider", "/runs/{run}/messages?limit=0", "404 not_found"],
    ["outsider", "/requirements/{req}?x=1", "404 not_found"],
    ["asker", "/requirements/{req}?x=1", "422 invalid_input"],
    ["asker", "/runs/run_x", "404 not_found"],
    ["asker", "/requirements/req_x", "404 not_found"],
  ])("%s, GET %s: %s", async (who, path, expected) => {
    const { run, requirement } = states.signing;
    const at = path.replace("{run}", run).replace("{req}", requirement.id);
    const { status, code } = await story.send(who, "GET", at);
    expect(`${status} ${code}`).toBe(expected);
  });

  test("eligibility names for everybody the very code that their vote would get", async () => {
    for (const { requirement } of Object.values(states)) {
      for (const who of ["asker", "finance-1", "finance-2", "ops-1", "ops-2", "auditor"]) {
        const asked = await story.send(who, "GET", `/requirements/${requirement.id}/eligibility`);
        if (asked.status === 404) continue;
        const { you } = asked.body as { you: { mayDecide: boolean; reason?: { code: string } } };
        if (you.mayDecide) continue;
        const voted = await decide(story, who, requirement);
        expect([requirement.id, who, voted.code]).toEqual([requirement.id, who, you.reason?.code]);
      }
    }
  });
});
