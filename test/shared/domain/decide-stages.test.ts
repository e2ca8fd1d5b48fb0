import { buildProposal, type ReadProposal } from "../../builders/build-proposal.ts";
import { describe, expect, test } from "vitest";

import { decide, judgeEligibility, type Proposal } from "../../../shared/domain/decide.ts";
import type { Decider } from "../../../shared/domain/decider.ts";
import { type Requirement } from "../../../shared/domain/requirement.ts";
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
const finance3 = buildPerson("finance-3", { pools: ["finance"] });
const ops1 = buildPerson("ops-1", { pools: ["ops"] });
const auditor = buildPerson("auditor", { isAuditor: true });
const outsider = buildPerson("outsider");
const service = buildMachine("service");

/** Pool `finance` decides alone. */
const ofFinance = (over: Parameters<typeof buildRequirement>[0] = {}) =>
  buildRequirement({ stages: [buildStage()], ...over });

/** `finance-1` approved, and one approval more is needed. */
const halfway = ofFinance({ stages: [buildStage({ need: 2, votes: [buildVote("finance-1")] })] });

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

type Move = readonly [by: Decider, decision: ReadProposal["decision"]];

/** Plays the moves a second apart and lists what became of each: the requirement's status or the code. */
function play(start: Requirement, moves: readonly Move[]): { trail: readonly string[]; end: Requirement } {
  let requirement = start;
  const trail = moves.map(([by, decision], place) => {
    const verdict = decide(requirement, buildProposal({ decision }), by, noon + 1_000 * (place + 1));
    if (verdict.outcome === "refused") return verdict.code;
    requirement = verdict.requirement;
    return requirement.status;
  });
  return { trail, end: requirement };
}

describe("stages", () => {
  test("two in order: the asker confirms, the pool signs off, and the last one closes it", () => {
    const { trail, end } = play(buildRequirement(), [
      [finance1, "approve"],
      [asker, "approve"],
      [asker, "approve"],
      [finance1, "approve"],
      [finance2, "approve"],
    ]);
    expect(trail).toEqual(["stage_not_open", "pending", "self_approval", "approved", "already_decided"]);
    expect(end.stages.map((stage) => [stage.status, stage.votes.map((vote) => vote.by)])).toEqual([
      ["passed", ["asker"]],
      ["passed", ["finance-1"]],
    ]);
    expect(end.closedAt).toBe(noon + 4_000);
    expect(end.awaitedEntries).toEqual([
      "vote|req_01m81j18g0041061050r3gg28a_1_1_1|v1|s0|asker",
      "vote|req_01m81j18g0041061050r3gg28a_1_1_1|v1|s1|finance-1",
    ]);
  });

  test("a rejected first stage ends it, and the second never opens", () => {
    const { trail, end } = play(buildRequirement(), [
      [asker, "reject"],
      [finance1, "approve"],
    ]);
    expect(trail).toEqual(["rejected", "already_decided"]);
    expect(end.stages.map(({ status }) => status)).toEqual(["failed", "waiting"]);
    expect(end.awaitedEntries).toEqual(["vote|req_01m81j18g0041061050r3gg28a_1_1_1|v1|s0|asker"]);
  });

  test("N of M: two of three approve, and nothing is awaited before that", () => {
    const two = ofFinance({ stages: [buildStage({ need: 2 })] });
    const first = play(two, [[finance1, "approve"]]);
    expect(first.end).toMatchObject({ status: "pending", stages: [{ status: "open" }] });
    expect(first.end).not.toHaveProperty("awaitedEntries");
    expect(first.end).not.toHaveProperty("closedAt");
    expect(
      play(two, [
        [finance1, "approve"],
        [finance1, "approve"],
        [finance2, "approve"],
      ]).trail,
    ).toEqual(["pending", "duplicate_vote", "approved"]);
  });

  test("one rejection ends a stage that needs two approvals", () => {
    const two = ofFinance({ stages: [buildStage({ need: 2 })] });
    expect(
      play(two, [
        [finance1, "approve"],
        [finance2, "reject"],
        [finance3, "approve"],
      ]).trail,
    ).toEqual(["pending", "rejected", "already_decided"]);
  });

  test("with two rejections to end it, one does not stop two approvals", () => {
    const tolerant = ofFinance({ stages: [buildStage({ need: 2, rejections: 2 })] });
    expect(
      play(tolerant, [
        [finance1, "reject"],
        [finance2, "approve"],
        [finance3, "approve"],
      ]).trail,
    ).toEqual(["pending", "pending", "approved"]);
    expect(
      play(tolerant, [
        [finance1, "reject"],
        [finance2, "approve"],
        [finance3, "reject"],
      ]).trail,
    ).toEqual(["pending", "pending", "rejected"]);
  });

  test("deny wins over approvals that are already enough", () => {
    const votes = [buildVote("finance-1"), buildVote("finance-2", { decision: "reject" })];
    const forged = ofFinance({ stages: [buildStage({ need: 2, rejections: 2, votes })] });
    const denied = ofFinance({ stages: [buildStage({ need: 1, rejections: 1, votes })] });
    expect(play(forged, [[finance3, "approve"]]).trail).toEqual(["approved"]);
    expect(play(denied, [[finance3, "approve"]]).trail).toEqual(["rejected"]);
  });

  test("a stage of two pools is passed by a member of either", () => {
    const either = buildRequirement({ stages: [buildStage({ by: ["finance", "ops"] })] });
    expect(play(either, [[ops1, "approve"]]).trail).toEqual(["approved"]);
    expect(play(either, [[finance1, "approve"]]).trail).toEqual(["approved"]);
  });

  test("an editor may still confirm as the asker, but nobody else's edit is a confirmation", () => {
    const edited = buildRequirement({
      stages: [buildStage({ by: "asker" })],
      makers: ["asker", "finance-1"],
    });
    expect(play(edited, [[asker, "approve"]]).trail).toEqual(["approved"]);
    expect(codeOf({ requirement: edited, by: finance1 })).toBe("not_found");
  });
});

describe("what was decided", () => {
  test("keeps who, when, over which channel and why, and names the ledger entry", () => {
    const verdict = decide(
      ofFinance(),
      buildProposal({ decision: "reject", comment: "Too much", channel: "web" }),
      buildPerson("finance-1", { pools: ["finance"], name: "Fin One" }),
      noon + 5,
    );
    expect(verdict).toMatchObject({
      outcome: "decided",
      stage: 0,
      entryKind: "decided",
      entryId: "vote|req_01m81j18g0041061050r3gg28a_1_1_1|v1|s0|finance-1",
      vote: {
        by: "finance-1",
        name: "Fin One",
        decision: "reject",
        at: noon + 5,
        comment: "Too much",
        channel: "web",
      },
    });
  });

  test("the last millisecond before expiry still counts", () => {
    expect(codeOf({ requirement: ofFinance(), by: finance1, at: noonAWeekLater - 1 })).toBe("approved");
  });

  test("an asker's stage makes a confirmation, a pool's a decision, a doubt an answer", () => {
    const kinds = [
      decide(buildRequirement(), buildProposal(), asker, noon),
      decide(ofFinance(), buildProposal(), finance1, noon),
      decide(ofFinance({ kind: "reconcile" }), buildProposal({ decision: "happened" }), finance1, noon),
    ].map((verdict) => (verdict.outcome === "decided" ? verdict.entryKind : verdict.code));
    expect(kinds).toEqual(["confirmed", "decided", "answered"]);
  });

  test("the requirement that was judged is left as it was", () => {
    const requirement = ofFinance();
    const before = structuredClone(requirement);
    decide(requirement, buildProposal(), finance1, noon);
    expect(requirement).toEqual(before);
  });
});

describe("a call in doubt", () => {
  const doubt = (need: number) => ofFinance({ kind: "reconcile", stages: [buildStage({ need })] });
  const settled = (need: number, moves: readonly Move[]) => {
    const { trail, end } = play(doubt(need), moves);
    return [...trail, end.settledAs];
  };

  test.for(["happened", "run-again", "give-up"] as const)("one answer settles it as %s", (answer) => {
    expect(settled(1, [[finance1, answer]])).toEqual(["answered", answer]);
  });

  test.for(["happened", "run-again"] as const)("where two are needed, two have to say %s", (answer) => {
    expect(settled(2, [[finance1, answer]])).toEqual(["pending", undefined]);
    expect(
      settled(2, [
        [finance1, answer],
        [finance1, answer],
        [finance2, answer],
      ]),
    ).toEqual(["pending", "duplicate_vote", "answered", answer]);
  });

  test("people who disagree have not settled it, so it is given up", () => {
    const moves: readonly Move[] = [
      [finance1, "run-again"],
      [finance2, "happened"],
    ];
    expect(settled(2, moves)).toEqual(["pending", "answered", "give-up"]);
    expect(settled(2, moves.toReversed())).toEqual(["pending", "answered", "give-up"]);
    expect(settled(3, moves)).toEqual(["pending", "answered", "give-up"]);
  });

  test("one who gives up ends it, whatever the others said", () => {
    expect(
      settled(3, [
        [finance1, "run-again"],
        [finance2, "give-up"],
        [finance3, "run-again"],
      ]),
    ).toEqual(["pending", "answered", "already_decided", "give-up"]);
  });

  test("one who gives up first ends it alone, also where two are needed", () => {
    expect(settled(2, [[finance1, "give-up"]])).toEqual(["answered", "give-up"]);
  });

  test("the asker does not settle what a pool approved", () => {
    expect(settled(1, [[asker, "run-again"]])).toEqual(["self_approval", undefined]);
  });
});

describe("judgeEligibility", () => {
  const codes = (requirement: Requirement, at = noon) =>
    [asker, finance1, finance2, ops1, auditor, outsider, service].map(
      (by) => judgeEligibility(requirement, by, at)?.code ?? "eligible",
    );

  test("is the verdict of the guards on a well-formed answer", () => {
    expect(codes(buildRequirement())).toEqual([
      "eligible",
      "stage_not_open",
      "stage_not_open",
      "not_found",
      "not_eligible",
      "not_found",
      "machine_token",
    ]);
    expect(codes(halfway)).toEqual([
      "self_approval",
      "duplicate_vote",
      "eligible",
      "not_found",
      "not_eligible",
      "not_found",
      "machine_token",
    ]);
  });

  test("holds for doubts too, and ends with the deadline", () => {
    const doubt = ofFinance({ kind: "reconcile" });
    expect(judgeEligibility(doubt, finance1, noonAWeekLater - 1)).toBeUndefined();
    expect(judgeEligibility(doubt, finance1, noonAWeekLater)?.code).toBe("expired");
  });
});
