import type { Pool } from "./pool.ts";
import { voteEntry } from "./entry-ids.ts";
import type { Answer, Requirement, Stage } from "./requirement.ts";

/** What the quorum needs of a sealed ledger entry about a person's answer. */
export interface SealedVote {
  readonly id: string;
  readonly kind: string;
  readonly requirement: string | undefined;
  readonly version: number | undefined;
  readonly stage: number | undefined;
  readonly digest: string | undefined;
  readonly decision: string | undefined;
  readonly actor: { readonly kind: string; readonly subject: string };
  readonly at: number;
}

/** Who decides in a stage, and how many. */
export type StageQuorum = Pick<Stage, "by" | "need" | "rejections">;

type Counted = Pick<
  Requirement,
  "id" | "version" | "digest" | "requester" | "owner" | "expiresAt" | "awaitedEntries"
> & { readonly stages: readonly StageQuorum[]; readonly makers: readonly string[] };

/**
 * Counts the quorum from sealed entries alone (docs/design.md section 4, "Execute"): distinct people, each eligible for
 * the stage now, each on exactly this version and digest, before the deadline, in every stage, without enough rejections.
 *
 * The requirement's row says only which entries to expect: one that is not there yet is `unsealed` (try again); one
 * that says something else does not count.
 */
export function judgeQuorum(
  requirement: Counted,
  sealed: readonly SealedVote[],
  pools: ReadonlyMap<string, Pool>,
  answer: Answer,
): "met" | "not-met" | "unsealed" {
  const awaited = requirement.awaitedEntries ?? [];
  if (awaited.some((id) => !sealed.some((entry) => entry.id === id))) return "unsealed";
  const votes = sealed.filter((entry) => isVoteOn(requirement, entry));
  const counted = new Set<string>();
  for (const [index, stage] of requirement.stages.entries()) {
    const inStage = votes.filter((vote) => vote.stage === index);
    const rejections = new Set(
      inStage.filter((vote) => vote.decision === "reject").map((vote) => vote.actor.subject),
    );
    if (rejections.size >= stage.rejections) return "not-met";
    const agreeing = inStage.filter(
      (vote) =>
        vote.decision === answer &&
        mayCount(vote, stage, requirement, pools) &&
        !counted.has(vote.actor.subject),
    );
    for (const vote of agreeing) counted.add(vote.actor.subject);
    if (new Set(agreeing.map((vote) => vote.actor.subject)).size < stage.need) return "not-met";
  }
  return requirement.stages.length === 0 ? "not-met" : "met";
}

function isVoteOn(requirement: Counted, entry: SealedVote): boolean {
  return (
    ["confirmed", "decided", "answered"].includes(entry.kind) &&
    entry.requirement === requirement.id &&
    entry.version === requirement.version &&
    entry.digest === requirement.digest &&
    entry.actor.kind === "person" &&
    entry.at < requirement.expiresAt &&
    entry.stage !== undefined &&
    entry.id === voteEntry(requirement.id, requirement.version, entry.stage, entry.actor.subject)
  );
}

function mayCount(
  vote: SealedVote,
  stage: StageQuorum,
  requirement: Counted,
  pools: ReadonlyMap<string, Pool>,
): boolean {
  const { subject } = vote.actor;
  if (stage.by === "asker") {
    return requirement.requester.kind === "person" && requirement.requester.subject === subject;
  }
  const made =
    requirement.requester.subject === subject ||
    requirement.owner === subject ||
    requirement.makers.some((maker) => maker === subject);
  return (
    !made && stage.by.some((pool) => pools.get(pool)?.members.some((member) => member === subject) === true)
  );
}
