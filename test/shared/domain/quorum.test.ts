import { describe, expect, test } from "vitest";

import { judgeQuorum, type SealedVote } from "../../../shared/domain/quorum.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { buildPools, sealVotes } from "../../builders/build-gate.ts";
import {
  buildRequirement,
  buildStage,
  buildVote,
  noon,
  noonAWeekLater,
} from "../../builders/build-requirement.ts";

/** The asker confirmed, `finance-1` and `finance-2` signed off, and all three entries are awaited. */
function approved(over: Parameters<typeof buildRequirement>[0] = {}): Requirement {
  const requirement = buildRequirement({
    status: "approved",
    stages: [
      buildStage({ by: "asker", status: "passed", votes: [buildVote("asker")] }),
      buildStage({ need: 2, status: "passed", votes: [buildVote("finance-1"), buildVote("finance-2")] }),
    ],
    ...over,
  });
  return { ...requirement, awaitedEntries: sealVotes(requirement).map(({ id }) => id) };
}

const [confirmation, first, second] = threeVotes();

function threeVotes(): readonly [SealedVote, SealedVote, SealedVote] {
  const [one, two, three] = sealVotes(approved());
  if (one === undefined || two === undefined || three === undefined)
    throw new Error("Three votes were sealed.");
  return [one, two, three];
}

const id = "req_01m81j18g0041061050r3gg28a_1_1_1";
const vote = (subject: string, stage: number, over: Partial<SealedVote> = {}): SealedVote => ({
  ...second,
  id: `vote|${id}|v1|s${stage}|${subject}`,
  stage,
  actor: { kind: "person", subject },
  ...over,
});

const judge = (
  sealed: readonly SealedVote[],
  requirement: Requirement = approved(),
  pools = buildPools(),
): string => judgeQuorum(requirement, sealed, pools, "approve");

describe("judgeQuorum", () => {
  test("counts what was sealed, in any order", () => {
    expect(judge([confirmation, first, second])).toBe("met");
    expect(judge([second, confirmation, first])).toBe("met");
  });

  test("waits while an entry that the row awaits is not sealed", () => {
    expect(judge([])).toBe("unsealed");
    expect(judge([confirmation, first])).toBe("unsealed");
    expect(judge([first, second])).toBe("unsealed");
  });

  test("a row that awaits nothing proves nothing", () => {
    const { awaitedEntries: _gone, ...forged } = approved();
    expect(judge([], forged)).toBe("not-met");
    expect(judge([], { ...forged, awaitedEntries: [] })).toBe("not-met");
    expect(judge([confirmation, first], { ...forged, awaitedEntries: [] })).toBe("not-met");
  });

  test("a requirement without stages is never met", () => {
    expect(judge([confirmation, first, second], { ...approved(), stages: [] })).toBe("not-met");
  });

  const forgeries: readonly (readonly [string, Partial<SealedVote>])[] = [
    ["of another requirement", { requirement: "req_01m81j18g0041061050r3gg28a_1_2_1" }],
    ["of no requirement", { requirement: undefined }],
    ["on another version", { version: 2 }],
    ["on no version", { version: undefined }],
    ["on another digest", { digest: "e".repeat(64) }],
    ["on no digest", { digest: undefined }],
    ["in another stage", { stage: 0 }],
    ["in a stage that is not there", { stage: 2 }],
    ["in no stage", { stage: undefined }],
    ["that is a recorded refusal", { kind: "refused" }],
    ["that is a request", { kind: "requested" }],
    ["that is an execution", { kind: "executed" }],
    ["of a machine", { actor: { kind: "machine", subject: "finance-2" } }],
    ["of the system", { actor: { kind: "system", subject: "finance-2" } }],
    ["of somebody else than its id says", { actor: { kind: "person", subject: "finance-3" } }],
    ["in the millisecond of expiry", { at: noonAWeekLater }],
    ["after expiry", { at: noonAWeekLater + 1 }],
    ["that says something else", { decision: "happened" }],
    ["that says nothing", { decision: undefined }],
    ["that rejects", { decision: "reject" }],
  ];

  test.for(forgeries)("an entry %s does not count", ([, change]) => {
    expect(judge([confirmation, first, { ...second, ...change }])).toBe("not-met");
  });

  test("an entry on another version, consistent in itself, does not count", () => {
    const onVersion2 = vote("finance-2", 1, { version: 2, id: `vote|${id}|v2|s1|finance-2` });
    expect(judge([confirmation, first, second, onVersion2])).toBe("met");
    expect(judge([confirmation, first, onVersion2], { ...approved(), awaitedEntries: [] })).toBe("not-met");
  });

  test("the last millisecond before expiry counts", () => {
    expect(judge([confirmation, first, { ...second, at: noonAWeekLater - 1 }])).toBe("met");
  });

  test("the same entry twice is one person", () => {
    const requirement = { ...approved(), awaitedEntries: [] };
    expect(judge([confirmation, first, first], requirement)).toBe("not-met");
    expect(judge([confirmation, confirmation, first, second], requirement)).toBe("met");
  });

  test("one human counts in one stage only, also where two stages have the same pool", () => {
    const twice = approved({
      stages: [
        buildStage({ status: "passed", votes: [buildVote("finance-1")] }),
        buildStage({ status: "passed", votes: [buildVote("finance-1")] }),
      ],
    });
    expect(judge(sealVotes(twice), twice)).toBe("not-met");
    const byTwo = approved({
      stages: [
        buildStage({ status: "passed", votes: [buildVote("finance-1")] }),
        buildStage({ status: "passed", votes: [buildVote("finance-2")] }),
      ],
    });
    expect(judge(sealVotes(byTwo), byTwo)).toBe("met");
  });

  const makers: readonly (readonly [string, Parameters<typeof buildRequirement>[0]])[] = [
    ["asker", { requester: { kind: "person", subject: "finance-2", name: "Fin Two" } }],
    ["owner", { owner: "finance-2" }],
    ["editor", { makers: ["ops-1", "finance-2"] }],
    ["machine that asked", { requester: { kind: "machine", subject: "finance-2", name: "Service" } }],
  ];

  test.for(makers)("a sealed pool vote of the %s does not count", ([, over]) => {
    const requirement = approved({
      stages: [buildStage({ need: 2, votes: [buildVote("finance-1"), buildVote("finance-2")] })],
      ...over,
    });
    expect(judge(sealVotes(requirement), requirement)).toBe("not-met");
  });

  test("only the asker confirms, and a machine that asked has no asker", () => {
    const byOther = [vote("finance-3", 0, { kind: "confirmed" }), first, second];
    expect(judge(byOther, { ...approved(), awaitedEntries: [] })).toBe("not-met");
    const requester = { kind: "machine", subject: "asker", name: "Service" } as const;
    expect(judge([confirmation, first, second], approved({ requester }))).toBe("not-met");
  });

  test("an approver who has left the pool since does not count, nor does a pool that is gone", () => {
    expect(
      judge([confirmation, first, second], approved(), buildPools({ finance: ["finance-1", "finance-3"] })),
    ).toBe("not-met");
    expect(judge([confirmation, first, second], approved(), buildPools({ finance: [] }))).toBe("not-met");
    expect(judge([confirmation, first, second], approved(), new Map())).toBe("not-met");
  });

  test("a person of another pool does not count", () => {
    expect(judge([confirmation, first, vote("ops-1", 1)], { ...approved(), awaitedEntries: [] })).toBe(
      "not-met",
    );
  });

  test("a sealed rejection that the row does not name ends it, also of somebody who has left the pool", () => {
    const rejection = vote("finance-3", 1, { decision: "reject" });
    expect(judge([confirmation, first, second, rejection])).toBe("not-met");
    expect(
      judge(
        [confirmation, first, second, rejection],
        approved(),
        buildPools({ finance: ["finance-1", "finance-2"] }),
      ),
    ).toBe("not-met");
  });

  test("with two rejections to end it, one sealed rejection does not, two do, and one person's two do not", () => {
    const tolerant = approved({
      stages: [
        buildStage({ by: "asker", votes: [buildVote("asker")] }),
        buildStage({ need: 2, rejections: 2, votes: [buildVote("finance-1"), buildVote("finance-2")] }),
      ],
    });
    const no = (subject: string) => vote(subject, 1, { decision: "reject" });
    const yes = [confirmation, first, second];
    expect(judge([...yes, no("finance-3")], tolerant)).toBe("met");
    expect(judge([...yes, no("finance-3"), no("finance-3")], tolerant)).toBe("met");
    expect(judge([...yes, no("finance-3"), no("finance-4")], tolerant)).toBe("not-met");
  });

  test("a rejection in one stage does not count in another", () => {
    const rejection = vote("finance-3", 0, { decision: "reject" });
    expect(judge([confirmation, first, second, rejection])).toBe("not-met");
    const elsewhere = vote("finance-3", 7, { decision: "reject" });
    expect(judge([confirmation, first, second, elsewhere])).toBe("met");
  });

  test("counts the answer that was asked for and no other", () => {
    const doubt = approved({
      kind: "reconcile",
      stages: [
        buildStage({
          need: 2,
          votes: [
            buildVote("finance-1", { decision: "run-again" }),
            buildVote("finance-2", { decision: "happened", at: noon + 2_000 }),
          ],
        }),
      ],
    });
    const answers = (["run-again", "happened", "give-up", "approve"] as const).map((answer) =>
      judgeQuorum(doubt, sealVotes(doubt), buildPools(), answer),
    );
    expect(answers).toEqual(["not-met", "not-met", "not-met", "not-met"]);
    const single = { ...doubt, stages: [buildStage({ need: 1 })] };
    expect(judgeQuorum(single, sealVotes(doubt), buildPools(), "run-again")).toBe("met");
    expect(judgeQuorum(single, sealVotes(doubt), buildPools(), "give-up")).toBe("not-met");
  });
});
