import { createHash } from "node:crypto";
import type { Execution } from "../../../shared/domain/execution.ts";
import {
  agentNameSchema,
  type CallId,
  callIdOf,
  epochMillisSchema,
  newRunId,
  poolIdSchema,
  requirementIdOf,
  type RunId,
  sha256HexSchema,
  subjectSchema,
  tenantSchema,
  toolNameSchema,
} from "../../../shared/domain/ids.ts";
import type { Requester } from "../../../shared/domain/requester.ts";
import type { Requirement, Stage } from "../../../shared/domain/requirement.ts";
import type { Run } from "../../../shared/domain/run.ts";
import type { ModelStep, OpenCall, ResultsStep } from "../../../shared/domain/steps.ts";

// Builders of stored records, each complete and valid by itself.

export const tenant = tenantSchema.parse("local");

/** 2026-11-22T12:00:00.000Z */
export const noon = Date.UTC(2026, 10, 22, 12);

export const hex = (text: string) => sha256HexSchema.parse(createHash("sha256").update(text).digest("hex"));
const millis = (value: number) => epochMillisSchema.parse(value);

export function person(subject: string): Requester {
  return { kind: "person", subject: subjectSchema.parse(subject), name: `${subject}'s name` };
}

export function machine(subject: string): Requester {
  return { kind: "machine", subject: subjectSchema.parse(subject), name: subject };
}

/** Runs of a later minute have later ids. */
export function runIdAt(minute: number): RunId {
  return newRunId(millis(noon + minute * 60_000), new Uint8Array(10).fill(minute % 256));
}

export function buildRun(minute: number, overrides: Partial<Run> = {}): Run {
  const at = millis(noon + minute * 60_000);
  return {
    v: 1,
    tenant,
    id: runIdAt(minute),
    agent: agentNameSchema.parse("support"),
    status: "running",
    input: "Refund order 1042, 250.00 because the parcel was lost",
    requester: person("asker"),
    epoch: 1,
    adoptions: { count: 0, steps: 0 },
    handOuts: { count: 1, turn: 1, open: 1 },
    usage: { modelCalls: 1, toolCalls: 0, inputTokens: 12, outputTokens: 7 },
    createdAt: at,
    updatedAt: at,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    ...overrides,
  };
}

/** The first answer of the model: `count` refunds in one turn. */
export function buildModelStep(run: RunId, count = 1, overrides: Partial<ModelStep> = {}): ModelStep {
  const calls = Array.from({ length: count }, (_, place) => ({
    id: callIdOf(run, 1, place),
    modelId: `toolu_${place}`,
    name: "issue_refund",
    arguments: '{"orderId":"1042","amount":"250.00"}',
  }));
  return {
    v: 1,
    kind: "model",
    turn: 1,
    content: "I will refund this.",
    calls,
    inputTokens: 12,
    outputTokens: 7,
    milliseconds: 900,
    at: millis(noon + 1_000),
    ...overrides,
  };
}

export function buildResultsStep(results: ResultsStep["results"]): ResultsStep {
  return { v: 1, kind: "results", turn: 1, results, milliseconds: 5, at: millis(noon + 2_000) };
}

export function buildCall(run: RunId, place: number, overrides: Partial<OpenCall> = {}): OpenCall {
  const id = callIdOf(run, 1, place);
  return {
    v: 1,
    id,
    run,
    turn: 1,
    tool: toolNameSchema.parse("issue_refund"),
    toolVersion: hex("tool"),
    mode: "people",
    inputDigest: hex("input"),
    requirement: requirementIdOf(id, 1),
    requirements: 1,
    ...overrides,
  };
}

export function stage(by: Stage["by"] | "finance" | "ops", overrides: Partial<Stage> = {}): Stage {
  const pools = by === "finance" || by === "ops" ? [poolIdSchema.parse(by)] : by;
  return { by: pools, need: 1, rejections: 1, status: "waiting", votes: [], ...overrides };
}

export function vote(subject: string, decision: Stage["votes"][number]["decision"], comment?: string) {
  return {
    by: subjectSchema.parse(subject),
    name: `${subject}'s name`,
    decision,
    at: millis(noon + 30_000),
    ...(comment === undefined ? {} : { comment }),
    channel: "cli" as const,
  };
}

/** The refund's approval, waiting for pool `finance`; the asker has asked and needs not confirm. */
export function buildRequirement(call: CallId, run: Run, overrides: Partial<Requirement> = {}): Requirement {
  return {
    v: 1,
    tenant,
    id: requirementIdOf(call, 1),
    run: run.id,
    call,
    kind: "approval",
    status: "pending",
    version: 1,
    agent: run.agent,
    tool: toolNameSchema.parse("issue_refund"),
    toolVersion: hex("tool"),
    input: { orderId: "1042", amount: "250.00", currency: "EUR", reason: "lost" },
    inputDigest: hex("input"),
    digest: hex("digest"),
    policyHash: hex("policy"),
    effect: "Pays 250.00 EUR back for order 1042.",
    reversible: false,
    risk: { level: "high", reasons: ["Money leaves the account."] },
    rule: "issue_refund: one approver of pool finance signs off.",
    rationale: "The parcel was lost.",
    stages: [stage("finance", { status: "open" })],
    requester: run.requester,
    makers: [],
    createdAt: run.createdAt,
    expiresAt: millis(run.createdAt + 7 * 24 * 3_600_000),
    ...overrides,
  };
}

const claimOf = (call: CallId, run: RunId) => ({
  v: 1 as const,
  call,
  run,
  tool: toolNameSchema.parse("issue_refund"),
  attempt: 1,
  claimedAt: millis(noon + 40_000),
  inputDigest: hex("input"),
});

export const buildExecution = {
  running: (call: CallId, run: RunId): Execution => ({
    ...claimOf(call, run),
    status: "running",
    leaseUntil: millis(noon + 100_000),
  }),
  inDoubt: (call: CallId, run: RunId): Execution => ({
    ...claimOf(call, run),
    status: "in-doubt",
    since: millis(noon + 100_000),
  }),
  succeeded: (call: CallId, run: RunId): Execution => ({
    ...claimOf(call, run),
    status: "succeeded",
    output: { refunded: "250.00" },
    finishedAt: millis(noon + 50_000),
  }),
};
