import { describe, expect, test } from "vitest";

import { executionSchema } from "../../../shared/domain/execution.ts";
import { findQuestion, type GateInput, judgeExecution } from "../../../shared/domain/execution-gate.ts";
import { requesterSchema } from "../../../shared/domain/requester.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { buildAgent, buildNoteTool, buildRefundTool } from "../../builders/build-agent.ts";
import {
  buildAnswered,
  buildApproved,
  buildAuditGate,
  buildClaim,
  buildGate,
  buildInDoubt,
  sealVotes,
} from "../../builders/build-gate.ts";
import { buildStage, buildVote, noon } from "../../builders/build-requirement.ts";
import { buildRun } from "../../builders/build-run.ts";
import { verdictOf } from "../../builders/tell-verdict.ts";

const refund = buildRefundTool();
const approvedOf = (over: Parameters<typeof buildApproved>[1] = {}) => buildApproved(refund, over);

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

  test("does not run again when the owner of now is one of the two who said so", () => {
    const agent = buildAgent({ tools: [refund], owner: "finance-2" });
    const byOthers = approvedOf({
      stages: [
        buildStage({ by: "asker", votes: [buildVote("asker")] }),
        buildStage({ need: 2, votes: [buildVote("finance-1"), buildVote("finance-3")] }),
      ],
    });
    const requirements = [byOthers, buildAnswered(refund, "run-again")];
    const sealed = requirements.flatMap(sealVotes);
    expect(settled("run-again", {}, { requirements, sealed })).toBe("run 2");
    expect(settled("run-again", {}, { requirements, sealed, agent })).toBe("settle give-up");
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
