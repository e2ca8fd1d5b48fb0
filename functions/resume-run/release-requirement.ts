import { requestedEntry } from "../../shared/domain/entry-ids.ts";
import { epochMillisSchema, type RequirementId } from "../../shared/domain/ids.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import { type StoredToken, tokenSchema } from "../../shared/domain/token.ts";
import type { Log, Now, OpenToken } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import type { Revision, Store } from "../../shared/ports/store.ts";
import { tokenKey } from "../../shared/records/keys.ts";
import { loadRecord } from "../../shared/records/loaded.ts";
import { loadRequirement } from "../../shared/records/requirement-records.ts";
import { readSealedSize } from "../../shared/records/seal-records.ts";

export interface ReleaseParts {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly stateMachine: StateMachine;
  readonly openToken: OpenToken;
  readonly now: Now;
  readonly log: Log;
}

const tries = 10;

/**
 * The one moment a requirement's outcome is handed to the state machine: when it is closed and every entry that the
 * outcome counts is sealed, so the last one sealed releases (docs/design.md section 4, "Release"). Harmless to repeat.
 * `sealedSize` is what is known to be sealed at least.
 */
export async function releaseRequirement(
  parts: ReleaseParts,
  tenant: string,
  id: RequirementId,
  sealedSize = 0,
): Promise<"released" | "not-yet" | "try-again"> {
  const requirement = (await loadRequirement(parts.store, tenant, id))?.value;
  if (requirement === undefined || requirement.status === "pending") return "not-yet";
  if (!(await isSealed(parts, requirement, sealedSize))) return "not-yet";
  const marked = await markReleased(parts, requirement);
  if (marked === undefined) return "try-again";
  return sendToken(parts, requirement, marked.token, marked.revision);
}

/** Whether all that the executor will ask receipts of has one: what was asked for, and every answer that counts. */
async function isSealed(
  { store, ledger }: ReleaseParts,
  { tenant, id, version, awaitedEntries = [] }: Requirement,
  sealedSize: number,
): Promise<boolean> {
  if (awaitedEntries.length === 0) return false;
  const appended = await ledger.entriesOf(id);
  const indexes = new Map(appended.map(({ entry, index }) => [entry.id, index]));
  const awaited = [requestedEntry(id, version), ...awaitedEntries];
  const last = Math.max(...awaited.map((entry) => indexes.get(entry) ?? Infinity));
  if (last === Infinity) return false;
  return last < sealedSize || last < (await readSealedSize(store, tenant));
}

interface Marked {
  readonly token: StoredToken;
  readonly revision: Revision;
}

/** Sets the mark; from then on a token that comes too late is turned away at the door, and one that stands is ours. */
async function markReleased(
  { store, now }: ReleaseParts,
  { tenant, id, status }: Requirement,
): Promise<Marked | undefined> {
  const key = tokenKey(tenant, id);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const stored = await loadRecord(store, key, tokenSchema);
    if (stored?.value.released !== undefined) return { token: stored.value, revision: stored.revision };
    const released = { at: epochMillisSchema.parse(now()), status };
    const token: StoredToken = { ...(stored?.value ?? { v: 1, epoch: 0, retryCount: 0 }), released };
    const expect = stored?.revision ?? "absent";
    const written = await store.write([{ action: "put", key, body: token, expect }]);
    const revision = written.outcome === "written" ? written.revisions[0] : undefined;
    if (revision !== undefined) return { token, revision };
  }
  return undefined;
}

/** Sends the token and forgets it once Step Functions has it; a crash in between sends it again, which changes nothing. */
async function sendToken(
  { store, stateMachine, openToken, log }: ReleaseParts,
  { tenant, id, run }: Requirement,
  { sealed, ...token }: StoredToken,
  revision: Revision,
): Promise<"released"> {
  if (sealed === undefined) return "released";
  const answer = await stateMachine.sendTaskSuccess({ token: await openToken(sealed, id), output: {} });
  if (answer === "timed-out") log({ level: "info", event: "token-timed-out", run, requirement: id });
  await store.write([{ action: "put", key: tokenKey(tenant, id), body: token, expect: revision }]);
  return "released";
}
