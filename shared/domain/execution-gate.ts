import type { JsonValue } from "../ledger/json-value.ts";
import type { Sha256 } from "../ledger/sha256.ts";
import type { Agent } from "./agent.ts";
import type { Committing } from "./commitment.ts";
import { inputDigest } from "./digest.ts";
import { type Execution, isEnded } from "./execution.ts";
import { callOfRequirement, poolIdSchema, type Sha256Hex } from "./ids.ts";
import type { Pool } from "./pool.ts";
import { judgeQuorum, type SealedVote, type StageQuorum } from "./quorum.ts";
import { digestOfRequirement } from "./requirement-digest.ts";
import type { Requirement } from "./requirement.ts";
import type { Run } from "./run.ts";
import { policyOf, toolVersionOf } from "./stages.ts";
import type { OpenCall } from "./steps.ts";
import { isCommittedInput, judgeRequest, type SealedRequest } from "./sealed-request.ts";
import type { StageRule } from "./tiers.ts";
import type { Tool } from "./tool.ts";

/** Everything the last gate looks at, freshly read; nothing of it comes from the machine's event but the ids. */
export interface GateInput {
  readonly run: Run;
  readonly call: OpenCall;
  /** The call's requirements, oldest first. */
  readonly requirements: readonly Requirement[];
  readonly execution: Execution | undefined;
  readonly agent: Agent | undefined;
  /** The sealed entries of the call's requirements. */
  readonly sealed: readonly SealedVote[];
  /** Those of them that say what was asked for. */
  readonly sealedRequests: readonly SealedRequest[];
  /** What opens their commitments; `undefined` for a run without a key. */
  readonly committing: Committing | undefined;
  readonly pools: ReadonlyMap<string, Pool>;
  /** Server clock, epoch milliseconds. */
  readonly now: number;
  readonly sha256: Sha256;
}

export type GateVerdict =
  | {
      readonly verdict: "run";
      readonly tool: Tool;
      readonly input: JsonValue;
      readonly inputDigest: Sha256Hex;
      readonly attempt: number;
      readonly requirement?: Requirement;
    }
  /** Nothing is left to do. */
  | { readonly verdict: "ended" }
  /** Another invocation holds the claim until then. */
  | { readonly verdict: "in-progress"; readonly until: number }
  /** People have to be asked, or asked on. */
  | { readonly verdict: "ask" }
  /** The row says approved, but what was asked for or its decisions are not sealed: try again soon. */
  | { readonly verdict: "receipt-missing"; readonly requirement: string }
  /** The claim ran out without a result, and the tool must not run twice. */
  | { readonly verdict: "in-doubt" }
  /** People settled a call in doubt without another run. */
  | { readonly verdict: "settle"; readonly as: "happened" | "give-up" }
  | {
      readonly verdict: "refuse";
      readonly status: "refused" | "cancelled";
      readonly code: string;
      readonly message: string;
    };

/**
 * The last gate: may this call run, now, with these bytes? (docs/design.md section 4, "Execute"; docs/threat-model.md,
 * rule 4.)
 *
 * Total and pure. Every way to "run" leads through the digest over the bytes that will be used and, for gated calls,
 * through the quorum counted from sealed decisions; whatever is missing, unknown or changed does not run.
 */
export function judgeExecution(given: GateInput): GateVerdict {
  const { execution, run } = given;
  if (isEnded(execution)) return { verdict: "ended" };
  if (execution?.status === "running") return judgeClaim(given, execution);
  if (execution?.status === "in-doubt") return judgeDoubt(given, execution);
  if (isOver(run)) return refusal("cancelled", "The run was cancelled before this call ran.", "cancelled");
  return judgeFirstRun(given, 1);
}

/** Nothing new begins in a run that was cancelled or has its ending. */
function isOver(run: Run): boolean {
  return run.cancelRequested !== undefined || run.ending !== undefined || run.status !== "running";
}

function judgeClaim(given: GateInput, execution: Extract<Execution, { status: "running" }>): GateVerdict {
  if (given.now < execution.leaseUntil) return { verdict: "in-progress", until: execution.leaseUntil };
  if (given.agent?.tool(given.call.tool)?.idempotent !== true) return { verdict: "in-doubt" };
  // The first claim may have had its effect, so this one repeats it under the same key, cancelled or not.
  const again = judgeFirstRun(given, execution.attempt + 1);
  return again.verdict === "refuse" || again.verdict === "ask" ? { verdict: "in-doubt" } : again;
}

function judgeDoubt(given: GateInput, doubt: InDoubt): GateVerdict {
  const question = findQuestion(given.requirements, doubt);
  if (question === undefined)
    return canAsk(given) ? { verdict: "ask" } : { verdict: "settle", as: "give-up" };
  if (question.status === "pending") return { verdict: "ask" };
  const { settledAs } = question;
  if (question.status !== "answered" || settledAs === undefined || !isAsAsked(question, given)) {
    return { verdict: "settle", as: "give-up" };
  }
  switch (judgeRequest(question, given.sealedRequests)) {
    case "as-asked":
      break;
    case "different":
      return { verdict: "settle", as: "give-up" };
    case "missing":
      return { verdict: "receipt-missing", requirement: question.id };
  }
  if (!isCommittedInput(question, question.input, given.sealedRequests, given.committing)) {
    return { verdict: "settle", as: "give-up" };
  }
  // The row may say who settles it as happened or given up; who lets it run again, the tool's code says.
  const stages = settledAs === "run-again" ? [lastStageOf(given)] : question.stages;
  const counted = { ...question, stages, makers: makersOf(question, given) };
  const quorum = judgeQuorum(counted, given.sealed, given.pools, settledAs);
  if (quorum === "unsealed") return { verdict: "receipt-missing", requirement: question.id };
  if (quorum !== "met") return { verdict: "settle", as: "give-up" };
  if (settledAs !== "run-again") return { verdict: "settle", as: settledAs };
  if (isOver(given.run)) return { verdict: "settle", as: "give-up" };
  const again = judgeFirstRun(given, doubt.attempt + 1);
  return again.verdict === "refuse" || again.verdict === "ask" ? { verdict: "settle", as: "give-up" } : again;
}

type InDoubt = Extract<Execution, { status: "in-doubt" }>;

/** The question about this doubt. One that was asked before the claim was about an earlier one, and its answer is used up. */
export function findQuestion(
  requirements: readonly Requirement[],
  { claimedAt }: Pick<InDoubt, "claimedAt">,
): Requirement | undefined {
  return requirements.findLast(({ kind, createdAt }) => kind === "reconcile" && createdAt > claimedAt);
}

/** A machine has nobody to confirm for it, so only what a pool approved can be put to people. */
function canAsk({ run, requirements }: GateInput): boolean {
  const approval = requirements.findLast(({ kind }) => kind === "approval");
  return (
    run.requester.kind === "person" || (approval !== undefined && approval.stages.at(-1)?.by !== "asker")
  );
}

/** The people of the approval's last stage, by the tool's code; where it asks nobody, the asker. */
function lastStageOf({ agent, call }: GateInput): StageQuorum {
  const gate = agent?.tool(call.tool)?.gate;
  const last = gate?.mode === "people" ? gate.stages.at(-1) : undefined;
  return last === undefined ? { by: "asker", need: 1, rejections: 1 } : quorumOf(last);
}

function quorumOf({ by, approvals, rejections }: StageRule): StageQuorum {
  const people = by === "asker" ? by : by.map((pool) => poolIdSchema.parse(pool));
  return { by: people, need: approvals, rejections };
}

/** The owner of then stands in the requirement; the owner of now is no approver either. */
function makersOf({ makers }: Requirement, { agent }: GateInput): readonly string[] {
  return agent?.owner === undefined ? makers : [...makers, agent.owner];
}

/** Whether the requirement is about this call of this run, for the same requester; its id, which the digest covers, too. */
function isAbout(requirement: Requirement, { run, call, agent }: GateInput): boolean {
  return (
    requirement.run === run.id &&
    requirement.tenant === run.tenant &&
    requirement.call === call.id &&
    callOfRequirement(requirement.id) === call.id &&
    requirement.agent === agent?.name &&
    requirement.requester.kind === run.requester.kind &&
    requirement.requester.subject === run.requester.subject
  );
}

function isAsAsked(requirement: Requirement, given: GateInput): boolean {
  return isAbout(requirement, given) && digestOf(requirement, given.sha256) === requirement.digest;
}

function judgeFirstRun(given: GateInput, attempt: number): GateVerdict {
  const { agent, call, run, sha256 } = given;
  if (call.run !== run.id) return refusal("wrong_call", `${call.id} is not a call of this run.`);
  const tool = agent?.tool(call.tool);
  if (tool === undefined) return refusal("unknown_tool", `There is no tool "${call.tool}" any more.`);
  if (toolVersionOf(tool, sha256) !== call.toolVersion) {
    return refusal("tool_changed", `"${call.tool}" has changed since this was proposed: propose it again.`);
  }
  if (call.mode === "audit") return judgeAudit(given, tool, attempt);
  return judgeApproval(given, tool, attempt);
}

/** The tier is looked up here, never read from what was handed in: a gated tool cannot pass as an audit call. */
function judgeAudit({ call, sha256 }: GateInput, tool: Tool, attempt: number): GateVerdict {
  if (tool.gate.mode !== "audit" || call.input === undefined) {
    return refusal("not_gated", `"${call.tool}" needs an approval, and this call has none.`);
  }
  return judgeBytes(tool, call.input, call.inputDigest, attempt, sha256);
}

function judgeApproval(given: GateInput, tool: Tool, attempt: number): GateVerdict {
  const { call, sha256 } = given;
  const requirement = given.requirements.findLast((candidate) => candidate.kind === "approval");
  if (requirement === undefined || tool.gate.mode !== "people") {
    return refusal("no_requirement", `Nobody was asked about this call of "${call.tool}".`);
  }
  if (requirement.status === "pending") return { verdict: "ask" };
  if (requirement.status !== "approved") return refusalOf(requirement);
  if (!isAbout(requirement, given)) {
    return refusal("wrong_requirement", `${requirement.id} is not about this call.`);
  }
  const policy = policyOf(tool, sha256);
  if (requirement.toolVersion !== call.toolVersion || requirement.policyHash !== policy.hash) {
    return refusal(
      "policy_changed",
      `The rules for "${call.tool}" changed since this was approved: propose it again.`,
    );
  }
  const digest = digestOf(requirement, sha256);
  if (digest !== requirement.digest) {
    return refusal("digest_mismatch", `What would run is not what was approved in ${requirement.id}.`);
  }
  switch (judgeRequest(requirement, given.sealedRequests)) {
    case "as-asked":
      return judgeSealedQuorum(given, requirement, tool, attempt);
    case "different":
      return refusal("wrong_requirement", `${requirement.id} is not what was asked for.`);
    case "missing":
      return { verdict: "receipt-missing", requirement: requirement.id };
  }
}

/** Counted by the stages that the tool's code demands now, which the policy hash has just shown to be the frozen ones. */
function judgeSealedQuorum(
  given: GateInput,
  requirement: Requirement,
  tool: Tool,
  attempt: number,
): GateVerdict {
  if (tool.gate.mode !== "people") return refusal("not_gated", `"${tool.name}" is not a gated tool.`);
  const counted = {
    ...requirement,
    stages: tool.gate.stages.map(quorumOf),
    makers: makersOf(requirement, given),
  };
  switch (judgeQuorum(counted, given.sealed, given.pools, "approve")) {
    case "met":
      return judgeCommitment(
        given,
        judgeBytes(tool, requirement.input, requirement.inputDigest, attempt, given.sha256),
        requirement,
      );
    case "unsealed":
      return { verdict: "receipt-missing", requirement: requirement.id };
    case "not-met":
      return refusal(
        "quorum_not_met",
        `The sealed decisions on ${requirement.id} are not the approval that "${tool.name}" needs.`,
      );
  }
}

/** What was sealed before anybody decided commits to the input; what the tool is handed has to open that commitment. */
function judgeCommitment(
  { sealedRequests, committing }: GateInput,
  verdict: GateVerdict,
  requirement: Requirement,
): GateVerdict {
  if (verdict.verdict !== "run") return verdict;
  if (!isCommittedInput(requirement, verdict.input, sealedRequests, committing)) {
    return refusal(
      "commitment_mismatch",
      `The input of "${verdict.tool.name}" is not the one that was sealed when ${requirement.id} was asked.`,
    );
  }
  return { ...verdict, requirement };
}

/** Reads the very bytes that will be handed to the tool. */
function judgeBytes(
  tool: Tool,
  input: JsonValue,
  expected: Sha256Hex,
  attempt: number,
  sha256: Sha256,
): GateVerdict {
  const read = tool.read(input);
  if (read.outcome === "invalid")
    return refusal("invalid_input", `The input is not what "${tool.name}" takes: ${read.problems.join(" ")}`);
  const digest = inputDigest({ tool: tool.name, input: read.input }, sha256);
  if (!digest.ok || digest.digest !== expected) {
    return refusal("digest_mismatch", `The input of "${tool.name}" is not the one that was shown.`);
  }
  const reason = tool.refuse(read.input);
  if (reason !== undefined) return refusal("tool_refused", reason);
  return { verdict: "run", tool, input: read.input, inputDigest: digest.digest, attempt };
}

function digestOf(requirement: Requirement, sha256: Sha256): string | undefined {
  const digest = digestOfRequirement(requirement, sha256);
  return digest.ok ? digest.digest : undefined;
}

/** Why a requirement that people or time have closed does not run, in words for the model. */
function refusalOf(requirement: Requirement): GateVerdict {
  switch (requirement.status) {
    case "rejected": {
      const vote = requirement.stages
        .flatMap((stage) => stage.votes)
        .findLast((last) => last.decision === "reject");
      const why = vote?.comment === undefined ? "without a comment" : `and said: ${vote.comment}`;
      return refusal("rejected", `${vote?.name ?? "A person"} rejected this call ${why}`);
    }
    case "expired":
      return refusal("expired", "Nobody decided in time, so this call was not approved.");
    case "cancelled":
      return refusal("cancelled", "The request was taken back before it was decided.", "cancelled");
    case "pending":
    case "approved":
    case "answered":
  }
  // Also for a status that no version knows: unknown is not approved.
  return refusal("not_approved", `${requirement.id} is ${requirement.status}, which is not an approval.`);
}

function refusal(code: string, message: string, status: "refused" | "cancelled" = "refused"): GateVerdict {
  return { verdict: "refuse", status, code, message };
}
