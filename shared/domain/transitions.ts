import type { RequirementStatus } from "./requirement.ts";

/** What can happen to a requirement. Edits, answers to forms and results join when their features land. */
export type RequirementEvent =
  | "stage-passed"
  | "last-stage-passed"
  | "stage-failed"
  | "doubt-settled"
  | "expired"
  | "withdrawn"
  | "run-cancelled";

/**
 * Which event takes a requirement where; what is not in the table does not happen. Terminal states have no way out,
 * not even to themselves (docs/threat-model.md, rule 6). Domain and web app read this one table.
 */
export const transitions = {
  pending: {
    "stage-passed": "pending",
    "last-stage-passed": "approved",
    "stage-failed": "rejected",
    "doubt-settled": "answered",
    expired: "expired",
    withdrawn: "cancelled",
    "run-cancelled": "cancelled",
  },
  approved: {},
  rejected: {},
  answered: {},
  expired: {},
  cancelled: {},
} as const satisfies Record<RequirementStatus, Partial<Record<RequirementEvent, RequirementStatus>>>;

/** The status after the event, or `undefined` when the event cannot happen in this status. */
export function nextStatus(
  status: RequirementStatus,
  event: RequirementEvent,
): RequirementStatus | undefined {
  const ways: Partial<Record<RequirementEvent, RequirementStatus>> = transitions[status];
  return ways[event];
}
