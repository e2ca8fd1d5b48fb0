import { accessEntry, viewedEntry } from "../../shared/domain/entry-ids.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import type { Store } from "../../shared/ports/store.ts";
import { observationKey } from "../../shared/records/keys.ts";
import { outboxWrite } from "../../shared/records/outbox.ts";
import { entryOf } from "../../shared/records/requirement-records.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import type { ServeReadsParts } from "./parts.ts";

const hourMilliseconds = 60 * 60 * 1_000;

/**
 * Records that a person saw a requirement, once per person, requirement and hour, so that reading floods nothing. What
 * cannot be recorded is shown all the same, with an alarm.
 */
export async function recordView(
  { store, now, log }: Pick<ServeReadsParts, "store" | "now" | "log">,
  principal: Principal,
  requirement: Requirement,
): Promise<void> {
  if (principal.kind === "machine") return;
  const at = now();
  const { subject } = principal;
  const hour = Math.floor(at / hourMilliseconds);
  try {
    await recordOnce(store, `${requirement.id}#${hour}`, {
      ...entryOf(requirement),
      id: viewedEntry(requirement.id, subject, hour),
      kind: "viewed",
      at,
      actor: { kind: "person", subject },
    });
  } catch {
    log({ level: "alarm", event: "view-not-recorded", run: requirement.run, requirement: requirement.id });
  }
}

/** Records that a person is given what an entry commits to, once per person, entry and hour; throws what the store throws. */
export async function recordAccess(
  { store, now }: Pick<ServeReadsParts, "store" | "now">,
  subject: string,
  { index, entry }: { readonly index: number; readonly entry: LedgerEntry },
): Promise<void> {
  const at = now();
  const hour = Math.floor(at / hourMilliseconds);
  const { tenant, run, agent } = entry;
  await recordOnce(store, `${index}#${hour}`, {
    v: 1,
    id: accessEntry(index, subject, hour),
    kind: "access",
    tenant,
    at,
    actor: { kind: "person", subject },
    about: { kind: "entry", id: String(index) },
    ...(run === undefined ? {} : { run }),
    ...(agent === undefined ? {} : { agent }),
  });
}

/** A conflict says that it is recorded already. */
async function recordOnce(store: Store, place: string, entry: LedgerEntry): Promise<void> {
  const { id, kind, tenant, at, actor } = entry;
  const key = observationKey(tenant, actor.subject, kind, place);
  await store.write([
    { action: "put", key, body: { v: 1, entry: id, at }, expect: "absent" },
    outboxWrite(entry),
  ]);
}
