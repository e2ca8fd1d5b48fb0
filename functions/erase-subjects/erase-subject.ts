import { RunContended } from "../../shared/domain/errors.ts";
import { erasedEntry } from "../../shared/domain/entry-ids.ts";
import { epochMillisSchema, type RunId, runIdSchema } from "../../shared/domain/ids.ts";
import type { Person } from "../../shared/domain/principal.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { type Run, runSchema } from "../../shared/domain/run.ts";
import type { Now } from "../../shared/ports/functions.ts";
import type { Item, ItemKey, Store } from "../../shared/ports/store.ts";
import { idOfListRow, lists, runKey, vaultKey } from "../../shared/records/keys.ts";
import { type Loaded, parseItem, readPartition } from "../../shared/records/loaded.ts";
import { outboxWrite } from "../../shared/records/outbox.ts";
import { eraseRunKeyWrite, type RunKey, runKeySchema } from "../../shared/records/vault-records.ts";

export interface EraseSubjectParts {
  readonly tenant: string;
  readonly store: Store;
  readonly now: Now;
}

type Erased = { readonly outcome: "erased"; readonly runs: number };

/** A run of the person, with the key of what it kept. */
interface KeyedRun {
  readonly run: Run;
  readonly key: Loaded<RunKey> | undefined;
}

const keysAtOnce = 100;
const namedRuns = 10;

/**
 * Erases the keys of every run that is linked to the person or that they asked for, each in one transaction with its
 * ledger entry; nothing at all while one of the runs has not ended. A repeat finds what is erased and goes on with the
 * rest, so it finishes what a crash or the invocation's end cut off.
 */
export async function eraseSubject(
  parts: EraseSubjectParts,
  { person, subject }: { readonly person: Person; readonly subject: string },
): Promise<Erased | Refused> {
  const runs = await loadRuns(parts, await listRuns(parts, subject));
  const refused = judgeErasure(runs);
  if (refused !== undefined) return refused;
  for (const { run, key } of runs) {
    if (key?.value.status === "kept") await eraseRun(parts, person, run, key);
  }
  return { outcome: "erased", runs: runs.length };
}

async function listRuns({ store, tenant }: EraseSubjectParts, subject: string): Promise<readonly RunId[]> {
  const pages = await Promise.all(
    [lists.runsAbout(tenant, subject), lists.runsOf(tenant, subject)].map((partition) =>
      readPartition(store, { table: "work", partition }),
    ),
  );
  return [...new Set(pages.flat().map(({ key }) => runIdSchema.parse(idOfListRow(key.sort))))];
}

async function loadRuns(
  { store, tenant }: EraseSubjectParts,
  ids: readonly RunId[],
): Promise<readonly KeyedRun[]> {
  const [runs, keys] = await Promise.all([
    getAll(
      store,
      ids.map((id) => runKey(tenant, id)),
    ),
    getAll(
      store,
      ids.map((id) => vaultKey(tenant, id)),
    ),
  ]);
  return runs.flatMap((item, place) => {
    const keyItem = keys[place];
    const key = keyItem === undefined ? undefined : parseItem(keyItem, runKeySchema);
    return item === undefined ? [] : [{ run: parseItem(item, runSchema).value, key }];
  });
}

async function getAll(store: Store, keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]> {
  const items: (Item | undefined)[] = [];
  for (let from = 0; from < keys.length; from += keysAtOnce)
    items.push(...(await store.get(keys.slice(from, from + keysAtOnce))));
  return items;
}

/** All or nothing is promised of what can be known beforehand: a run that goes on would store more. */
function judgeErasure(runs: readonly KeyedRun[]): Refused | undefined {
  const going = runs.filter(({ run }) => run.status === "running");
  if (going.length > 0) {
    return refuse(
      "in_use",
      `${name(going)} ${going.length === 1 ? "has" : "have"} not ended: wait or cancel, then erase again. Nothing was erased.`,
    );
  }
  const keyless = runs.filter(({ key }) => key === undefined);
  if (keyless.length === 0) return undefined;
  return refuse(
    "too_late",
    `${name(keyless)} was stored before runs had keys, and its values stand in clear: see the runbook, "Erase a person". Nothing was erased.`,
  );
}

function name(runs: readonly KeyedRun[]): string {
  const ids = runs.slice(0, namedRuns).map(({ run }) => run.id);
  const others = runs.length - ids.length;
  return `${ids.join(", ")}${others === 0 ? "" : ` and ${others} more`}`;
}

/** The entry names the run and who erased it, and not whom: an id may be a name. */
async function eraseRun(
  { store, tenant, now }: EraseSubjectParts,
  { subject }: Person,
  { id: run, agent }: Run,
  { revision }: Loaded<RunKey>,
): Promise<void> {
  const at = epochMillisSchema.parse(now());
  const actor = { kind: "person", subject } as const;
  const { outcome } = await store.write([
    eraseRunKeyWrite(tenant, run, at, revision),
    outboxWrite({ v: 1, id: erasedEntry(run), kind: "erased", tenant, at, run, agent, actor }),
  ]);
  if (outcome === "conflict") throw new RunContended(`The key of ${run} is being erased by somebody else.`);
}
