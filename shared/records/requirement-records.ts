import { type Committing, commitTo } from "../domain/commitment.ts";
import { requestedEntry } from "../domain/entry-ids.ts";
import type { RequirementId } from "../domain/ids.ts";
import { openStage, type Requirement, requirementSchema } from "../domain/requirement.ts";
import type { Store, WriteAction } from "../ports/store.ts";
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
export function createRequirementWrites(
  asked: Requirement,
  committing: Committing | undefined,
): readonly WriteAction[] {
  const { tenant, id, createdAt, requester, stages } = asked;
  const entryId = requestedEntry(id, asked.version);
  const requirement: Requirement = { ...asked, lastEntry: entryId };
  const pools = new Set(stages.flatMap((stage) => (stage.by === "asker" ? [] : stage.by)));
  return [
    { action: "put", key: requirementKey(tenant, id), body: requirement, expect: "absent" },
    put(listKey("work", lists.requirements(tenant), createdAt, id)),
    put(listKey("work", lists.askedBy(tenant, requester.subject), createdAt, id)),
    ...[...pools].map((pool) => put(listKey("work", lists.ofPool(tenant, pool), createdAt, id))),
    ...moveRowsWrites(undefined, requirement),
    outboxWrite({
      ...entryOf(asked),
      id: entryId,
      kind: "requested",
      at: createdAt,
      actor: { kind: requester.kind, subject: requester.subject },
      ...commitTo(committing, entryId, { input: asked.input }),
    }),
  ];
}

/** What happened to a requirement, beside what every entry about it says. */
export type RequirementEvent = Pick<LedgerEntry, "id" | "kind" | "at" | "actor"> &
  Partial<Pick<LedgerEntry, "stage" | "decision" | "channel" | "commitments">>;

/**
 * The writes of an event that changes a requirement: the item, its moves in the lists, and the outbox row. The row names
 * the entry before it, and the requirement keeps the row's id for the next one, in this same transaction.
 */
export function moveRequirementWrites(
  { value: before, revision }: Loaded<Requirement>,
  after: Requirement,
  event: RequirementEvent,
): readonly WriteAction[] {
  const moved: Requirement = { ...after, lastEntry: event.id };
  return [
    outboxWrite({ ...entryOf(before), ...event }),
    { action: "put", key: requirementKey(after.tenant, after.id), body: moved, expect: revision },
    ...moveRowsWrites(before, after),
  ];
}

/** What every ledger entry about a requirement says; `prev` is the newest entry that moved it, if it has one. */
export function entryOf(requirement: Requirement): Omit<LedgerEntry, "id" | "kind" | "at" | "actor"> {
  const { tenant, run, call, id, version, agent, tool, digest, policyHash, lastEntry } = requirement;
  const entry = {
    v: 1,
    tenant,
    run,
    call,
    requirement: id,
    version,
    agent,
    tool,
    digest,
    policyHash,
  } as const;
  return lastEntry === undefined ? entry : { ...entry, prev: lastEntry };
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
