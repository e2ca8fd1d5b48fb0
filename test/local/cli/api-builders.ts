import type { EligibilityView, RequirementView, RunView, StageView } from "../../../shared/wire/api.ts";

export const runId = "run_01jd9z6q4t5x8m2n3p7r9s0v1w";
export const requirementId = "req_01jd9z6q4t5x8m2n3p7r9s0v1w_1_0_1";
export const digest = "5f".repeat(32);

const asker = { kind: "person", subject: "asker", name: "Ada (asker)" } as const;

export function buildStage(changes: Partial<StageView>): StageView {
  return { by: "asker", need: 1, got: 0, status: "open", decisions: [], ...changes };
}

export const confirmed = buildStage({
  got: 1,
  status: "passed",
  decisions: [{ by: "asker", decision: "approve", at: "2026-11-22T11:59:00.000Z", channel: "cli" }],
});

export const financeWaiting = buildStage({ by: ["finance"], status: "waiting" });
export const financeOpen = buildStage({ by: ["finance"], status: "open" });
export const financePassed = buildStage({
  by: ["finance"],
  got: 1,
  status: "passed",
  decisions: [{ by: "finance-1", decision: "approve", at: "2026-11-22T11:59:30.000Z", channel: "cli" }],
});

/** A refund that waits for the asker, then for finance. */
export function buildRequirement(changes: Partial<RequirementView> = {}): RequirementView {
  return {
    id: requirementId,
    kind: "approval",
    status: "pending",
    run: runId,
    call: "call_01jd9z6q4t5x8m2n3p7r9s0v1w_1_0",
    tool: "issue_refund",
    input: { orderId: "1042", amount: "250.00", currency: "EUR", reason: "the parcel was lost" },
    inputDigest: "a1".repeat(32),
    digest,
    version: 1,
    effect: "Refund EUR 250.00 for order 1042.",
    reversible: false,
    risk: { level: "medium", reasons: ["Money leaves the account."] },
    rule: "issue_refund: the asker confirms, then one approver of pool finance signs off.",
    rationale: "The order was lost, so I refund it.",
    stages: [buildStage({}), financeWaiting],
    requester: asker,
    agent: "support",
    createdAt: "2026-11-22T11:58:00.000Z",
    expiresAt: "2026-11-29T11:58:00.000Z",
    execution: { status: "waiting" },
    ...changes,
  };
}

export function buildRun(changes: Partial<RunView> = {}): RunView {
  return {
    id: runId,
    agent: "support",
    status: "running",
    input: "Refund order 1042, 250.00 because the parcel was lost",
    requester: asker,
    createdAt: "2026-11-22T11:57:59.000Z",
    updatedAt: "2026-11-22T11:58:00.000Z",
    requirements: [],
    usage: { modelCalls: 2, toolCalls: 1, inputTokens: 310, outputTokens: 42 },
    traceId: "0af7651916cd43dd8448eb211c80319c",
    ...changes,
  };
}

export function buildEligibility(changes: Partial<EligibilityView>): EligibilityView {
  return { requirement: requirementId, you: { mayDecide: true }, eligible: [], excluded: [], ...changes };
}
