import * as z from "zod/mini";
import { readOrder, readRestarts } from "../../agents/support/tables.ts";
import { openStorage } from "../../local/ports.ts";
import { type RunId, runIdSchema } from "../../shared/domain/ids.ts";
import { encryptValues } from "../../shared/adapters/encrypt-values.ts";
import { createVaultedStore } from "../../shared/adapters/vaulted-store.ts";
import type { Item, Store } from "../../shared/ports/store.ts";
import { createAgentTables } from "../../shared/records/agent-tables.ts";
import { lists, outboxPartition, outboxShards, idOfListRow, tokenKey } from "../../shared/records/keys.ts";
import { readPartition } from "../../shared/records/loaded.ts";
import { loadRunState } from "../../shared/records/run-records.ts";
import {
  isOnReleasePath,
  type LedgerEntry,
  ledgerEntrySchema,
  parseLedgerEntry,
} from "../../shared/wire/ledger-entry.ts";
import { checkLedger } from "../builders/check-ledger.ts";

const tenant = "default";

/** Everything in a data directory that a story could have done twice, or left behind. */
export interface Inspection {
  /** The status of every run. */
  readonly runs: readonly string[];
  /** The status of every call that was executed. */
  readonly calls: readonly string[];
  /** The sums of the refunds of order 1042. */
  readonly refunds: readonly string[];
  readonly notes: readonly string[];
  /** How often the service checkout was restarted. */
  readonly restarts: number;
  /**
   * The kinds of the sealed entries in their order; without refused attempts, such as the repeat of a vote whose answer
   * got lost, the look at what became of it, and the second claim of an audit call.
   */
  readonly sealed: readonly string[];
  /** Whether the ledger is whole, and every seal one of it; sizes are left out. */
  readonly ledger: "whole" | { readonly why: string };
  /** What must be empty or none once everything is done. */
  readonly leftovers: {
    /** Outbox rows that are not in the ledger. */
    readonly unsealed: readonly string[];
    /** Entries that a run waited for and that no seal covers, and intents. */
    readonly unsigned: readonly string[];
    readonly undelivered: number;
    readonly deadLetters: number;
    readonly liveRuns: number;
    /** Requirements without a release, or whose task token is still kept. */
    readonly waits: readonly string[];
    readonly openExecutions: number;
  };
}

export const nothingLeft: Inspection["leftovers"] = {
  unsealed: [],
  unsigned: [],
  undelivered: 0,
  deadLetters: 0,
  liveRuns: 0,
  waits: [],
  openExecutions: 0,
};

const countSchema = z.object({ count: z.int() });

/** Opens the directory of a process that has ended. */
export async function inspectData(directory: string): Promise<Inspection> {
  const storage = openStorage(directory);
  const { database, ledger } = storage;
  const store = createVaultedStore({ store: storage.store, encryption: encryptValues, access: "open" });
  const count = (sql: string) =>
    countSchema.parse(database.prepare(`SELECT count(*) AS count FROM ${sql}`).get()).count;
  try {
    const blocks = await ledger.blocks(0, 1_000);
    const entries = blocks.flatMap((block) => block.entries.flatMap((text) => parseLedgerEntry(text) ?? []));
    const checked = await checkLedger(storage);
    const sealed = checked.ok ? checked.sealed : 0;
    const runs = await readRuns(store);
    return {
      runs: runs.map(({ run }) => run.status),
      calls: runs.flatMap(({ executions }) => executions.map(({ status }) => status)),
      ...(await readEffects(store)),
      sealed: entries.filter((entry) => !isRepeat(entry)).map(({ kind }) => kind),
      ledger: checked.ok ? "whole" : { why: checked.why },
      leftovers: {
        unsealed: await findUnsealed(store, entries),
        unsigned: [
          ...entries.flatMap(({ id, kind }, index) => (isOnReleasePath(kind) && index >= sealed ? [id] : [])),
          ...(checked.ok && checked.intents > 0 ? ["intent"] : []),
        ],
        undelivered: count("stream_record"),
        deadLetters: count("dead_letter"),
        liveRuns: (await readPartition(store, { table: "work", partition: lists.liveRuns(tenant) })).length,
        waits: await findWaits(store, runs),
        openExecutions: count("engine_executions WHERE status = 'RUNNING'"),
      },
    };
  } finally {
    database.close();
  }
}

function isRepeat({ id, kind }: LedgerEntry): boolean {
  return kind === "refused" || kind === "viewed" || (kind === "audit-call" && !id.endsWith("|a1"));
}

async function readRuns(store: Store) {
  const rows = await readPartition(store, { table: "work", partition: lists.runs(tenant) });
  const states = await Promise.all(rows.map(({ key }) => loadRunState(store, tenant, idOf(key))));
  return states.flatMap((state) => state ?? []);
}

function idOf({ sort }: Item["key"]): RunId {
  return runIdSchema.parse(idOfListRow(sort));
}

async function readEffects(store: Store): Promise<Pick<Inspection, "refunds" | "notes" | "restarts">> {
  const tables = createAgentTables(store, tenant, "support");
  const order = await readOrder(tables, "1042");
  const restarted = await readRestarts(tables, "checkout");
  return {
    refunds: order?.row.refunds.map(({ amount }) => amount) ?? [],
    notes: order?.row.notes ?? [],
    restarts: restarted?.row.restarts.length ?? 0,
  };
}

async function findUnsealed(store: Store, entries: readonly LedgerEntry[]): Promise<readonly string[]> {
  const sealed = new Set(entries.map(({ id }) => id));
  const unsealed: string[] = [];
  for (const table of ["work", "decisions", "executions", "rules", "observations"] as const) {
    for (const shard of outboxShards) {
      const rows = await readPartition(store, { table, partition: outboxPartition(tenant, shard) });
      const ids = rows.map(({ body }) => ledgerEntrySchema.parse(body).id);
      unsealed.push(...ids.filter((id) => !sealed.has(id)));
    }
  }
  return unsealed;
}

type Runs = Awaited<ReturnType<typeof readRuns>>;

async function findWaits(store: Store, runs: Runs): Promise<readonly string[]> {
  const requirements = runs.flatMap((state) => state.requirements);
  if (requirements.length === 0) return [];
  const tokens = await store.get(requirements.map(({ id }) => tokenKey(tenant, id)));
  return requirements.flatMap(({ id, status }, place) => {
    const body = tokens[place]?.body;
    const isOver = status !== "pending" && body?.["released"] !== undefined && body["sealed"] === undefined;
    return isOver ? [] : [id];
  });
}
