import { type Committing, digestSaltOf } from "../../shared/domain/commitment.ts";
import { InvariantBroken } from "../../shared/domain/errors.ts";
import {
  agentNameSchema,
  epochMillisSchema,
  type RequirementId,
  requirementIdOf,
  sha256HexSchema,
  subjectSchema,
} from "../../shared/domain/ids.ts";
import { type DigestedRequirement, digestOfRequirement } from "../../shared/domain/requirement-digest.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import type { PlannedOpening } from "../../shared/domain/run-loop.ts";
import type { Run } from "../../shared/domain/run.ts";
import { describeRule, openStages, policyOf } from "../../shared/domain/stages.ts";
import type { OpenCall } from "../../shared/domain/steps.ts";
import { defaultExpirySeconds, type StageRule } from "../../shared/domain/tiers.ts";
import type { Sha256 } from "../../shared/ledger/sha256.ts";
import type { Turn } from "./turn.ts";

const longestEffect = 2_000;
const longestRationale = 4_000;

/** The approval that a call needs: what runs, who decides, until when, all frozen under one digest. */
export function approvalOf(
  turn: Turn,
  { tool, input, call }: PlannedOpening,
  open: OpenCall,
  committing: Committing | undefined,
): Requirement {
  const { parts, state, agent } = turn;
  const { stages, hash } = policyOf(tool, parts.sha256);
  const step = state.steps.findLast((candidate) => candidate.kind === "model");
  const rationale = step?.content?.slice(0, longestRationale) ?? "";
  const createdAt = epochMillisSchema.parse(parts.now());
  const covered = {
    ...baseOf(state.run, requirementIdOf(call.id, 1), committing),
    call: call.id,
    tool: tool.name,
    toolVersion: open.toolVersion,
    input,
    inputDigest: open.inputDigest,
    policyHash: hash,
  } as const;
  return {
    ...covered,
    kind: "approval",
    digest: digestOf(covered, parts.sha256),
    effect: tool.effect(input).slice(0, longestEffect),
    reversible: tool.reversible,
    risk: { level: tool.risk, reasons: [] },
    rule: describeRule(tool.name, stages),
    ...(rationale === "" ? {} : { rationale }),
    stages: openStages(stages),
    ...(agent.owner === undefined ? {} : { owner: subjectSchema.parse(agent.owner) }),
    createdAt,
    expiresAt: epochMillisSchema.parse(
      createdAt + 1_000 * Math.min(...stages.map((stage) => stage.expiresInSeconds)),
    ),
  };
}

interface ReconcileParts {
  readonly now: number;
  readonly sha256: Sha256;
  readonly committing: Committing | undefined;
}

/**
 * The question what became of a call whose claim ran out: to the people of the approval's last stage with its quorum,
 * or to the asker where nobody else was asked (docs/design.md section 4, "Execute").
 */
export function reconcileOf(
  run: Run,
  open: OpenCall,
  approval: Requirement | undefined,
  input: Requirement["input"],
  { now, sha256, committing }: ReconcileParts,
): Requirement {
  const id = requirementIdOf(open.id, open.requirements + 1);
  const last = approval?.stages.at(-1);
  const rule: StageRule = {
    by: last?.by ?? "asker",
    approvals: last?.need ?? 1,
    rejections: last?.rejections ?? 1,
    expiresInSeconds: defaultExpirySeconds,
  };
  const createdAt = epochMillisSchema.parse(now);
  const covered = {
    ...baseOf(run, id, committing),
    call: open.id,
    tool: open.tool,
    toolVersion: open.toolVersion,
    input,
    inputDigest: open.inputDigest,
    policyHash: approval?.policyHash ?? open.toolVersion,
  } as const;
  return {
    ...covered,
    kind: "reconcile",
    digest: digestOf(covered, sha256),
    effect: `Say whether this happened, because its run was cut off: ${approval?.effect ?? open.tool}`.slice(
      0,
      longestEffect,
    ),
    reversible: approval?.reversible ?? false,
    risk: { level: "high", reasons: ["The call may already have had its effect."] },
    rule: `${open.tool} was interrupted while it ran and must not run twice unasked.`,
    stages: openStages([rule]),
    ...(approval?.owner === undefined ? {} : { owner: approval.owner }),
    createdAt,
    expiresAt: epochMillisSchema.parse(createdAt + 1_000 * rule.expiresInSeconds),
  };
}

const firstVersion = 1;

function baseOf(run: Run, id: RequirementId, committing: Committing | undefined) {
  const salt = committing && sha256HexSchema.parse(digestSaltOf(committing, id, firstVersion));
  return {
    v: 1,
    tenant: run.tenant,
    id,
    run: run.id,
    status: "pending",
    version: firstVersion,
    ...(salt === undefined ? {} : { digestSalt: salt }),
    agent: agentNameSchema.parse(run.agent),
    requester: run.requester,
    makers: [],
  } satisfies Partial<Requirement>;
}

function digestOf(covered: DigestedRequirement, sha256: Sha256): Requirement["digest"] {
  const digest = digestOfRequirement(covered, sha256);
  if (!digest.ok) throw new InvariantBroken(`${covered.id} has no canonical JSON: ${digest.message}`);
  return digest.digest;
}
