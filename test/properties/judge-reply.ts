import { decisionOf, isKeyed, isStale, type Reply } from "./release-operations.ts";
import { requirementOf, type World } from "./release-world.ts";
import type { RequirementOnPaper } from "./requirement-on-paper.ts";

interface Case {
  readonly who: string;
  readonly on: RequirementOnPaper;
  readonly isOpened: boolean;
  readonly hasVoted: boolean;
  readonly isOver: boolean;
  readonly isStale: boolean;
  readonly decision: string;
}

const financeSits = ({ shape }: RequirementOnPaper) => shape !== "confirm";
const isSettled = ({ status }: RequirementOnPaper) => ["approved", "rejected", "answered"].includes(status);

/** What must be so, when all is over, for the answer to have been a true one at some time. */
const mustHold: Readonly<Record<string, (given: Case) => boolean>> = {
  unanswered: () => true,
  decided: ({ hasVoted }) => hasVoted,
  withdrawn: ({ on }) => on.closedBy === "withdrawn",
  machine_token: ({ who }) => who === "ci",
  not_found: ({ who, on, isOpened }) =>
    !isOpened || ["pia", "ada", "ci"].includes(who) || (!financeSits(on) && who !== "asker" && who !== "aud"),
  expired: ({ on, isOver }) => on.status === "expired" || isOver,
  cancelled: ({ on }) => on.status === "cancelled",
  already_decided: ({ on }) => isSettled(on),
  too_late: ({ on }) => isSettled(on) || on.shape === "doubt",
  stale_digest: (given) => given.isStale,
  stage_not_open: ({ who, on }) => on.shape === "both" && ["fay", "flo", "fred", "olaf"].includes(who),
  self_approval: ({ who, on }) => financeSits(on) && ["asker", "olaf"].includes(who),
  duplicate_vote: ({ hasVoted }) => hasVoted,
  not_eligible: ({ who }) => who !== "asker",
  decision_not_allowed: ({ on, decision }) =>
    on.shape === "doubt" ? decision === "approve" : decision === "happened",
};

/** What is wrong with what somebody was told, by what became of it. */
export function judgeReply(world: World, { operation, said }: Reply): readonly string[] {
  const { kind, who, name } = operation;
  if (kind === "cancel") return judgeCancel(world, who, said);
  if (kind !== "vote" && kind !== "withdraw") return [];
  const requirement = requirementOf(world, operation.on);
  const on = world.paper.get(requirement.id);
  if (on === undefined) throw new Error(`${requirement.id} is not on paper.`);
  const given: Case = {
    who,
    on,
    isOpened: world.opened.has(requirement.id) && !world.setting.opensLate,
    hasVoted: on.votes.some((vote) => vote.by === who),
    isOver: world.system.clock.now() >= requirement.expiresAt,
    isStale: isStale(operation),
    decision: decisionOf(operation, requirement),
  };
  const problems =
    mustHold[said]?.(given) === true ? [] : [`${who} was told ${said} on a ${on.shape} that is ${on.status}`];
  if (kind !== "vote" || said === "unanswered") return problems;
  // A key makes a repeated request hear what its first try did, also when that answer was lost.
  const hasCounted = world.votedBy.has(name);
  const isTrue = said === "decided" ? hasCounted : !hasCounted || !isKeyed(operation);
  return isTrue
    ? problems
    : [...problems, `${who} was told ${said} on a vote that ${hasCounted ? "counted" : "did not count"}`];
}

/** Whether the pool's people may see the run depends on what it asks of them. */
const cancelAnswers: Readonly<Record<string, readonly string[]>> = {
  asker: ["cancelled"],
  ada: ["cancelled"],
  aud: ["not_eligible"],
  pia: ["not_found"],
  ci: ["not_found"],
};

function judgeCancel({ paper, opened }: World, who: string, said: string): readonly string[] {
  const allowed = cancelAnswers[who] ?? ["not_found", "not_eligible"];
  if (said !== "unanswered" && !allowed.includes(said)) return [`${who} was told ${said} on a run`];
  const isWaiting = [...opened].some((id) => paper.get(id)?.status === "pending");
  return said === "cancelled" && isWaiting ? ["a cancelled run still waits for people"] : [];
}
