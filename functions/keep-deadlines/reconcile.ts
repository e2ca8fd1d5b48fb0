import * as z from "zod/mini";
import { jsonValueSchema } from "../../shared/domain/json.ts";
import { runIdSchema } from "../../shared/domain/ids.ts";
import { isEnded } from "../../shared/domain/execution.ts";
import { executionName } from "../../shared/domain/run.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import type { Item, TableName } from "../../shared/ports/store.ts";
import { idOfListRow, lists, outboxPartition, outboxShards, sortableTime } from "../../shared/records/keys.ts";
import { loadRecord } from "../../shared/records/loaded.ts";
import { loadRun, loadRunState } from "../../shared/records/run-records.ts";
import { ledgerEntrySchema } from "../../shared/wire/ledger-entry.ts";
import type { ExpireParts } from "./expire-due.ts";

export interface ReconcileParts extends ExpireParts {
  readonly ledger: LedgerStore;
  readonly stateMachine: StateMachine;
  /** Hands outbox rows that no stream delivered to `append-ledger` again. */
  readonly sealAgain: (items: readonly Item[]) => Promise<void>;
  /** Has `resume-run` look at a requirement again. */
  readonly releaseAgain: (requirement: { readonly tenant: string; readonly id: string }) => Promise<void>;
  /** Has `adopt-runs` hear of an execution's end again. */
  readonly adoptAgain: (input: JsonValue) => Promise<void>;
}

/** Younger rows are still on their way through the stream. */
const graceMilliseconds = 30_000;
const pageSize = 100;
/** Live runs looked at per sweep; a cursor takes the next sweep on. */
const runsPerSweep = 200;

const sources = ["work", "decisions", "executions"] as const satisfies readonly TableName[];

/** Where the sweep goes on: per outbox partition the last row known to be sealed, and the last live run looked at. */
const cursorSchema = z.strictObject({ v: z.literal(1), after: z.string().check(z.maxLength(1_000)) });

/**
 * Finds and mends (DESIGN.md section 4, "Reconciler"): outbox rows without a ledger entry, closed requirements without
 * a release, runs without a live execution. Each finding is logged as an alarm; each mending is the ordinary path once
 * more, so it can do nothing that the ordinary path could not.
 */
export async function reconcile(parts: ReconcileParts, deadlineAt: number): Promise<void> {
  for (const table of sources) {
    for (const shard of outboxShards) {
      if (parts.now() >= deadlineAt) return;
      await sealLeftovers(parts, table, outboxPartition(parts.tenant, shard));
    }
  }
  await lookAtLiveRuns(parts, deadlineAt);
}

async function sealLeftovers(parts: ReconcileParts, table: TableName, partition: string): Promise<void> {
  const { store, ledger, now, log } = parts;
  const cursor = await readCursor(parts, `${table}#${partition}`);
  const page = await store.query({
    table,
    partition,
    before: sortableTime(now() - graceMilliseconds),
    order: "ascending",
    limit: pageSize,
    ...(cursor === undefined ? {} : { after: cursor }),
  });
  const found = await Promise.all(page.items.map((item) => isSealed(ledger, item)));
  const missing = page.items.filter((_, place) => found[place] === false);
  if (missing.length > 0) {
    log({ level: "alarm", event: "outbox-without-entry", count: missing.length });
    await parts.sealAgain(missing);
  }
  const firstMissing = found.indexOf(false);
  const last = firstMissing === -1 ? page.items.at(-1) : page.items[firstMissing - 1];
  if (last !== undefined) await writeCursor(parts, `${table}#${partition}`, last.key.sort);
}

async function isSealed(ledger: LedgerStore, item: Item): Promise<boolean> {
  const entry = ledgerEntrySchema.safeParse(item.body);
  return entry.success && (await ledger.find(entry.data.id)) !== undefined;
}

async function lookAtLiveRuns(parts: ReconcileParts, deadlineAt: number): Promise<void> {
  const { store, tenant, now } = parts;
  const partition = lists.liveRuns(tenant);
  const cursor = await readCursor(parts, partition);
  const page = await store.query({
    table: "work",
    partition,
    before: sortableTime(now() - graceMilliseconds),
    order: "ascending",
    limit: runsPerSweep,
    ...(cursor === undefined ? {} : { after: cursor }),
  });
  let looked: string | undefined;
  for (const { key } of page.items) {
    if (now() >= deadlineAt) break;
    await lookAtRun(parts, idOfListRow(key.sort));
    looked = key.sort;
  }
  const isWhole = looked === page.items.at(-1)?.key.sort;
  if (page.more || !isWhole) await writeCursor(parts, partition, looked ?? cursor ?? "");
  else if (cursor !== undefined) await writeCursor(parts, partition, "");
}

/** A run whose execution is gone is started (it may never have begun), else adopted; its closed waits are released. */
async function lookAtRun(parts: ReconcileParts, id: string): Promise<void> {
  const { store, stateMachine, tenant, log } = parts;
  const runId = runIdSchema.parse(id);
  const run = (await loadRun(store, tenant, runId))?.value;
  if (run?.status !== "running") return;
  const input = { tenant, runId, epoch: run.epoch };
  const execution = await stateMachine.describeExecution(executionName(run));
  if (execution === undefined) {
    log({ level: "alarm", event: "run-without-execution", run: runId });
    await stateMachine.startExecution({ name: executionName(run), input });
  } else if (execution.status !== "RUNNING") {
    log({ level: "alarm", event: "run-outlived-its-execution", run: runId });
    await parts.adoptAgain(input);
  } else {
    await releaseLeftovers(parts, runId);
  }
}

async function releaseLeftovers({ store, tenant, releaseAgain }: ReconcileParts, runId: z.infer<typeof runIdSchema>): Promise<void> {
  const state = await loadRunState(store, tenant, runId);
  const ended = new Set(state?.executions.filter(isEnded).map((execution) => execution.call));
  const closed = state?.requirements.filter(({ status, call }) => status !== "pending" && !ended.has(call)) ?? [];
  for (const requirement of closed) await releaseAgain({ tenant, id: requirement.id });
}

const cursorKey = (tenant: string, name: string) =>
  ({ table: "work", partition: `sweep#${tenant}`, sort: name }) as const;

async function readCursor({ store, tenant }: ReconcileParts, name: string): Promise<string | undefined> {
  const after = (await loadRecord(store, cursorKey(tenant, name), cursorSchema))?.value.after;
  return after === "" ? undefined : after;
}

async function writeCursor({ store, tenant }: ReconcileParts, name: string, after: string): Promise<void> {
  await store.write([{ action: "put", key: cursorKey(tenant, name), body: { v: 1, after }, expect: "anything" }]);
}

/** The event that `adopt-runs` takes, as EventBridge would send it. */
export function executionEndedEvent(input: JsonValue, name: string): JsonValue {
  return jsonValueSchema.parse({ detail: { name, status: "FAILED", input: JSON.stringify(input) } });
}
