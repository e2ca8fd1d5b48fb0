import type { PoolId } from "./ids.ts";
import type { Requirement } from "./requirement.ts";

/** Who is acting, as the verified token and the pools in `rules` say; never as a body, a path or a model says. */
export type Decider =
  | {
      readonly kind: "person";
      readonly subject: string;
      readonly name: string;
      /** The pools that the person is a member of, now. */
      readonly pools: readonly PoolId[];
      readonly isAuditor: boolean;
      readonly isAdmin: boolean;
      /** When the person last signed in, epoch seconds. */
      readonly authenticatedAt: number;
    }
  | { readonly kind: "machine"; readonly subject: string };

/** Whether a stage of these `by` is one where the person could sit, were nothing else in the way. */
export function sitsIn(decider: Decider, by: "asker" | readonly PoolId[], requirement: Requirement): boolean {
  if (decider.kind !== "person") return false;
  if (by === "asker") return isAsker(decider.subject, requirement);
  return by.some((pool) => decider.pools.includes(pool));
}

export function isAsker(subject: string, requirement: Requirement): boolean {
  return requirement.requester.kind === "person" && requirement.requester.subject === subject;
}

/** Asker, editors and the agent's owner of record: none decides in a pool stage (docs/threat-model.md, rule 5). */
export function madeIt(subject: string, requirement: Requirement): boolean {
  return (
    requirement.requester.subject === subject ||
    requirement.owner === subject ||
    requirement.makers.some((maker) => maker === subject)
  );
}

/** The asker, members of a pool of any stage, and the auditor; a machine client sees what its own runs wait for. */
export function maySeeRequirement(decider: Decider, requirement: Requirement): boolean {
  if (requirement.requester.kind === decider.kind && requirement.requester.subject === decider.subject)
    return true;
  if (decider.kind === "machine") return false;
  if (decider.isAuditor) return true;
  return requirement.stages.some((stage) => stage.by !== "asker" && sitsIn(decider, stage.by, requirement));
}
