import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decide, type Proposal } from "../../../shared/domain/decide.ts";
import type { Decider } from "../../../shared/domain/decider.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import { nextStatus } from "../../../shared/domain/transitions.ts";
import { buildMachine, buildPerson } from "../../builders/build-decider.ts";
import { buildRequirement, buildStage, noon } from "../../builders/build-requirement.ts";
import { Tally } from "../../builders/tally.ts";
import { DecideModel, type ModelAttempt, type ModelCase } from "./decide-model.ts";

const people: readonly Decider[] = [
  buildPerson("asker"),
  buildPerson("asker", { pools: ["finance", "ops"] }),
  buildPerson("finance-1", { pools: ["finance"] }),
  buildPerson("finance-2", { pools: ["finance"] }),
  buildPerson("finance-3", { pools: ["finance"] }),
  buildPerson("ops-1", { pools: ["ops"] }),
  buildPerson("both", { pools: ["finance", "ops"] }),
  buildPerson("owner", { pools: ["finance", "ops"] }),
  buildPerson("editor", { pools: ["ops"] }),
  buildPerson("auditor", { isAuditor: true }),
  buildPerson("admin", { isAdmin: true }),
  buildPerson("outsider", { pools: ["cooks"] }),
  buildMachine(),
];

const rule = fc.record({
  by: fc.constantFrom<"asker" | string[]>("asker", ["finance"], ["ops"], ["finance", "ops"]),
  need: fc.integer({ min: 1, max: 3 }),
  rejections: fc.integer({ min: 1, max: 2 }),
});

const oneIn = (n: number) => fc.integer({ min: 1, max: n }).map((drawn) => drawn === 1);

const attempt = fc.record({
  type: fc.constant("attempt" as const),
  by: fc.constantFrom(...people),
  decision: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom("approve" as const, "approve" as const, "reject" as const) },
    { weight: 1, arbitrary: fc.constantFrom("edit" as const, "respond" as const) },
  ),
  isUnreadable: oneIn(15),
  isStale: oneIn(15),
  asksForMore: oneIn(15),
  passed: fc.integer({ min: 0, max: 20 }),
});

const event = fc.oneof(
  { weight: 20, arbitrary: attempt },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom("sweep" as const, "cancel" as const, "withdraw" as const) }),
  },
);

function proposalOf({ decision, isReadable, isDigestShown, asksForMore }: ModelAttempt): Proposal {
  if (!isReadable) return { outcome: "unreadable", detail: "unreadable" };
  const digest = (isDigestShown ? "d" : "e").repeat(64);
  return { outcome: "read", decision, digest, asksForMore, channel: "api" };
}

function requirementOf({ rules, expiresAt }: ModelCase): Requirement {
  return buildRequirement({
    stages: rules.map((one, place) =>
      buildStage({
        ...one,
        by: one.by === "asker" ? one.by : [...one.by],
        status: place === 0 ? "open" : "waiting",
      }),
    ),
    owner: "owner",
    makers: ["editor"],
    expiresAt,
  });
}

describe("over random sequences of people, answers and time", () => {
  test("decide gives the model's status and code, approves only by enough distinct eligible people, and never leaves a terminal state", () => {
    const tally = new Tally();
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 60, max: 400 }),
        fc.array(event, { minLength: 10, maxLength: 40 }),
        (rules, lifetime, events) => {
          const modelCase = {
            rules,
            asker: "asker",
            makers: ["owner", "editor"],
            expiresAt: noon + lifetime,
          };
          const model = new DecideModel(modelCase);
          let requirement = requirementOf(modelCase);
          let now = noon;
          const refusals: (readonly [given: string | undefined, expected: string | undefined])[] = [];
          for (const next of events) {
            const before = requirement;
            if (next.type === "attempt") {
              now += next.passed;
              const { isUnreadable, isStale, ...rest } = next;
              const tried = { ...rest, isReadable: !isUnreadable, isDigestShown: !isStale, at: now };
              const code = model.refusal(tried);
              const verdict = decide(requirement, proposalOf(tried), next.by, now);
              tally.add(`decision ${next.decision}`);
              tally.add(verdict.outcome === "refused" ? `code ${verdict.code}` : "code none");
              refusals.push([verdict.outcome === "refused" ? verdict.code : undefined, code]);
              if (code === undefined) model.accept(tried);
              if (verdict.outcome === "decided") requirement = verdict.requirement;
            } else if (next.type !== "sweep" || now >= modelCase.expiresAt) {
              const status = nextStatus(
                requirement.status,
                next.type === "sweep" ? "expired" : next.type === "cancel" ? "run-cancelled" : "withdrawn",
              );
              if (status !== undefined) requirement = { ...requirement, status };
              model.close(next.type === "sweep" ? "expired" : "cancelled");
            }
            expect(requirement.status).toBe(model.status());
            expect(requirement).toEqual(before.status === "pending" ? requirement : before);
          }
          expect(refusals.map(([given]) => given)).toEqual(refusals.map(([, code]) => code));
          tally.add(`outcome ${requirement.status}`);
          expectEarned(requirement, model, modelCase);
        },
      ),
      { numRuns: 3_000 },
    );
    tally.print("decide, how often:");
    expect(expected.filter((seen) => tally.of(seen) === 0)).toEqual([]);
  });
});

/** An approval has in every stage enough people, all different over all stages, none of them a maker, none of them late. */
function expectEarned(
  requirement: Requirement,
  { ballots }: DecideModel,
  { rules, expiresAt }: ModelCase,
): void {
  const subjects = ballots.map(({ subject }) => subject);
  expect(new Set(subjects).size).toBe(subjects.length);
  expect(ballots.filter(({ at }) => at >= expiresAt)).toEqual([]);
  if (requirement.status !== "approved") return;
  for (const [stage, { by, need }] of rules.entries()) {
    const allowed = members[by === "asker" ? "asker" : by.join("+")] ?? [];
    const approvers = ballots.filter((ballot) => ballot.stage === stage && ballot.isApproval);
    expect(approvers.length).toBeGreaterThanOrEqual(need);
    for (const { subject } of approvers) expect(allowed).toContain(subject);
  }
}

const members: Readonly<Record<string, readonly string[]>> = {
  asker: ["asker"],
  finance: ["finance-1", "finance-2", "finance-3", "both"],
  ops: ["ops-1", "both"],
  "finance+ops": ["finance-1", "finance-2", "finance-3", "ops-1", "both"],
};

const expected = [
  "decision approve",
  "decision reject",
  "decision edit",
  "decision respond",
  "code none",
  "code machine_token",
  "code not_found",
  "code invalid_input",
  "code expired",
  "code cancelled",
  "code already_decided",
  "code stale_digest",
  "code stage_not_open",
  "code self_approval",
  "code not_eligible",
  "code duplicate_vote",
  "code decision_not_allowed",
  "outcome pending",
  "outcome approved",
  "outcome rejected",
  "outcome cancelled",
  "outcome expired",
];
