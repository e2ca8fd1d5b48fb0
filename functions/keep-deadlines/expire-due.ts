import { expiredEntry } from "../../shared/domain/entry-ids.ts";
import { CountersignError } from "../../shared/domain/errors.ts";
import { epochMillisSchema, requirementIdSchema } from "../../shared/domain/ids.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { nextStatus } from "../../shared/domain/transitions.ts";
import type { Log, Now } from "../../shared/ports/functions.ts";
import type { ItemKey, Store } from "../../shared/ports/store.ts";
import { idOfListRow, lists, sortableTime } from "../../shared/records/keys.ts";
import { loadRequirement, moveRequirementWrites } from "../../shared/records/requirement-records.ts";

export interface ExpireParts {
  readonly tenant: string;
  readonly store: Store;
  readonly now: Now;
  readonly log: Log;
}

const pageSize = 100;

/** One record that is broken for good must not keep the sweep from all the others; it is alarmed every time. */
export async function passOverBroken(
  { log }: Pick<ExpireParts, "log">,
  event: string,
  look: () => Promise<void>,
): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.family !== "terminal") throw error;
    log({ level: "alarm", event, code: error.code });
  }
}

/** Expires every requirement whose time has come, oldest first, by the same transaction as a person's answer. */
export async function expireDue(parts: ExpireParts, deadlineAt: number): Promise<void> {
  const { store, tenant, now } = parts;
  let after: string | undefined;
  while (now() < deadlineAt) {
    const page = await store.query({
      table: "work",
      partition: lists.due(tenant),
      // The next millisecond is the first that is not due.
      before: sortableTime(now() + 1),
      order: "ascending",
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    for (const { key } of page.items)
      await passOverBroken(parts, "requirement-not-expired", () => expire(parts, key));
    after = page.items.at(-1)?.key.sort;
    if (!page.more) return;
  }
}

/** A conflict means that somebody decided in this moment; what is left is found by the next sweep. */
async function expire({ store, tenant, now, log }: ExpireParts, row: ItemKey): Promise<void> {
  const id = requirementIdSchema.parse(idOfListRow(row.sort));
  const loaded = await loadRequirement(store, tenant, id);
  const status = loaded === undefined ? undefined : nextStatus(loaded.value.status, "expired");
  if (loaded === undefined || status === undefined || loaded.value.expiresAt > now()) return;
  const at = now();
  const closedAt = epochMillisSchema.parse(at);
  const after: Requirement = { ...loaded.value, status, closedAt, awaitedEntries: [expiredEntry(id)] };
  const actor = { kind: "system", subject: "keep-deadlines" } as const;
  const { outcome } = await store.write([
    ...moveRequirementWrites(loaded, after, { id: expiredEntry(id), kind: "expired", at, actor }),
  ]);
  if (outcome === "written")
    log({ level: "info", event: "requirement-expired", run: after.run, requirement: id });
}
