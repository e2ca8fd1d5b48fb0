import type * as z from "zod/mini";
import { inputDigest } from "../../shared/domain/digest.ts";
import { requestedEntry, voteEntry } from "../../shared/domain/entry-ids.ts";
import { type Execution, executionSchema } from "../../shared/domain/execution.ts";
import type { GateInput } from "../../shared/domain/execution-gate.ts";
import { sha256HexSchema } from "../../shared/domain/ids.ts";
import { type Pool, poolSchema } from "../../shared/domain/pool.ts";
import type { SealedVote } from "../../shared/domain/quorum.ts";
import type { Requirement, requirementSchema } from "../../shared/domain/requirement.ts";
import type { SealedRequest } from "../../shared/domain/sealed-request.ts";
import { policyOf, toolVersionOf } from "../../shared/domain/stages.ts";
import { type OpenCall, openCallSchema } from "../../shared/domain/steps.ts";
import type { Tool } from "../../shared/domain/tool.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import { buildAgent, buildNoteTool, buildRefundTool } from "./build-agent.ts";
import { buildRequirement, buildStage, buildVote, noon, withDigest } from "./build-requirement.ts";
import { buildRun } from "./build-run.ts";
import { sha256 } from "./sha256.ts";

export function buildPools(
  members: { readonly [pool: string]: readonly string[] } = {},
): ReadonlyMap<string, Pool> {
  const all = { finance: ["finance-1", "finance-2", "finance-3"], ops: ["ops-1", "ops-2"], ...members };
  return new Map(
    Object.entries(all).map(([id, people]) => [id, poolSchema.parse({ v: 1, id, members: [...people] })]),
  );
}

export function digestOfInput(tool: Tool, input: JsonValue): string {
  const digest = inputDigest({ tool: tool.name, input }, sha256);
  if (!digest.ok) throw new Error(digest.message);
  return digest.digest;
}

export function buildOpenCall(tool: Tool, over: Partial<z.input<typeof openCallSchema>> = {}): OpenCall {
  return openCallSchema.parse({
    v: 1,
    id: "call_01m81j18g0041061050r3gg28a_1_1",
    run: "run_01m81j18g0041061050r3gg28a",
    turn: 1,
    tool: tool.name,
    toolVersion: toolVersionOf(tool, sha256),
    mode: "people",
    inputDigest: digestOfInput(tool, { order: "1042", cents: 25_000 }),
    requirement: "req_01m81j18g0041061050r3gg28a_1_1_1",
    requirements: 1,
    ...over,
  });
}

/** The approval of `tool` as its people have given it: the asker, then `finance-1` and `finance-2`. */
export function buildApproved(
  tool: Tool,
  over: Partial<z.input<typeof requirementSchema>> = {},
): Requirement {
  const requirement = buildRequirement({
    status: "approved",
    tool: tool.name,
    toolVersion: toolVersionOf(tool, sha256),
    inputDigest: digestOfInput(tool, { order: "1042", cents: 25_000 }),
    policyHash: policyOf(tool, sha256).hash,
    stages: [
      buildStage({ by: "asker", status: "passed", votes: [buildVote("asker")] }),
      buildStage({ need: 2, status: "passed", votes: [buildVote("finance-1"), buildVote("finance-2")] }),
    ],
    closedAt: noon + 2_000,
    ...over,
  });
  return withDigest({ ...requirement, awaitedEntries: sealVotes(requirement).map(({ id }) => id) });
}

/** The sealed entries of all votes that stand in the requirement. */
export function sealVotes({ id, version, digest, kind, stages }: Requirement): readonly SealedVote[] {
  return stages.flatMap(({ by, votes }, stage) =>
    votes.map((vote) => ({
      id: voteEntry(id, version, stage, vote.by),
      kind: kind === "reconcile" ? "answered" : by === "asker" ? "confirmed" : "decided",
      requirement: id,
      version,
      stage,
      digest,
      decision: vote.decision,
      actor: { kind: "person", subject: vote.by },
      at: vote.at,
    })),
  );
}

/** The sealed entry that says what was asked for, as the requirement has it. */
export function sealRequest(requirement: Requirement): SealedRequest {
  const { id, run, call, version, agent, tool, digest, inputDigest, policyHash, requester } = requirement;
  const asked = { requirement: id, run, call, version, agent, tool, digest, inputDigest, policyHash };
  return {
    ...asked,
    id: requestedEntry(id, version),
    actor: { kind: requester.kind, subject: requester.subject },
  };
}

/** Everything as it has to be for `issue_refund` to run for the first time; with another `tool` the approval is of that. */
export function buildGate({
  tool = buildRefundTool(),
  ...over
}: Partial<GateInput> & { readonly tool?: Tool } = {}): GateInput {
  const requirements = over.requirements ?? [buildApproved(tool)];
  return {
    run: buildRun(),
    call: buildOpenCall(tool),
    requirements,
    execution: undefined,
    agent: buildAgent({ tools: [tool] }),
    sealed: requirements.flatMap(sealVotes),
    sealedRequests: requirements.map((requirement) => sealRequest(requirement)),
    committing: undefined,
    pools: buildPools(),
    now: noon + 60_000,
    sha256,
    ...over,
  };
}

/** Everything as it has to be for the audit call `add_note` to run. */
export function buildAuditGate({
  tool = buildNoteTool(),
  ...over
}: Partial<GateInput> & { readonly tool?: Tool } = {}): GateInput {
  const call = buildOpenCall(tool, {
    mode: "audit",
    input: { note: "called back" },
    inputDigest: digestOfInput(tool, { note: "called back" }),
    requirements: 0,
  });
  const { requirement: _none, ...audit } = call;
  return buildGate({ tool, call: audit, requirements: [], ...over });
}

type Claim = Extract<Execution, { status: "running" }>;
type InDoubt = Extract<Execution, { status: "in-doubt" }>;

/** A claim from one second after noon, whose lease ends half a minute later. */
export function buildClaim(
  over: Partial<Extract<z.input<typeof executionSchema>, { status: "running" }>> = {},
): Claim {
  const execution = executionSchema.parse({
    ...claim,
    status: "running",
    leaseUntil: noon + 35_000,
    ...over,
  });
  if (execution.status !== "running") throw new Error("A claim is running.");
  return execution;
}

/** The same claim after its lease ran out. */
export function buildInDoubt(
  over: Partial<Extract<z.input<typeof executionSchema>, { status: "in-doubt" }>> = {},
): InDoubt {
  const execution = executionSchema.parse({ ...claim, status: "in-doubt", since: noon + 36_000, ...over });
  if (execution.status !== "in-doubt") throw new Error("It is in doubt.");
  return execution;
}

const claim = {
  v: 1,
  call: "call_01m81j18g0041061050r3gg28a_1_1",
  run: "run_01m81j18g0041061050r3gg28a",
  tool: "issue_refund",
  requirement: "req_01m81j18g0041061050r3gg28a_1_1_1",
  attempt: 1,
  claimedAt: noon + 5_000,
  inputDigest: sha256HexSchema.parse("2".repeat(64)),
} as const;

/** The question what became of the refund, as `finance-1` and `finance-2` have answered it. */
export function buildAnswered(
  tool: Tool,
  settledAs: "happened" | "run-again" | "give-up",
  over: Partial<z.input<typeof requirementSchema>> = {},
): Requirement {
  const vote = (by: string) => buildVote(by, { decision: settledAs, at: noon + 40_000 });
  return buildApproved(tool, {
    id: "req_01m81j18g0041061050r3gg28a_1_1_2",
    kind: "reconcile",
    status: "answered",
    stages: [buildStage({ need: 2, status: "passed", votes: [vote("finance-1"), vote("finance-2")] })],
    createdAt: noon + 37_000,
    closedAt: noon + 40_000,
    settledAs,
    ...over,
  });
}
