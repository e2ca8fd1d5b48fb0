import type { ExecutionView, RequirementView, StageView } from "../../shared/wire/api.ts";
import { showValue } from "./visible-text.ts";
import { assertNever } from "../../shared/domain/assert-never.ts";

/** Whom a stage is about: "asker", "pool finance". */
export function describePeople(stage: StageView, requester: RequirementView["requester"]): string {
  return stage.by === "asker" ? `${requester.subject}, who asked` : `pool ${stage.by.join(" or ")}`;
}

/** Whom a pending requirement waits for, as part of a line. */
export function describeWait(requirement: RequirementView): string {
  const open = findOpenStage(requirement);
  if (open === undefined) return "nobody";
  const people =
    open.by === "asker" ? requirement.requester.subject : describePeople(open, requirement.requester);
  return open.need === 1 ? people : `${people} (${open.got} of ${open.need})`;
}

/** What has to happen now, as a sentence; the requirement is pending. */
export function describeNextStage(requirement: RequirementView): string {
  const open = findOpenStage(requirement);
  if (open === undefined) return "Nobody can decide it: ask an admin to look at it.";
  if (open.by === "asker") return `Now ${requirement.requester.subject} has to confirm.`;
  const pool = `pool ${open.by.join(" or ")}`;
  const missing = open.need - open.got;
  if (open.got > 0) return `Now ${missing} more of ${pool} ${missing === 1 ? "has" : "have"} to approve.`;
  return open.need === 1
    ? `Now ${pool} has to approve.`
    : `Now ${open.need} people of ${pool} have to approve.`;
}

/** What became of the call, as part of a sentence that begins with the decision. */
export function describeExecution(tool: string, execution: ExecutionView | undefined): string {
  const reason = execution?.message === undefined ? "" : `: ${execution.message}`;
  const status = execution?.status;
  switch (status) {
    case undefined:
    case "waiting":
    case "running":
      return `${tool} has not finished yet.`;
    case "succeeded":
      return execution?.output === undefined ? `${tool} ran.` : `${tool} ran: ${showValue(execution.output)}`;
    case "failed":
      return `${tool} ran and failed${reason}`;
    case "refused":
      return `${tool} was refused before it ran${reason}`;
    case "cancelled":
      return `${tool} was cancelled before it ran${reason}`;
    case "in-doubt":
      return `${tool} began and nobody knows whether it finished: people are asked, it does not run again by itself.`;
    default:
      return assertNever(status);
  }
}

/** The same where there is something to say: not before people have answered, nor of a call that never runs. */
export function describeOutcome({ tool, status, execution }: RequirementView): string | undefined {
  const isStarted = execution !== undefined && execution.status !== "waiting";
  const mayRun = status === "approved" || status === "answered";
  return status !== "pending" && (isStarted || mayRun) ? describeExecution(tool, execution) : undefined;
}

export function isSettled(execution: ExecutionView | undefined): boolean {
  return execution !== undefined && execution.status !== "waiting" && execution.status !== "running";
}

export function findOpenStage({ stages }: RequirementView): StageView | undefined {
  return stages.find(({ status }) => status === "open");
}
