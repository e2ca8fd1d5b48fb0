import { judgeEligibility } from "./decide.ts";
import type { Decider } from "./decider.ts";
import type { Pool } from "./pool.ts";
import type { RefusalCode } from "./refusal.ts";
import type { Requirement } from "./requirement.ts";

export interface Eligibility {
  /** Subjects, in alphabetical order. */
  readonly eligible: readonly string[];
  readonly excluded: readonly {
    readonly subject: string;
    readonly code: RefusalCode;
    readonly detail: string;
  }[];
}

/**
 * Who could decide now, and why the others could not: the asker and the members of every stage's pools, each judged by
 * the guards that would judge their vote.
 */
export function explainEligibility(
  requirement: Requirement,
  pools: ReadonlyMap<string, Pool>,
  now: number,
): Eligibility {
  const judged = candidatesOf(requirement, pools).map((subject) => ({
    subject,
    refused: judgeEligibility(requirement, asDecider(subject, pools), now),
  }));
  return {
    eligible: judged.filter(({ refused }) => refused === undefined).map(({ subject }) => subject),
    excluded: judged.flatMap(({ subject, refused }) =>
      refused === undefined ? [] : [{ subject, code: refused.code, detail: refused.detail }],
    ),
  };
}

function candidatesOf(
  { requester, stages }: Requirement,
  pools: ReadonlyMap<string, Pool>,
): readonly string[] {
  const members = stages.flatMap(({ by }) =>
    by === "asker" ? [] : by.flatMap((pool) => pools.get(pool)?.members ?? []),
  );
  const asker = requester.kind === "person" ? [requester.subject] : [];
  return [...new Set<string>([...asker, ...members])].toSorted();
}

/** The person as they would come, were they signed in freshly. */
function asDecider(subject: string, pools: ReadonlyMap<string, Pool>): Decider {
  const memberOf = [...pools.values()].filter((pool) => pool.members.some((member) => member === subject));
  return {
    kind: "person",
    subject,
    name: subject,
    pools: memberOf.map(({ id }) => id),
    isAuditor: false,
    isAdmin: false,
    authenticatedAt: Number.MAX_SAFE_INTEGER,
  };
}
