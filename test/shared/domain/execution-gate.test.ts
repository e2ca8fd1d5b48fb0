import { describe, expect, test } from "vitest";

import { type GateInput, judgeExecution } from "../../../shared/domain/execution-gate.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { buildAgent, buildRefundTool } from "../../builders/build-agent.ts";
import {
  buildApproved,
  buildAuditGate,
  buildGate,
  buildPools,
  digestOfInput,
  sealVotes,
} from "../../builders/build-gate.ts";
import {
  buildRequirement,
  buildStage,
  buildVote,
  noonAWeekLater,
  withDigest,
} from "../../builders/build-requirement.ts";
import { verdictOf } from "../../builders/tell-verdict.ts";

const refund = buildRefundTool();

describe("a call with its approval as it has to be", () => {
  test("runs for the first time with exactly the bytes that were approved", () => {
    const gate = buildGate();
    const [requirement] = gate.requirements;
    expect(judgeExecution(gate)).toMatchObject({
      verdict: "run",
      tool: { name: "issue_refund" },
      input: { order: "1042", cents: 25_000 },
      inputDigest: requirement?.inputDigest,
      attempt: 1,
      requirement: { id: "req_01m81j18g0041061050r3gg28a_1_1_1" },
    });
  });

  test("an audit call runs without a requirement", () => {
    expect(judgeExecution(buildAuditGate())).toMatchObject({
      verdict: "run",
      tool: { name: "add_note" },
      input: { note: "called back" },
      attempt: 1,
    });
    expect(judgeExecution(buildAuditGate())).not.toHaveProperty("requirement");
  });
});

const approvedOf = (over: Parameters<typeof buildApproved>[1] = {}) => buildApproved(refund, over);

/** The valid gate with one thing altered in the requirement's row after everybody voted; the sealed entries stand. */
function altered(change: (row: Requirement) => Requirement): GateInput {
  const requirement = approvedOf();
  return buildGate({ requirements: [change(requirement)], sealed: sealVotes(requirement) });
}

/** The same, but with the digest in the row made to fit, and with the entries that fit it too. */
const refitted = (change: Partial<Requirement>) => withDigest({ ...approvedOf(), ...change });

describe("the last gate against a forged or altered requirement", () => {
  const otherInput = { order: "1042", cents: 99_900 };
  const attacks: readonly (readonly [string, GateInput, string])[] = [
    ["no requirement at all", buildGate({ requirements: [] }), "refuse no_requirement"],
    [
      "a row that says approved, with nothing sealed",
      buildGate({ requirements: [approvedOf()], sealed: [] }),
      "receipt-missing",
    ],
    [
      "the same row, that awaits nothing",
      buildGate({ requirements: [{ ...approvedOf(), awaitedEntries: [] }], sealed: [] }),
      "refuse quorum_not_met",
    ],
    ["a pending row", altered((row) => ({ ...row, status: "pending" })), "ask"],
    ["a rejected row", altered((row) => ({ ...row, status: "rejected" })), "refuse rejected"],
    ["an expired row", altered((row) => ({ ...row, status: "expired" })), "refuse expired"],
    ["a cancelled row", altered((row) => ({ ...row, status: "cancelled" })), "refuse as cancelled"],
    ["an answered row", altered((row) => ({ ...row, status: "answered" })), "refuse not_approved"],
    [
      "a row with a status of no version",
      altered((row) => Object.assign({ ...row }, { status: "granted" })),
      "refuse not_approved",
    ],
    ["another input in the row", altered((row) => ({ ...row, input: otherInput })), "refuse digest_mismatch"],
    [
      "another input with its input digest",
      altered((row) => ({ ...row, input: otherInput, ...inputDigestOf(otherInput) })),
      "refuse digest_mismatch",
    ],
    [
      "another input with both digests, which nobody voted on",
      altered((row) => withDigest({ ...row, input: otherInput, ...inputDigestOf(otherInput) })),
      "refuse quorum_not_met",
    ],
    [
      "another digest",
      altered((row) => Object.assign({ ...row }, { digest: "e".repeat(64) })),
      "refuse digest_mismatch",
    ],
    [
      "another input digest",
      altered((row) => Object.assign({ ...row }, { inputDigest: "e".repeat(64) })),
      "refuse digest_mismatch",
    ],
    [
      "another policy hash",
      altered((row) => Object.assign({ ...row }, { policyHash: "e".repeat(64) })),
      "refuse policy_changed",
    ],
    [
      "another tool version",
      altered((row) => Object.assign({ ...row }, { toolVersion: "e".repeat(64) })),
      "refuse policy_changed",
    ],
    ["another version", altered((row) => ({ ...row, version: 2 })), "refuse digest_mismatch"],
    [
      "another tool's name in the row",
      altered((row) => Object.assign({ ...row }, { tool: "add_note" })),
      "refuse digest_mismatch",
    ],
    [
      "the requirement of another run",
      foreign({ run: "run_01m81j18g0041061050r3gg28b" }),
      "refuse wrong_requirement",
    ],
    ["the requirement of another tenant", foreign({ tenant: "acme" }), "refuse wrong_requirement"],
    ["the requirement of another agent", foreign({ agent: "billing" }), "refuse wrong_requirement"],
    [
      "the requirement of another call",
      foreign({ call: "call_01m81j18g0041061050r3gg28a_1_2" }),
      "refuse wrong_requirement",
    ],
    [
      "the requirement of another call whose row says that it is of this one",
      foreign({ id: "req_01m81j18g0041061050r3gg28a_1_2_1" }),
      "refuse wrong_requirement",
    ],
    [
      "the requirement of another asker",
      foreign({ requester: { kind: "person", subject: "asker-2", name: "Asker" } }),
      "refuse wrong_requirement",
    ],
    [
      "the requirement of a machine of the asker's name",
      foreign({ requester: { kind: "machine", subject: "asker", name: "Asker" } }),
      "refuse wrong_requirement",
    ],
    [
      "a doubt in the place of an approval",
      altered((row) => ({ ...row, kind: "reconcile" })),
      "refuse no_requirement",
    ],
    [
      "an input that the tool does not take",
      fitted({ input: { order: "1042" }, ...inputDigestOf({ order: "1042" }) }),
      "refuse invalid_input",
    ],
  ];

  test.for(attacks)("%s", ([, gate, verdict]) => {
    expect(verdictOf(gate)).toBe(verdict);
  });

  test("stages that the row makes easier do not matter: the tool's code says who decides", () => {
    const row = {
      ...approvedOf(),
      stages: [buildStage({ by: "asker", status: "passed", votes: [buildVote("asker")] })],
    };
    const sealed = sealVotes(row);
    expect(
      verdictOf(
        buildGate({ requirements: [{ ...row, awaitedEntries: sealed.map(({ id }) => id) }], sealed }),
      ),
    ).toBe("refuse quorum_not_met");
  });

  test("the newest approval counts, not an older one that was given", () => {
    const older = approvedOf();
    const newer = { ...older, id: buildRequirement({ id: `${older.id.slice(0, -1)}2` }).id };
    const verdict = (status: Requirement["status"]) =>
      verdictOf(buildGate({ requirements: [older, { ...newer, status }], sealed: sealVotes(older) }));
    expect([verdict("pending"), verdict("rejected"), verdict("approved")]).toEqual([
      "ask",
      "refuse rejected",
      "refuse digest_mismatch",
    ]);
  });

  /** A whole and sealed approval, but of something else. */
  function foreign(over: Parameters<typeof buildApproved>[1]): GateInput {
    return buildGate({ requirements: [approvedOf(over)] });
  }

  function fitted(change: Partial<Requirement>): GateInput {
    return buildGate({ requirements: [refitted(change)] });
  }

  function inputDigestOf(input: { order: string; cents?: number }): Pick<Requirement, "inputDigest"> {
    const { inputDigest } = buildRequirement({ inputDigest: digestOfInput(refund, input) });
    return { inputDigest };
  }
});

describe("the last gate against forged votes", () => {
  const alteredVote = (change: object, place = 2) => {
    const requirement = approvedOf();
    const sealed = sealVotes(requirement).map((vote, at) => (at === place ? { ...vote, ...change } : vote));
    return verdictOf(buildGate({ requirements: [requirement], sealed }));
  };

  const changes: readonly (readonly [string, object])[] = [
    ["requirement", { requirement: "req_01m81j18g0041061050r3gg28a_1_2_1" }],
    ["version", { version: 2 }],
    ["digest", { digest: "e".repeat(64) }],
    ["stage", { stage: 0 }],
    ["kind: a recorded refusal", { kind: "refused" }],
    ["decision", { decision: "reject" }],
    ["actor: a machine", { actor: { kind: "machine", subject: "finance-2" } }],
    ["actor: somebody else", { actor: { kind: "person", subject: "finance-3" } }],
    ["time: after expiry", { at: noonAWeekLater }],
  ];

  test.for(changes)("a vote with another %s does not count", ([, change]) => {
    expect(alteredVote(change)).toBe("refuse quorum_not_met");
  });

  const voters: readonly (readonly [string, readonly string[], Parameters<typeof buildApproved>[1]])[] = [
    ["one person twice", ["finance-1", "finance-1"], {}],
    ["one person alone", ["finance-1"], {}],
    ["the asker in the pool", ["finance-1", "asker"], {}],
    ["the owner in the pool", ["finance-1", "finance-2"], { owner: "finance-2" }],
    ["an editor in the pool", ["finance-1", "finance-2"], { makers: ["finance-2"] }],
    ["somebody of another pool", ["finance-1", "ops-1"], {}],
  ];

  test.for(voters)("%s is not two approvals", ([, subjects, over]) => {
    const requirement = approvedOf({
      stages: [
        buildStage({ by: "asker", votes: [buildVote("asker")] }),
        buildStage({ need: 2, votes: subjects.map((subject) => buildVote(subject)) }),
      ],
      ...over,
    });
    const pools = buildPools({ finance: ["asker", "finance-1", "finance-2", "finance-3"] });
    expect(verdictOf(buildGate({ requirements: [requirement], pools }))).toBe("refuse quorum_not_met");
  });

  test("an approver who left the pool after voting does not count", () => {
    expect(verdictOf(buildGate({ pools: buildPools({ finance: ["finance-1"] }) }))).toBe(
      "refuse quorum_not_met",
    );
    expect(verdictOf(buildGate({ pools: new Map() }))).toBe("refuse quorum_not_met");
  });

  test("the agent's owner of now does not count either, whatever the row says", () => {
    const agent = buildAgent({ tools: [refund], owner: "finance-2" });
    expect(verdictOf(buildGate({ agent }))).toBe("refuse quorum_not_met");
  });
});
