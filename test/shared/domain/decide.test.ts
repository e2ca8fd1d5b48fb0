import { buildProposal } from "../../builders/build-proposal.ts";
import { describe, expect, test } from "vitest";

import { decide, type Proposal } from "../../../shared/domain/decide.ts";
import type { Decider } from "../../../shared/domain/decider.ts";
import { type Requirement, requirementStatusSchema } from "../../../shared/domain/requirement.ts";
import { buildMachine, buildPerson } from "../../builders/build-decider.ts";
import {
  buildRequirement,
  buildStage,
  buildVote,
  noon,
  noonAWeekLater,
} from "../../builders/build-requirement.ts";

const asker = buildPerson("asker");
const finance1 = buildPerson("finance-1", { pools: ["finance"] });
const finance2 = buildPerson("finance-2", { pools: ["finance"] });
const ops1 = buildPerson("ops-1", { pools: ["ops"] });
const auditor = buildPerson("auditor", { isAuditor: true });
const admin = buildPerson("admin", { isAdmin: true });
const outsider = buildPerson("outsider");
const service = buildMachine("service");

const unreadable: Proposal = { outcome: "unreadable", detail: "decision: Invalid option" };
const stale = buildProposal({ digest: "e".repeat(64) });

/** Pool `finance` decides alone. */
const ofFinance = (over: Parameters<typeof buildRequirement>[0] = {}) =>
  buildRequirement({ stages: [buildStage()], ...over });

/** Pool `finance` first, then pool `ops`. */
const financeThenOps = buildRequirement({
  stages: [buildStage(), buildStage({ by: ["ops"], status: "waiting" })],
});

/** `finance-1` approved, and one approval more is needed. */
const halfway = ofFinance({ stages: [buildStage({ need: 2, votes: [buildVote("finance-1")] })] });

/** Stage 1 passed by `finance-1`; stage 2 waits for `ops`. */
const afterFinance = buildRequirement({
  stages: [buildStage({ status: "passed", votes: [buildVote("finance-1")] }), buildStage({ by: ["ops"] })],
});

interface Attempt {
  readonly requirement: Requirement;
  readonly by: Decider;
  readonly proposal?: Proposal;
  readonly at?: number;
}

function codeOf({ requirement, by, proposal = buildProposal(), at = noon + 1_000 }: Attempt): string {
  const verdict = decide(requirement, proposal, by, at);
  return verdict.outcome === "refused" ? verdict.code : verdict.requirement.status;
}

describe("decide refuses", () => {
  const cases: readonly (readonly [string, Attempt, string])[] = [
    ["a machine", { requirement: ofFinance(), by: service }, "machine_token"],
    [
      "the machine that started the run",
      {
        requirement: ofFinance({ requester: { kind: "machine", subject: "service", name: "Service" } }),
        by: service,
      },
      "machine_token",
    ],
    ["a stranger", { requirement: ofFinance(), by: outsider }, "not_found"],
    ["an admin of no pool", { requirement: ofFinance(), by: admin }, "not_found"],
    ["a member of a pool that is not asked", { requirement: ofFinance(), by: ops1 }, "not_found"],
    [
      "a person whose subject is that of the machine that asked",
      {
        requirement: ofFinance({ requester: { kind: "machine", subject: "outsider", name: "Service" } }),
        by: outsider,
      },
      "not_found",
    ],
    [
      "what cannot be read",
      { requirement: ofFinance(), by: finance1, proposal: unreadable },
      "invalid_input",
    ],
    [
      "a decision in the millisecond of expiry, before any sweep",
      { requirement: ofFinance(), by: finance1, at: noonAWeekLater },
      "expired",
    ],
    [
      "a decision after the sweep",
      { requirement: ofFinance({ status: "expired" }), by: finance1 },
      "expired",
    ],
    [
      "a decision on a cancelled requirement",
      { requirement: ofFinance({ status: "cancelled" }), by: finance1 },
      "cancelled",
    ],
    [
      "a decision on an approved one",
      { requirement: ofFinance({ status: "approved" }), by: finance1 },
      "already_decided",
    ],
    [
      "a decision on a rejected one",
      { requirement: ofFinance({ status: "rejected" }), by: finance1 },
      "already_decided",
    ],
    [
      "a decision on an answered one",
      { requirement: ofFinance({ status: "answered" }), by: finance1 },
      "already_decided",
    ],
    ["another digest", { requirement: ofFinance(), by: finance1, proposal: stale }, "stale_digest"],
    ["a pool before the asker", { requirement: buildRequirement(), by: finance1 }, "stage_not_open"],
    ["a later pool before an earlier", { requirement: financeThenOps, by: ops1 }, "stage_not_open"],
    [
      "anybody while no stage is open",
      { requirement: ofFinance({ stages: [buildStage({ status: "waiting" })] }), by: finance1 },
      "stage_not_open",
    ],
    ["the asker in a pool stage", { requirement: ofFinance(), by: asker }, "self_approval"],
    [
      "the asker who is a member of the pool",
      { requirement: ofFinance(), by: buildPerson("asker", { pools: ["finance"] }) },
      "self_approval",
    ],
    ["the agent's owner", { requirement: ofFinance({ owner: "finance-1" }), by: finance1 }, "self_approval"],
    ["an editor", { requirement: ofFinance({ makers: ["finance-1"] }), by: finance1 }, "self_approval"],
    [
      "a member who has the machine's subject",
      {
        requirement: ofFinance({ requester: { kind: "machine", subject: "finance-1", name: "Service" } }),
        by: finance1,
      },
      "self_approval",
    ],
    ["the auditor", { requirement: ofFinance(), by: auditor }, "not_eligible"],
    [
      "the auditor while the asker is waited for",
      { requirement: buildRequirement(), by: auditor },
      "not_eligible",
    ],
    [
      "a member of an earlier stage's pool who did not vote",
      { requirement: afterFinance, by: finance2 },
      "not_eligible",
    ],
    ["a second approval", { requirement: halfway, by: finance1 }, "duplicate_vote"],
    [
      "a rejection after one's own approval",
      { requirement: halfway, by: finance1, proposal: buildProposal({ decision: "reject" }) },
      "duplicate_vote",
    ],
    [
      "a second vote over another channel",
      { requirement: halfway, by: finance1, proposal: buildProposal({ channel: "slack" }) },
      "duplicate_vote",
    ],
    [
      "a voter of an earlier stage in a later one",
      { requirement: afterFinance, by: buildPerson("finance-1", { pools: ["finance", "ops"] }) },
      "duplicate_vote",
    ],
    [
      "an edit",
      { requirement: ofFinance(), by: finance1, proposal: buildProposal({ decision: "edit" }) },
      "decision_not_allowed",
    ],
    [
      "a response",
      { requirement: ofFinance(), by: finance1, proposal: buildProposal({ decision: "respond" }) },
      "decision_not_allowed",
    ],
    [
      "an answer to a doubt on an approval",
      { requirement: ofFinance(), by: finance1, proposal: buildProposal({ decision: "run-again" }) },
      "decision_not_allowed",
    ],
    [
      "an approval of a doubt",
      { requirement: ofFinance({ kind: "reconcile" }), by: finance1 },
      "decision_not_allowed",
    ],
    [
      "an approval that asks to be remembered",
      { requirement: ofFinance(), by: finance1, proposal: buildProposal({ asksForMore: true }) },
      "decision_not_allowed",
    ],
  ];

  test.for(cases)("%s", ([, attempt, code]) => {
    expect(codeOf(attempt)).toBe(code);
  });

  test.for(requirementStatusSchema.options.filter((status) => status !== "pending"))(
    "everybody's every answer once it is %s, and changes nothing",
    (status) => {
      const requirement = ofFinance({ status });
      const before = structuredClone(requirement);
      const codes = [finance1, finance2, asker, auditor, outsider, service].flatMap((by) =>
        (["approve", "reject", "edit", "respond", "happened"] as const).map(
          (decision) => decide(requirement, buildProposal({ decision }), by, noon + 1_000).outcome,
        ),
      );
      expect(new Set(codes)).toEqual(new Set(["refused"]));
      expect(requirement).toEqual(before);
    },
  );

  test("a status that no version knows, as already decided", () => {
    const requirement = Object.assign(ofFinance(), { status: "paused" });
    expect(codeOf({ requirement, by: finance1 })).toBe("already_decided");
  });
});

describe("of two refusals that both apply, the earlier of docs/api.md's order is given", () => {
  const askerOfFinance = buildPerson("asker", { pools: ["finance"] });
  const askerOfOps = buildPerson("asker", { pools: ["ops"] });
  const cases: readonly (readonly [string, string, Attempt])[] = [
    ["machine_token", "not_found", { requirement: ofFinance(), by: service }],
    ["not_found", "invalid_input", { requirement: ofFinance(), by: outsider, proposal: unreadable }],
    [
      "invalid_input",
      "expired",
      { requirement: ofFinance(), by: finance1, proposal: unreadable, at: noonAWeekLater },
    ],
    [
      "invalid_input",
      "cancelled",
      { requirement: ofFinance({ status: "cancelled" }), by: finance1, proposal: unreadable },
    ],
    [
      "invalid_input",
      "already_decided",
      { requirement: ofFinance({ status: "approved" }), by: finance1, proposal: unreadable },
    ],
    [
      "expired",
      "stale_digest",
      { requirement: ofFinance(), by: finance1, proposal: stale, at: noonAWeekLater },
    ],
    [
      "cancelled",
      "stale_digest",
      { requirement: ofFinance({ status: "cancelled" }), by: finance1, proposal: stale },
    ],
    [
      "already_decided",
      "stale_digest",
      { requirement: ofFinance({ status: "approved" }), by: finance1, proposal: stale },
    ],
    ["stale_digest", "stage_not_open", { requirement: financeThenOps, by: ops1, proposal: stale }],
    ["stage_not_open", "self_approval", { requirement: financeThenOps, by: askerOfOps }],
    ["self_approval", "not_eligible", { requirement: ofFinance(), by: asker }],
    [
      "self_approval",
      "duplicate_vote",
      {
        requirement: buildRequirement({
          stages: [buildStage({ by: "asker", status: "passed", votes: [buildVote("asker")] }), buildStage()],
        }),
        by: askerOfFinance,
      },
    ],
    ["not_eligible", "duplicate_vote", { requirement: afterFinance, by: finance1 }],
    [
      "duplicate_vote",
      "decision_not_allowed",
      { requirement: halfway, by: finance1, proposal: buildProposal({ decision: "edit" }) },
    ],
  ];

  test.for(cases)("%s before %s", ([first, , attempt]) => {
    expect(codeOf(attempt)).toBe(first);
  });

  test("a status closes for one reason: expired, cancelled and already_decided exclude each other after the deadline too", () => {
    const late = (status: Requirement["status"]) =>
      codeOf({ requirement: ofFinance({ status }), by: finance1, at: noonAWeekLater + 1 });
    expect(requirementStatusSchema.options.map((status) => [status, late(status)])).toEqual([
      ["pending", "expired"],
      ["approved", "already_decided"],
      ["rejected", "already_decided"],
      ["answered", "already_decided"],
      ["expired", "expired"],
      ["cancelled", "cancelled"],
    ]);
  });
});

describe("decide's refusals say what to do next", () => {
  const detailOf = ({ requirement, by, proposal = buildProposal(), at = noon }: Attempt) => {
    const verdict = decide(requirement, proposal, by, at);
    return verdict.outcome === "refused" ? verdict.detail : "";
  };

  test("with the id and the time of expiry", () => {
    expect(detailOf({ requirement: ofFinance(), by: finance1, at: noonAWeekLater })).toBe(
      "Requirement req_01m81j18g0041061050r3gg28a_1_1_1 expired at 2026-11-29T12:00:00.000Z; start a new request from the run.",
    );
  });

  test("with the stage that comes first", () => {
    expect(detailOf({ requirement: buildRequirement(), by: finance1 })).toBe(
      "Stage 1 of req_01m81j18g0041061050r3gg28a_1_1_1 comes first: the asker has to answer it.",
    );
  });

  test("with who is waited for", () => {
    expect(detailOf({ requirement: ofFinance(), by: auditor })).toBe(
      "auditor may see req_01m81j18g0041061050r3gg28a_1_1_1 but not decide it: it waits for pool finance.",
    );
  });

  test("with the problem of an unreadable answer, and the answers that are possible", () => {
    expect(detailOf({ requirement: ofFinance(), by: finance1, proposal: unreadable })).toBe(
      "decision: Invalid option",
    );
    expect(
      detailOf({ requirement: ofFinance(), by: finance1, proposal: buildProposal({ decision: "edit" }) }),
    ).toBe('"edit" is not possible on req_01m81j18g0041061050r3gg28a_1_1_1: answer approve or reject.');
    expect(
      detailOf({
        requirement: ofFinance({ kind: "reconcile" }),
        by: finance1,
        proposal: buildProposal({ asksForMore: true }),
      }),
    ).toBe(
      "remember and stop are not possible on req_01m81j18g0041061050r3gg28a_1_1_1: answer happened or run-again or give-up.",
    );
  });

  test("and never that a requirement exists which the person may not see", () => {
    expect(detailOf({ requirement: ofFinance(), by: outsider })).toBe(
      "Requirement req_01m81j18g0041061050r3gg28a_1_1_1 was not found.",
    );
  });
});
