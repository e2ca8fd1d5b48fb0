import { expect } from "vitest";
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

/** Checks what somebody was told against what became of it. */
export function judgeReply(world: World, { operation, said }: Reply): void {
  const { kind, who, name } = operation;
  if (kind === "cancel") return judgeCancel(world, who, said);
  if (kind !== "vote" && kind !== "withdraw") return;
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
  expect(mustHold[said]?.(given), `${who} was told ${said} on a ${on.shape} that is ${on.status}`).toBe(true);
  if (kind !== "vote" || said === "unanswered") return;
  // A key makes a repeated request hear what its first try did, also when that answer was lost.
  const hasCounted = world.votedBy.has(name);
  if (said === "decided" || isKeyed(operation)) expect(said === "decided", `${name}: ${said}`).toBe(hasCounted);
}

function judgeCancel({ paper, opened }: World, who: string, said: string): void {
  if (said === "unanswered") return;
  expect(said).toBe(who === "asker" || who === "ada" ? "cancelled" : "not_found");
  if (said !== "cancelled") return;
  for (const id of opened) expect(paper.get(id)?.status, "a cancelled run waits for nobody").not.toBe("pending");
}
