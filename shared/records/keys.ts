import { type CallId, type RequirementId, type RunId, runOfRequirement } from "../domain/ids.ts";
import type { ItemKey, TableName } from "../ports/store.ts";
import { outboxPrefix } from "../wiring.ts";

// Every key of docs/access-patterns.md is made here and nowhere else. The tenant is part of each.

/** Times in sort keys: epoch milliseconds in 15 digits, so that they sort as numbers until the year 9999. */
export function sortableTime(epochMillis: number): string {
  return String(epochMillis).padStart(15, "0");
}

export function runPartition(tenant: string, run: RunId): string {
  return `run#${tenant}#${run}`;
}

export function runKey(tenant: string, run: RunId): ItemKey {
  return { table: "work", partition: runPartition(tenant, run), sort: "run" };
}

/** `place` counts the run's steps from 1. */
export function stepKey(tenant: string, run: RunId, place: number): ItemKey {
  return {
    table: "work",
    partition: runPartition(tenant, run),
    sort: `step#${String(place).padStart(6, "0")}`,
  };
}

export function callKey(tenant: string, run: RunId, call: CallId): ItemKey {
  return { table: "work", partition: runPartition(tenant, run), sort: `call#${call}` };
}

export function requirementKey(tenant: string, requirement: RequirementId): ItemKey {
  return {
    table: "work",
    partition: runPartition(tenant, runOfRequirement(requirement)),
    sort: `req#${requirement}`,
  };
}

export function executionKey(tenant: string, run: RunId, call: CallId): ItemKey {
  return { table: "executions", partition: runPartition(tenant, run), sort: `call#${call}` };
}

export function tokenKey(tenant: string, requirement: RequirementId): ItemKey {
  return { table: "tokens", partition: `token#${tenant}#${requirement}`, sort: "token" };
}

export function decisionPartition(tenant: string, requirement: RequirementId): string {
  return `req#${tenant}#${requirement}`;
}

/** One human, one vote, over all stages of a version: the stage is not part of the key. */
export function decisionKey(
  tenant: string,
  requirement: RequirementId,
  version: number,
  subject: string,
): ItemKey {
  return {
    table: "decisions",
    partition: decisionPartition(tenant, requirement),
    sort: `v${version}#${subject}`,
  };
}

export function refusedKey(
  tenant: string,
  requirement: RequirementId,
  subject: string,
  code: string,
  hour: number,
): ItemKey {
  return {
    table: "decisions",
    partition: decisionPartition(tenant, requirement),
    sort: `refused#${subject}#${code}#${hour}`,
  };
}

/** What a person looked at: `place` names the thing and the hour, so that it is recorded once in each. */
export function observationKey(tenant: string, subject: string, what: string, place: string): ItemKey {
  return { table: "observations", partition: `observed#${tenant}#${subject}`, sort: `${what}#${place}` };
}

/** Where the key of a run's personal values is kept. */
export function vaultKey(tenant: string, run: RunId): ItemKey {
  return { table: "vault", partition: runPartition(tenant, run), sort: "key" };
}

export function poolKey(tenant: string, pool: string): ItemKey {
  return { table: "rules", partition: `pools#${tenant}`, sort: pool };
}

/** Where a caller's `Idempotency-Key` of one route is remembered. */
export function idempotencyKey(
  table: "work" | "decisions",
  tenant: string,
  caller: string,
  route: string,
  key: string,
): ItemKey {
  return { table, partition: `idempotency#${tenant}#${caller}`, sort: `${route}#${key}` };
}

/** Lists hold keys only; what they name is read from its own item. */
export const lists = {
  runs: (tenant: string) => `runs#${tenant}`,
  runsOf: (tenant: string, subject: string) => `runs#${tenant}#${subject}`,
  runsAbout: (tenant: string, subject: string) => `subject#${tenant}#${subject}`,
  liveRuns: (tenant: string) => `live#${tenant}`,
  requirements: (tenant: string) => `requirements#${tenant}`,
  askedBy: (tenant: string, subject: string) => `asked#${tenant}#${subject}`,
  ofPool: (tenant: string, pool: string) => `pool#${tenant}#${pool}`,
  awaitingPerson: (tenant: string, subject: string) => `awaiting-person#${tenant}#${subject}`,
  awaitingPool: (tenant: string, pool: string) => `awaiting-pool#${tenant}#${pool}`,
  due: (tenant: string) => `due#${tenant}`,
} as const;

export function decidedBy(tenant: string, subject: string): string {
  return `decided#${tenant}#${subject}`;
}

export function listKey(table: TableName, partition: string, at: number, id: string): ItemKey {
  return { table, partition, sort: `${sortableTime(at)}#${id}` };
}

/** The id that a list row names. */
export function idOfListRow(sort: string): string {
  return sort.slice(sort.indexOf("#") + 1);
}

/** One partition takes 1,000 write units a second (DynamoDB), so the outbox has a few. */
export const outboxShards = ["0", "1", "2", "3"] as const;

export function outboxPartition(tenant: string, shard: string): string {
  return `${outboxPrefix}${tenant}#${shard}`;
}

/** `spread` is what the event is about, its run or else itself: its last character chooses the shard. */
export function outboxKey(
  table: TableName,
  tenant: string,
  spread: string,
  at: number,
  entryId: string,
): ItemKey {
  const shard = outboxShards[spread.charCodeAt(spread.length - 1) % outboxShards.length] ?? "0";
  return { table, partition: outboxPartition(tenant, shard), sort: `${sortableTime(at)}#${entryId}` };
}
