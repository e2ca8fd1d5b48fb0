import type { Execution } from "../../shared/domain/execution.ts";
import { factsOf } from "../../shared/domain/requirement-digest.ts";
import type { Requirement, Stage, Vote } from "../../shared/domain/requirement.ts";
import type { ExecutionView, RequirementView, StageView } from "../../shared/wire/api.ts";

/** A requirement as people with a right to its content see it; `execution` is its call's. */
export function showRequirement(requirement: Requirement, execution: Execution | undefined): RequirementView {
  const { id, kind, status, run, call, tool, input, inputDigest, digest, version } = requirement;
  const { effect, reversible, risk, rule, rationale, stages, requester, agent, replaces } = requirement;
  return {
    id,
    kind,
    status,
    run,
    call,
    tool,
    input,
    inputDigest,
    digest,
    facts: factsOf(requirement),
    version,
    effect,
    reversible,
    risk,
    rule,
    ...(rationale === undefined ? {} : { rationale }),
    stages: stages.map(showStage),
    ...(kind === "reconcile" ? { form: settlementForm } : {}),
    requester,
    agent,
    createdAt: showTime(requirement.createdAt),
    expiresAt: showTime(requirement.expiresAt),
    ...(replaces === undefined ? {} : { replaces }),
    execution: showExecution(execution),
  };
}

/** The same without what the call is about: input, effect, comments, the model's words and results stay hidden. */
export function outlineRequirement(
  requirement: Requirement,
  execution: Execution | undefined,
): RequirementView {
  const {
    input: _input,
    facts: _facts,
    rationale: _rationale,
    ...shown
  } = showRequirement(requirement, execution);
  return {
    ...shown,
    effect: `A call of ${requirement.tool}; what it would do is for its asker and its approvers to see.`,
    risk: { level: shown.risk.level, reasons: [] },
    stages: shown.stages.map((stage) => ({
      ...stage,
      decisions: stage.decisions.map(({ comment: _comment, ...decision }) => decision),
    })),
    execution: { status: showExecution(execution).status },
  };
}

export function showTime(epochMillis: number): string {
  return new Date(epochMillis).toISOString();
}

function showStage({ by, need, status, votes }: Stage): StageView {
  const agreeing = votes.filter((vote) => vote.decision !== "reject");
  return {
    by: by === "asker" ? by : [...by],
    need,
    got: agreeing.length,
    status,
    decisions: votes.map(showVote),
  };
}

function showVote({ by, name, decision, at, comment, channel }: Vote): StageView["decisions"][number] {
  return { by, name, decision, at: showTime(at), ...(comment === undefined ? {} : { comment }), channel };
}

/** `waiting` = the call has not been claimed yet. */
function showExecution(execution: Execution | undefined): ExecutionView {
  if (execution === undefined) return { status: "waiting" };
  switch (execution.status) {
    case "running":
    case "in-doubt":
      return { status: execution.status };
    case "succeeded":
      return {
        status: execution.status,
        output: execution.output,
        finishedAt: showTime(execution.finishedAt),
      };
    case "failed":
      return {
        status: execution.status,
        message: execution.message,
        finishedAt: showTime(execution.finishedAt),
      };
    case "refused":
    case "cancelled": {
      const { status, code, message, finishedAt } = execution;
      return { status, code, message, finishedAt: showTime(finishedAt) };
    }
  }
}

/** JSON Schema of the answers about a call in doubt. */
const settlementForm: NonNullable<RequirementView["form"]> = {
  type: "object",
  properties: { outcome: { type: "string", enum: ["happened", "run-again", "give-up"] } },
  required: ["outcome"],
  additionalProperties: false,
};
