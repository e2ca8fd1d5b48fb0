import { requestedEntry } from "../domain/entry-ids.ts";
import type { RequirementId } from "../domain/ids.ts";
import { openStage, type Requirement, requirementSchema } from "../domain/requirement.ts";
import type { Revision, Store, WriteAction } from "../ports/store.ts";
import type { LedgerEntry } from "../wire/ledger-entry.ts";
import { listKey, lists, requirementKey } from "./keys.ts";
import { type Loaded, loadRecord } from "./loaded.ts";
import { outboxWrite } from "./outbox.ts";
import { put } from "./run-records.ts";

export async function loadRequirement(
  store: Store,
  tenant: string,
  id: RequirementId,
): Promise<Loaded<Requirement> | undefined> {
  return loadRecord(store, requirementKey(tenant, id), requirementSchema);
}

/** The writes that put a new requirement before people: item, lists, deadline, and its outbox row. */
export function createRequirementWrites(requirement: Requirement): readonly WriteAction[] {
  const { tenant, id, createdAt, requester, stages } = requirement;
  const pools = new Set(stages.flatMap((stage) => (stage.by === "asker" ? [] : stage.by)));
  return [
    { action: "put", key: requirementKey(tenant, id), body: requirement, expect: "absent" },
    put(listKey("work", lists.requirements(tenant), createdAt, id)),
    put(listKey("work", lists.askedBy(tenant, requester.subject), createdAt, id)),
    ...[...pools].map((pool) => put(listKey("work", lists.ofPool(tenant, pool), createdAt, id))),
    ...moveRowsWrites(undefined, requirement),
    outboxWrite({
      ...entryOf(requirement),
      id: requestedEntry(id, requirement.version),
      kind: "requested",
      at: createdAt,
      actor: { kind: requester.kind, subject: requester.subject },
    }),
  ];
}

/** The writes that replace a requirement and move it in the lists; the caller adds the outbox row of its event. */
export function replaceRequirementWrites(
  before: Requirement,
  after: Requirement,
  revision: Revision,
): readonly WriteAction[] {
  return [
    { action: "put", key: requirementKey(after.tenant, after.id), body: after, expect: revision },
    ...moveRowsWrites(before, after),
  ];
}

/** What every ledger entry about a requirement says. */
export function entryOf(requirement: Requirement): Omit<LedgerEntry, "id" | "kind" | "at" | "actor"> {
  const { tenant, run, call, id, version, agent, tool, digest, inputDigest, policyHash } = requirement;
  return { v: 1, tenant, run, call, requirement: id, version, agent, tool, digest, inputDigest, policyHash };
}

/** Rows of the lists that follow the requirement's state: whom it awaits, and when it is due. */
function movingRows(requirement: Requirement | undefined): ReadonlyMap<string, WriteAction["key"]> {
  if (requirement?.status !== "pending") return new Map();
  const { tenant, id, createdAt, expiresAt, requester } = requirement;
  const by = openStage(requirement)?.stage.by ?? [];
  const partitions =
    by === "asker"
      ? [lists.awaitingPerson(tenant, requester.subject)]
      : by.map((pool) => lists.awaitingPool(tenant, pool));
  const keys = [
    ...partitions.map((partition) => listKey("work", partition, createdAt, id)),
    listKey("work", lists.due(tenant), expiresAt, id),
  ];
  return new Map(keys.map((key) => [`${key.partition} ${key.sort}`, key]));
}

function moveRowsWrites(before: Requirement | undefined, after: Requirement): readonly WriteAction[] {
  const old = movingRows(before);
  const next = movingRows(after);
  const gone = [...old].filter(([name]) => !next.has(name));
  const come = [...next].filter(([name]) => !old.has(name));
  return [
    ...gone.map(([, key]): WriteAction => ({ action: "delete", key, expect: "anything" })),
    ...come.map(([, key]) => put(key)),
  ];
}
