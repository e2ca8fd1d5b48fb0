import * as z from "zod/mini";
import { describe, expect, test } from "vitest";

import { executionSchema } from "../../../shared/domain/execution.ts";
import { findQuestion, type GateInput, judgeExecution } from "../../../shared/domain/execution-gate.ts";
import { requesterSchema } from "../../../shared/domain/requester.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { policyOf, toolVersionOf } from "../../../shared/domain/stages.ts";
import { buildAgent, buildNoteTool, buildReadTool, buildRefundTool } from "../../builders/build-agent.ts";
import {
  buildAnswered,
  buildApproved,
  buildAuditGate,
  buildClaim,
  buildGate,
  buildInDoubt,
  buildOpenCall,
  buildPools,
  digestOfInput,
  sealVotes,
} from "../../builders/build-gate.ts";
import {
  buildRequirement,
  buildStage,
  buildVote,
  noon,
  noonAWeekLater,
  withDigest,
} from "../../builders/build-requirement.ts";
import { buildRun } from "../../builders/build-run.ts";
import { sha256 } from "../../builders/sha256.ts";

const refund = buildRefundTool();

/** The verdict in one word or two: `refuse` with its code, `run` with its attempt, `settle` with its answer. */
function verdictOf(given: GateInput): string {
  const verdict = judgeExecution(given);
  switch (verdict.verdict) {
    case "refuse":
      return `refuse ${verdict.status === "cancelled" ? "as cancelled" : verdict.code}`;
    case "run":
      return `run ${verdict.attempt}`;
    case "settle":
      return `settle ${verdict.as}`;
    default:
      return verdict.verdict;
  }
}

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

describe("the last gate when the tool has changed since", () => {
  const agentOf = (tool: ReturnType<typeof buildRefundTool>) => buildAgent({ tools: [tool] });
  const changed: readonly (readonly [string, ReturnType<typeof buildAgent> | undefined, string])[] = [
    ["the agent is gone", undefined, "refuse unknown_tool"],
    ["the tool is gone", buildAgent({ tools: [buildReadTool()] }), "refuse unknown_tool"],
    [
      "it takes other input",
      agentOf(
        buildRefundTool({ input: z.strictObject({ order: z.string(), cents: z.int().check(z.maximum(9)) }) }),
      ),
      "refuse tool_changed",
    ],
    ["it counts as idempotent", agentOf(buildRefundTool({ idempotent: true })), "refuse tool_changed"],
    [
      "it became an audit call",
      agentOf(buildRefundTool({}, { approval: { type: "audit" } })),
      "refuse tool_changed",
    ],
    [
      "it needs more approvals",
      agentOf(
        buildRefundTool(
          {},
          { requiresConfirmation: true, approval: { type: "required", pool: "finance", approvals: 3 } },
        ),
      ),
      "refuse tool_changed",
    ],
    [
      "it needs another pool",
      agentOf(
        buildRefundTool(
          {},
          { requiresConfirmation: true, approval: { type: "required", pool: "ops", approvals: 2 } },
        ),
      ),
      "refuse tool_changed",
    ],
    [
      "it refuses this input now",
      agentOf(buildRefundTool({ refuse: ({ cents }) => (cents > 100 ? "Too much." : undefined) })),
      "refuse tool_refused",
    ],
  ];

  test.for(changed)("%s", ([, agent, verdict]) => {
    expect(verdictOf(buildGate({ agent }))).toBe(verdict);
  });

  test("an audit call whose tool needs people by now", () => {
    const note = buildNoteTool({ effect: () => "Adds a note." }, { requiresConfirmation: true });
    expect(verdictOf(buildAuditGate({ agent: buildAgent({ tools: [note] }) }))).toBe("refuse tool_changed");
  });

  test("an approval under an older policy hash than the tool's, where the versions agree", () => {
    const policyHash = policyOf(buildNoteTool(), sha256).hash;
    expect(verdictOf(buildGate({ requirements: [approvedOf({ policyHash })] }))).toBe(
      "refuse policy_changed",
    );
  });
});

describe("the last gate against a forged call", () => {
  const call = buildOpenCall(refund);
  const bare = { input: { order: "1042", cents: 25_000 } };
  const attacks: readonly (readonly [string, GateInput, string])[] = [
    [
      "a gated call that says it is an audit call",
      buildGate({ call: { ...call, ...bare, mode: "audit" }, requirements: [] }),
      "refuse not_gated",
    ],
    [
      "the same with an approval at hand",
      buildGate({ call: { ...call, ...bare, mode: "audit" } }),
      "refuse not_gated",
    ],
    [
      "a read-only tool's call that says it is an audit call",
      buildAuditGate({ tool: buildReadTool(), agent: buildAgent({ tools: [buildReadTool()] }) }),
      "refuse not_gated",
    ],
    [
      "an audit call that says people were asked",
      buildAuditGate({ call: { ...buildAuditGate().call, mode: "people" }, requirements: [approvedOf()] }),
      "refuse no_requirement",
    ],
    [
      "a call of another run",
      buildGate({ run: buildRun({ id: "run_01m81j18g0041061050r3gg28b" }) }),
      "refuse wrong_call",
    ],
    [
      "a call with another version of its tool",
      buildGate({ call: buildOpenCall(refund, { toolVersion: "e".repeat(64) }) }),
      "refuse tool_changed",
    ],
    [
      "a call of another tool under the same approval",
      buildGate({
        agent: buildAgent({ tools: [refund, buildRefundTool({ name: "pay_out" })] }),
        call: buildOpenCall(refund, {
          tool: "pay_out",
          toolVersion: toolVersionOf(buildRefundTool({ name: "pay_out" }), sha256),
        }),
      }),
      "refuse policy_changed",
    ],
    [
      "another agent's tool of the same name and shape",
      buildGate({
        agent: buildAgent({ name: "billing", tools: [refund] }),
        run: buildRun({ agent: "billing" }),
      }),
      "refuse wrong_requirement",
    ],
  ];

  test.for(attacks)("%s", ([, gate, verdict]) => {
    expect(verdictOf(gate)).toBe(verdict);
  });

  test("an audit call with its input, or its digest, altered or gone", () => {
    const { call: audit } = buildAuditGate();
    const { input: _gone, ...without } = audit;
    const verdicts = [
      { ...audit, input: { note: "wired" } },
      buildOpenCall(buildNoteTool(), { mode: "audit", input: { note: "called back" } }),
      { ...audit, input: { note: 5 } },
      without,
    ].map((forged) => verdictOf(buildAuditGate({ call: forged })));
    expect(verdicts).toEqual([
      "refuse digest_mismatch",
      "refuse digest_mismatch",
      "refuse invalid_input",
      "refuse not_gated",
    ]);
  });

  test("a tool that reads its own output differently never runs", () => {
    const doubling = buildRefundTool({
      input: z.pipe(
        z.strictObject({ order: z.string(), cents: z.int() }),
        z.transform(({ order, cents }) => ({ order, cents: 2 * cents })),
      ),
    });
    expect(verdictOf(buildGate({ tool: doubling }))).toBe("refuse digest_mismatch");
  });
});

describe("the last gate on a run that is over", () => {
  const over: readonly (readonly [string, Parameters<typeof buildRun>[0]])[] = [
    ["cancelled by request", { cancelRequested: { by: "asker", at: noon + 3_000 } }],
    ["cancelled", { status: "cancelled" }],
    ["completed", { status: "completed" }],
    ["failed", { status: "failed" }],
    ["about to end", { ending: { status: "completed", output: "Done." } }],
  ];

  test.for(over)("%s: nothing begins", ([, change]) => {
    expect(verdictOf(buildGate({ run: buildRun(change) }))).toBe("refuse as cancelled");
    expect(verdictOf(buildAuditGate({ run: buildRun(change) }))).toBe("refuse as cancelled");
  });

  const { status: _status, leaseUntil: _lease, ...claim } = buildClaim();
  const { claimedAt: _at, inputDigest: _digest, ...unclaimed } = claim;
  const endings = [
    { ...claim, status: "succeeded", output: null, finishedAt: noon },
    { ...claim, status: "failed", message: "No.", finishedAt: noon },
    { ...unclaimed, status: "refused", code: "rejected", message: "No.", finishedAt: noon },
    { ...unclaimed, status: "cancelled", code: "cancelled", message: "No.", finishedAt: noon },
  ];

  test.for(endings)("a call that has ended as $status does nothing more", (ending) => {
    const execution = executionSchema.parse(ending);
    expect(verdictOf(buildGate({ execution }))).toBe("ended");
    expect(verdictOf(buildGate({ execution, run: buildRun({ status: "cancelled" }) }))).toBe("ended");
  });
});

describe("a call that is claimed", () => {
  const idempotent = buildRefundTool({ idempotent: true });

  test("is left alone until its lease has ended, whatever the tool", () => {
    for (const tool of [refund, idempotent]) {
      const gate = buildGate({ tool, execution: buildClaim(), now: noon + 34_999 });
      expect(judgeExecution(gate)).toEqual({ verdict: "in-progress", until: noon + 35_000 });
    }
  });

  test("is in doubt from the lease's last millisecond on, and does not run twice", () => {
    expect(verdictOf(buildGate({ execution: buildClaim(), now: noon + 35_000 }))).toBe("in-doubt");
  });

  test("runs again only if its tool is idempotent, as the next attempt", () => {
    const gate = { tool: idempotent, now: noon + 35_000 };
    expect(verdictOf(buildGate({ ...gate, execution: buildClaim() }))).toBe("run 2");
    expect(verdictOf(buildGate({ ...gate, execution: buildClaim({ attempt: 4 }) }))).toBe("run 5");
  });

  test("repeats an idempotent effect that may have begun, although the run was cancelled meanwhile", () => {
    const run = buildRun({ cancelRequested: { by: "asker", at: noon + 6_000 } });
    expect(verdictOf(buildGate({ tool: idempotent, execution: buildClaim(), run }))).toBe("run 2");
  });

  test("is in doubt, not refused, when its approval would not hold any more", () => {
    const execution = buildClaim();
    const requirement = buildApproved(idempotent);
    const verdicts = [
      buildGate({ tool: idempotent, execution, agent: buildAgent({ tools: [refund] }) }),
      buildGate({ execution, agent: buildAgent({ tools: [idempotent] }) }),
      buildGate({ tool: idempotent, execution, pools: new Map() }),
      buildGate({ tool: idempotent, execution, requirements: [] }),
      buildGate({ tool: idempotent, execution, requirements: [{ ...requirement, status: "pending" }] }),
      buildGate({ tool: idempotent, execution, agent: undefined }),
    ].map(verdictOf);
    expect(verdicts).toEqual(["in-doubt", "in-doubt", "in-doubt", "in-doubt", "in-doubt", "in-doubt"]);
  });

  test("waits for a seal that is missing", () => {
    expect(verdictOf(buildGate({ tool: idempotent, execution: buildClaim(), sealed: [] }))).toBe(
      "receipt-missing",
    );
  });

  test("an audit call follows the same rule", () => {
    const note = buildNoteTool({ idempotent: true });
    expect(verdictOf(buildAuditGate({ execution: buildClaim() }))).toBe("in-doubt");
    expect(verdictOf(buildAuditGate({ tool: note, execution: buildClaim() }))).toBe("run 2");
  });
});

describe("a call in doubt", () => {
  const approval = approvedOf();
  const doubt = buildInDoubt();
  const settled = (
    settledAs: "happened" | "run-again" | "give-up",
    over: Parameters<typeof buildAnswered>[2] = {},
    change: Partial<GateInput> = {},
  ) =>
    verdictOf(
      buildGate({
        execution: doubt,
        requirements: [approval, buildAnswered(refund, settledAs, over)],
        ...change,
      }),
    );

  test("is put to people", () => {
    expect(verdictOf(buildGate({ execution: doubt }))).toBe("ask");
    expect(verdictOf(buildAuditGate({ execution: doubt }))).toBe("ask");
  });

  test("waits for their answer", () => {
    expect(settled("happened", { status: "pending" })).toBe("ask");
  });

  test("is settled as they say", () => {
    expect(settled("happened")).toBe("settle happened");
    expect(settled("give-up")).toBe("settle give-up");
    expect(settled("run-again")).toBe("run 2");
    expect(settled("run-again", {}, { execution: buildInDoubt({ attempt: 2 }) })).toBe("run 3");
  });

  test.for(["expired", "cancelled", "rejected", "approved"] as const)(
    "is given up when the question is %s",
    (status) => {
      expect(settled("run-again", { status })).toBe("settle give-up");
    },
  );

  test("waits for the seal of their answer", () => {
    expect(settled("run-again", {}, { sealed: sealVotes(approval) })).toBe("receipt-missing");
    expect(settled("happened", {}, { sealed: [] })).toBe("receipt-missing");
  });

  test("is given up when the answer has no seal to wait for, or no words", () => {
    const { settledAs: _gone, ...wordless } = buildAnswered(refund, "run-again");
    expect(verdictOf(buildGate({ execution: doubt, requirements: [approval, wordless] }))).toBe(
      "settle give-up",
    );
    const unawaited = { ...buildAnswered(refund, "run-again"), awaitedEntries: [] };
    const sealed = sealVotes(approval);
    expect(verdictOf(buildGate({ execution: doubt, requirements: [approval, unawaited], sealed }))).toBe(
      "settle give-up",
    );
  });

  test("is given up when the row says another answer than the sealed ones", () => {
    const question = buildAnswered(refund, "happened");
    const forged: Requirement = { ...question, settledAs: "run-again" };
    const sealed = [...sealVotes(approval), ...sealVotes(question)];
    expect(verdictOf(buildGate({ execution: doubt, requirements: [approval, forged], sealed }))).toBe(
      "settle give-up",
    );
  });

  test.for([
    ["another run", { run: "run_01m81j18g0041061050r3gg28b" }],
    ["another tenant", { tenant: "acme" }],
    ["another call", { call: "call_01m81j18g0041061050r3gg28a_1_2" }],
    ["another agent", { agent: "billing" }],
    ["another asker", { requester: { kind: "person", subject: "asker-2", name: "Asker" } }],
  ] as const)("is given up when the answered question is of %s", ([, over]) => {
    expect(settled("run-again", over)).toBe("settle give-up");
    expect(settled("happened", over)).toBe("settle give-up");
  });

  test("is given up when the question's input was altered after the answer", () => {
    const question = buildAnswered(refund, "run-again");
    const forged = { ...question, input: { order: "1042", cents: 1 } };
    const sealed = [approval, question].flatMap(sealVotes);
    expect(verdictOf(buildGate({ execution: doubt, requirements: [approval, forged], sealed }))).toBe(
      "settle give-up",
    );
  });

  test("runs again only by the quorum of the tool's last stage, whatever the question's row says", () => {
    const one = buildVote("finance-1", { decision: "run-again", at: noon + 40_000 });
    const byAsker = buildVote("asker", { decision: "run-again", at: noon + 40_000 });
    expect(settled("run-again", { stages: [buildStage({ need: 1, votes: [one] })] })).toBe("settle give-up");
    expect(settled("run-again", { stages: [buildStage({ by: "asker", votes: [byAsker] })] })).toBe(
      "settle give-up",
    );
  });

  test("does not run again when the owner of now is one of the two", () => {
    expect(settled("run-again", {}, { agent: buildAgent({ tools: [refund], owner: "finance-2" }) })).toBe(
      "settle give-up",
    );
  });

  test("does not run again in a run that was cancelled meanwhile", () => {
    const run = buildRun({ cancelRequested: { by: "asker", at: noon + 50_000 } });
    expect(settled("run-again", {}, { run })).toBe("settle give-up");
    expect(settled("happened", {}, { run })).toBe("settle happened");
  });

  test("does not run again when its approval would not hold any more", () => {
    expect(
      settled("run-again", {}, { agent: buildAgent({ tools: [buildRefundTool({ idempotent: true })] }) }),
    ).toBe("settle give-up");
    const { requirements } = buildGate({ requirements: [{ ...approval, status: "pending" }] });
    const question = buildAnswered(refund, "run-again");
    expect(settled("run-again", {}, { requirements: [...requirements, question] })).toBe("settle give-up");
    const sealed = sealVotes(question);
    expect(settled("run-again", {}, { sealed })).toBe("receipt-missing");
  });

  test("asks again when it is in doubt once more: one answer lets it run once", () => {
    const again = { attempt: 2, since: noon + 80_000 };
    const claimedAfterTheAnswer = buildInDoubt({ ...again, claimedAt: noon + 45_000 });
    const claimedBeforeTheQuestion = buildInDoubt({ ...again, claimedAt: noon + 36_999 });
    expect(settled("run-again", {}, { execution: claimedAfterTheAnswer })).toBe("ask");
    expect(settled("run-again", {}, { execution: claimedBeforeTheQuestion })).toBe("run 3");
  });

  test("an audit call is settled by the asker", () => {
    const note = buildNoteTool();
    const by = buildVote("asker", { decision: "run-again", at: noon + 40_000 });
    const question = buildAnswered(note, "run-again", { stages: [buildStage({ by: "asker", votes: [by] })] });
    expect(
      verdictOf(buildAuditGate({ execution: doubt, requirements: [question], sealed: sealVotes(question) })),
    ).toBe("run 2");
  });

  describe("in a run that a machine started", () => {
    const requester = requesterSchema.parse({ kind: "machine", subject: "service", name: "Service" });
    const run = buildRun({ requester });
    const ofPool = buildRefundTool({}, { approval: { type: "required", pool: "finance", approvals: 2 } });
    const byPool = buildApproved(ofPool, {
      requester,
      stages: [buildStage({ need: 2, votes: [buildVote("finance-1"), buildVote("finance-2")] })],
    });

    test("is put to the pool that approved it", () => {
      expect(verdictOf(buildGate({ tool: ofPool, run, requirements: [byPool] }))).toBe("run 1");
      expect(verdictOf(buildGate({ tool: ofPool, run, requirements: [byPool], execution: doubt }))).toBe(
        "ask",
      );
      const question = buildAnswered(ofPool, "run-again", { requester });
      expect(
        verdictOf(buildGate({ tool: ofPool, run, requirements: [byPool, question], execution: doubt })),
      ).toBe("run 2");
    });

    test("is given up at once where only the asker could be asked", () => {
      expect(verdictOf(buildAuditGate({ run, execution: doubt }))).toBe("settle give-up");
      const confirmed = approvedOf({ requester, stages: [buildStage({ by: "asker" })] });
      expect(verdictOf(buildGate({ run, requirements: [confirmed], execution: doubt }))).toBe(
        "settle give-up",
      );
    });
  });
});

describe("findQuestion", () => {
  test("finds the newest question asked after the claim, and no approval", () => {
    const doubt = buildInDoubt({ claimedAt: noon + 5_000 });
    const old = buildAnswered(refund, "run-again", { createdAt: noon + 5_000 });
    const current = buildAnswered(refund, "run-again", { createdAt: noon + 5_001 });
    const approval = approvedOf({ createdAt: noon + 9_000 });
    expect(findQuestion([old, approval], doubt)).toBeUndefined();
    expect(findQuestion([old, current, approval], doubt)).toBe(current);
  });
});

describe("what the model reads of a refusal", () => {
  const messageOf = (given: GateInput) => {
    const verdict = judgeExecution(given);
    return verdict.verdict === "refuse" ? verdict.message : "";
  };
  const rejectedBy = (comment?: string) =>
    approvedOf({
      status: "rejected",
      stages: [
        buildStage({
          status: "failed",
          votes: [
            buildVote("finance-1"),
            buildVote("finance-2", {
              name: "Fin Two",
              decision: "reject",
              ...(comment === undefined ? {} : { comment }),
            }),
          ],
        }),
      ],
    });

  test("says who rejected and why", () => {
    expect(messageOf(buildGate({ requirements: [rejectedBy("The parcel came.")] }))).toBe(
      "Fin Two rejected this call and said: The parcel came.",
    );
    expect(messageOf(buildGate({ requirements: [rejectedBy()] }))).toBe(
      "Fin Two rejected this call without a comment",
    );
    const voteless = approvedOf({ status: "rejected", stages: [buildStage()] });
    expect(messageOf(buildGate({ requirements: [voteless] }))).toBe(
      "A person rejected this call without a comment",
    );
  });

  test("says that nobody decided in time, or that it was taken back", () => {
    expect(messageOf(buildGate({ requirements: [approvedOf({ status: "expired" })] }))).toBe(
      "Nobody decided in time, so this call was not approved.",
    );
    expect(messageOf(buildGate({ requirements: [approvedOf({ status: "cancelled" })] }))).toBe(
      "The request was taken back before it was decided.",
    );
  });
});
