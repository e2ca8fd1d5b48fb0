import { type Decider, madeIt, maySeeRequirement, sitsIn } from "./decider.ts";
import { voteEntry } from "./entry-ids.ts";
import { epochMillisSchema, subjectSchema } from "./ids.ts";
import { type Refused, refuse, refuseMachine } from "./refusal.ts";
import {
  type Answer,
  type Channel,
  openStage,
  type Requirement,
  type Stage,
  type Vote,
} from "./requirement.ts";
import { nextStatus } from "./transitions.ts";

/** What a person sent, after its schema was applied; what could not be read is judged in its place in the order. */
export type Proposal =
  | {
      readonly outcome: "read";
      readonly decision: Answer | "edit" | "respond";
      /** The digest that the person was shown. */
      readonly digest: string;
      readonly comment?: string | undefined;
      /** Asks for more than one answer: a standing grant, or the end of the run. */
      readonly asksForMore: boolean;
      readonly channel: Channel;
    }
  | { readonly outcome: "unreadable"; readonly detail: string };

export interface Decided {
  readonly outcome: "decided";
  readonly requirement: Requirement;
  readonly vote: Vote;
  readonly stage: number;
  readonly entryKind: "confirmed" | "decided" | "answered";
  readonly entryId: string;
}

interface Case {
  readonly requirement: Requirement;
  readonly proposal: Proposal;
  readonly decider: Decider;
  readonly now: number;
}

type Guard = (given: Case) => Refused | undefined;

/**
 * One person's answer to a requirement: the next requirement, or the refusal that docs/api.md's order puts first.
 *
 * Total and pure: identity comes from the verified token in `decider`, time from the server's clock in `now`, and
 * nothing is decided twice because the caller writes the result under the revision it read (docs/threat-model.md,
 * rule 6).
 */
export function decide(
  requirement: Requirement,
  proposal: Proposal,
  decider: Decider,
  now: number,
): Decided | Refused {
  const refused = firstRefusal({ requirement, proposal, decider, now });
  if (refused !== undefined) return refused;
  const open = openStage(requirement);
  if (
    open === undefined ||
    proposal.outcome !== "read" ||
    decider.kind !== "person" ||
    !isAnswer(proposal.decision)
  ) {
    // The guards above leave nothing of the kind; were one of them gone, this is still not an approval.
    return refuse(
      "check_failed",
      `Requirement ${requirement.id} could not be judged; try again, or ask an admin.`,
    );
  }
  const vote: Vote = {
    by: subjectSchema.parse(decider.subject),
    name: decider.name,
    decision: proposal.decision,
    at: epochMillisSchema.parse(now),
    ...(proposal.comment === undefined ? {} : { comment: proposal.comment }),
    channel: proposal.channel,
  };
  return recordVote(requirement, vote, open.stage, open.index);
}

/** Whether the person could answer the requirement now, whatever the answer: the same guards, without the answer's own. */
export function judgeEligibility(
  requirement: Requirement,
  decider: Decider,
  now: number,
): Refused | undefined {
  const proposal: Proposal = {
    outcome: "read",
    decision: allowedAnswers[requirement.kind][0],
    digest: requirement.digest,
    asksForMore: false,
    channel: "api",
  };
  return firstRefusal({ requirement, proposal, decider, now });
}

function firstRefusal(given: Case): Refused | undefined {
  for (const guard of guards) {
    const refused = guard(given);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** Machine tokens may start runs; they never decide (docs/threat-model.md, "an agent gains approver power"). */
const refuseMachines: Guard = ({ decider }) => (decider.kind === "machine" ? refuseMachine() : undefined);

/** What somebody may not see does not exist for them (docs/threat-model.md, "tenants and names"; "forwarded link"). */
const refuseStrangers: Guard = ({ requirement, decider }) =>
  maySeeRequirement(decider, requirement)
    ? undefined
    : refuse("not_found", `Requirement ${requirement.id} was not found.`);

const refuseUnreadable: Guard = ({ proposal }) =>
  proposal.outcome === "unreadable" ? refuse("invalid_input", proposal.detail) : undefined;

/** The server's clock decides, whether or not the sweep has come by (docs/threat-model.md, "expiry not enforced"). */
const refuseExpired: Guard = ({ requirement, now }) => {
  const isOver = requirement.status === "pending" && now >= requirement.expiresAt;
  if (requirement.status !== "expired" && !isOver) return undefined;
  const at = new Date(requirement.expiresAt).toISOString();
  return refuse(
    "expired",
    `Requirement ${requirement.id} expired at ${at}; start a new request from the run.`,
  );
};

const refuseCancelled: Guard = ({ requirement }) =>
  requirement.status === "cancelled"
    ? refuse("cancelled", `Requirement ${requirement.id} was cancelled; there is nothing left to decide.`)
    : undefined;

/** Terminal states are immutable (docs/threat-model.md, rule 6); an unknown one counts as decided (rule 7). */
const refuseDecided: Guard = ({ requirement }) =>
  requirement.status === "pending"
    ? undefined
    : refuse(
        "already_decided",
        `Requirement ${requirement.id} is already ${requirement.status}; nothing was changed.`,
      );

/** The decision quotes the digest of what was shown (docs/threat-model.md, rule 3). */
const refuseStaleDigest: Guard = ({ requirement, proposal }) =>
  proposal.outcome === "read" && proposal.digest === requirement.digest
    ? undefined
    : refuse(
        "stale_digest",
        `The digest is not that of version ${requirement.version} of ${requirement.id}: read it again and decide on what it says now.`,
      );

/** Stages are answered in order; somebody of a later one has to wait. */
const refuseEarlyVotes: Guard = ({ requirement, decider }) => {
  const open = openStage(requirement);
  if (open === undefined) {
    return refuse(
      "stage_not_open",
      `Requirement ${requirement.id} has no open stage: ask an admin to look at it.`,
    );
  }
  if (sitsIn(decider, open.stage.by, requirement)) return undefined;
  const waits = requirement.stages.some(
    (stage) => stage.status === "waiting" && sitsIn(decider, stage.by, requirement),
  );
  return waits
    ? refuse(
        "stage_not_open",
        `Stage ${open.index + 1} of ${requirement.id} comes first: ${nameOf(open.stage)} has to answer it.`,
      )
    : undefined;
};

/** No maker of the call decides in a pool stage (docs/threat-model.md, rule 5; "self-approval, also laundered"). */
const refuseMakers: Guard = ({ requirement, decider }) => {
  const open = openStage(requirement);
  if (open?.stage.by === "asker" || !madeIt(decider.subject, requirement)) return undefined;
  return refuse(
    "self_approval",
    `${decider.subject} asked for, edited or owns what ${requirement.id} would do, so somebody else has to decide.`,
  );
};

/** Only the stage's own people decide; an empty or unknown pool has none (docs/threat-model.md, rule 7). */
const refuseIneligible: Guard = ({ requirement, decider }) => {
  const open = openStage(requirement);
  if (open !== undefined && sitsIn(decider, open.stage.by, requirement)) return undefined;
  const who = open === undefined ? "nobody" : nameOf(open.stage);
  return refuse(
    "not_eligible",
    `${decider.subject} may see ${requirement.id} but not decide it: it waits for ${who}.`,
  );
};

/** One human, one vote, in all stages and channels (docs/threat-model.md, rule 6; "races, lost or doubled resume"). */
const refuseSecondVotes: Guard = ({ requirement, decider }) =>
  requirement.stages.some((stage) => stage.votes.some((vote) => vote.by === decider.subject))
    ? refuse(
        "duplicate_vote",
        `${decider.subject} has already voted on ${requirement.id}; it needs another person.`,
      )
    : undefined;

/** Policy may add to what people can answer, never to what an answer means (docs/threat-model.md, rule 8). */
const refuseUnknownDecisions: Guard = ({ requirement, proposal }) => {
  if (proposal.outcome !== "read") return undefined;
  const allowed = allowedAnswers[requirement.kind];
  if (isAnswer(proposal.decision) && allowed.includes(proposal.decision) && !proposal.asksForMore)
    return undefined;
  const what = proposal.asksForMore ? "remember and stop are" : `"${proposal.decision}" is`;
  return refuse(
    "decision_not_allowed",
    `${what} not possible on ${requirement.id}: answer ${allowed.join(" or ")}.`,
  );
};

const guards: readonly Guard[] = [
  refuseMachines,
  refuseStrangers,
  refuseUnreadable,
  refuseExpired,
  refuseCancelled,
  refuseDecided,
  refuseStaleDigest,
  refuseEarlyVotes,
  refuseMakers,
  refuseIneligible,
  refuseSecondVotes,
  refuseUnknownDecisions,
];

const allowedAnswers: Record<Requirement["kind"], readonly [Answer, ...Answer[]]> = {
  approval: ["approve", "reject"],
  reconcile: ["happened", "run-again", "give-up"],
};

function isAnswer(decision: Answer | "edit" | "respond"): decision is Answer {
  return decision !== "edit" && decision !== "respond";
}

function nameOf(stage: Stage): string {
  return stage.by === "asker" ? "the asker" : `pool ${stage.by.join(" or ")}`;
}

/** The open stage with one vote more, and what follows for the stages after it and for the whole. */
function recordVote(requirement: Requirement, vote: Vote, open: Stage, index: number): Decided | Refused {
  const votes = [...open.votes, vote];
  const verdict = judgeStage({ ...open, votes });
  const isLast = index === requirement.stages.length - 1;
  const stages = requirement.stages.map((stage, place): Stage => {
    if (place === index) return { ...stage, votes, status: verdict.status };
    if (place === index + 1 && verdict.status === "passed") return { ...stage, status: "open" };
    return stage;
  });
  const event = eventOf(requirement, verdict, isLast);
  const status = event === undefined ? requirement.status : nextStatus(requirement.status, event);
  if (status === undefined) {
    return refuse("already_decided", `Requirement ${requirement.id} is already ${requirement.status}.`);
  }
  const next: Requirement = { ...requirement, status, stages };
  return {
    outcome: "decided",
    requirement: status === "pending" ? next : closed(next, vote, verdict.settledAs),
    vote,
    stage: index,
    entryKind: requirement.kind === "reconcile" ? "answered" : open.by === "asker" ? "confirmed" : "decided",
    entryId: voteEntry(requirement.id, requirement.version, index, vote.by),
  };
}

interface StageVerdict {
  readonly status: Stage["status"];
  readonly settledAs?: "happened" | "run-again" | "give-up";
}

/** Deny wins: rejections are counted first. On doubt, people who disagree have not settled it, and it is given up. */
function judgeStage(stage: Stage): StageVerdict {
  const count = (decision: Answer) => stage.votes.filter((vote) => vote.decision === decision).length;
  if (count("reject") >= stage.rejections) return { status: "failed" };
  if (count("approve") >= stage.need) return { status: "passed" };
  const settlements = (["happened", "run-again", "give-up"] as const).filter((answer) => count(answer) > 0);
  const [first] = settlements;
  if (first === undefined) return { status: "open" };
  if (settlements.length > 1 || first === "give-up") return { status: "passed", settledAs: "give-up" };
  return count(first) >= stage.need ? { status: "passed", settledAs: first } : { status: "open" };
}

function eventOf(requirement: Requirement, verdict: StageVerdict, isLast: boolean) {
  if (verdict.status === "failed") return "stage-failed" as const;
  if (verdict.status !== "passed") return undefined;
  if (requirement.kind === "reconcile") return "doubt-settled" as const;
  return isLast ? ("last-stage-passed" as const) : ("stage-passed" as const);
}

function closed(requirement: Requirement, last: Vote, settledAs: StageVerdict["settledAs"]): Requirement {
  const { id, version, stages } = requirement;
  return {
    ...requirement,
    closedAt: last.at,
    ...(settledAs === undefined ? {} : { settledAs }),
    awaitedEntries: stages.flatMap((stage, index) =>
      stage.votes.map((vote) => voteEntry(id, version, index, vote.by)),
    ),
  };
}
