import type { CallId, RequirementId, RunId } from "./ids.ts";

// One event, one id for good: a retried write carries the same id and is sealed once.

export function requestedEntry(requirement: RequirementId, version: number): string {
  return `requested|${requirement}|v${version}`;
}

export function voteEntry(
  requirement: RequirementId,
  version: number,
  stage: number,
  subject: string,
): string {
  return `vote|${requirement}|v${version}|s${stage}|${subject}`;
}

export function expiredEntry(requirement: RequirementId): string {
  return `expired|${requirement}`;
}

export function withdrawnEntry(requirement: RequirementId): string {
  return `withdrawn|${requirement}`;
}

export function cancelledEntry(requirement: RequirementId): string {
  return `cancelled|${requirement}`;
}

export function runCancelledEntry(run: RunId): string {
  return `cancelled|${run}`;
}

/** The personal values of a run are erased once. */
export function erasedEntry(run: RunId): string {
  return `erased|${run}`;
}

/** `hour` counts from 1970: one refusal per person, code and hour is recorded, so nobody floods the log. */
export function refusedEntry(
  requirement: RequirementId,
  subject: string,
  code: string,
  hour: number,
): string {
  return `refused|${requirement}|${subject}|${code}|h${hour}`;
}

/** `hour` counts from 1970, as in the next. */
export function viewedEntry(requirement: RequirementId, subject: string, hour: number): string {
  return `viewed|${requirement}|${subject}|h${hour}`;
}

/** `index` is the place of the entry whose values were given out. */
export function accessEntry(index: number, subject: string, hour: number): string {
  return `access|${index}|${subject}|h${hour}`;
}

export function auditCallEntry(call: CallId, attempt: number): string {
  return `audit-call|${call}|a${attempt}`;
}

export function executedEntry(call: CallId, attempt: number): string {
  return `executed|${call}|a${attempt}`;
}

export function inDoubtEntry(call: CallId, attempt: number): string {
  return `in-doubt|${call}|a${attempt}`;
}
