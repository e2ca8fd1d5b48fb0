import * as z from "zod/mini";
import { type RunId, runIdSchema } from "../../shared/domain/ids.ts";
import { isEnded } from "../../shared/domain/execution.ts";
import { executionName } from "../../shared/domain/run.ts";
import { tokenSchema } from "../../shared/domain/token.ts";
import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { InvokeLater } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { ExecutionDescription, StateMachine } from "../../shared/ports/state-machine.ts";
import type { Item, TableName } from "../../shared/ports/store.ts";
import {
  idOfListRow,
  lists,
  outboxPartition,
  outboxShards,
  sortableTime,
  tokenKey,
} from "../../shared/records/keys.ts";
import { loadRecord } from "../../shared/records/loaded.ts";
import { loadRun, loadRunState } from "../../shared/records/run-records.ts";
import { entrySources, ledgerEntrySchema } from "../../shared/wire/ledger-entry.ts";
import type { ExecutionInput } from "../../shared/wire/machine.ts";
import type { ReleaseAgain, SealAgain } from "../../shared/wire/mending.ts";
import { type ExpireParts, passOverBroken } from "./expire-due.ts";

export interface ReconcileParts extends ExpireParts {
  readonly ledger: LedgerStore;
  readonly stateMachine: StateMachine;
  readonly invokeLater: InvokeLater;
}

/** Younger rows are still on their way through the stream. */
const graceMilliseconds = 30_000;
/** As many rows as a stream hands over at once, so that they fit into one block. */
const rowsPerPage = 45;
/** The sweep leaves an outbox partition after this many pages, for the others' sake. */
const pagesPerSweep = 20;
/** The machine retries a claimed call for this long after its lease (infra/machines/retry-rules.ts). */
const longestRetryMilliseconds = 300_000;
/** Live runs looked at per sweep; a cursor takes the next sweep on. */
const runsPerSweep = 200;

const sources = [
  "work",
  "decisions",
  "executions",
  "rules",
  "observations",
] as const satisfies readonly TableName[];

/** Where the sweep goes on: per outbox partition the last row known to be sealed, and the last live run looked at. */
const cursorSchema = z.strictObject({ v: z.literal(1), after: z.string().check(z.maxLength(1_000)) });

/**
 * Finds and mends (docs/design.md section 4, "Reconciler"): outbox rows without a ledger entry, closed requirements
 * without a release, runs without a live execution. Each finding is logged as an alarm; each mending asks the function
 * of the ordinary path, by ids alone, to do its part once more, so it can do nothing that the ordinary path could not.
 * What becomes of it the next sweep sees.
 */
export async function reconcile(parts: ReconcileParts, deadlineAt: number): Promise<void> {
  for (const table of sources) {
    for (const shard of outboxShards) {
      if (parts.now() >= deadlineAt) return;
      const partition = outboxPartition(parts.tenant, shard);
      await passOverBroken(parts, "outbox-not-read", () =>
        sealLeftovers(parts, table, partition, deadlineAt),
      );
    }
  }
  await lookAtLiveRuns(parts, deadlineAt);
}

async function sealLeftovers(
  parts: ReconcileParts,
  table: (typeof sources)[number],
  partition: string,
  deadlineAt: number,
): Promise<void> {
  const { store, now, log } = parts;
  const name = `${table}#${partition}`;
  let after = await readCursor(parts, name);
  let isWhole = true;
  for (let pages = 0; pages < pagesPerSweep && now() < deadlineAt; pages += 1) {
    const page = await store.query({
      table,
      partition,
      before: sortableTime(now() - graceMilliseconds),
      order: "ascending",
      limit: rowsPerPage,
      ...(after === undefined ? {} : { after }),
    });
    const missing = await findMissing(parts, table, page.items);
    if (missing.length > 0) {
      log({ level: "alarm", event: "outbox-without-entry", count: missing.length });
      const keys = missing.map(({ key: { partition, sort } }) => ({ table, partition, sort }));
      await parts.invokeLater("append-ledger", { sealAgain: keys } satisfies SealAgain);
    }
    const known =
      missing[0] === undefined ? page.items.at(-1) : page.items[page.items.indexOf(missing[0]) - 1];
    if (isWhole && known !== undefined) await writeCursor(parts, name, known.key.sort);
    // The cursor stays before the first row that may still be missing, the sweep goes on behind it.
    isWhole &&= missing.length === 0;
    after = page.items.at(-1)?.key.sort ?? after;
    if (!page.more) return;
  }
}

/** The rows that have no ledger entry; one that can never have one is alarmed and passed over. */
async function findMissing(
  { ledger, log }: ReconcileParts,
  table: (typeof sources)[number],
  rows: readonly Item[],
): Promise<readonly Item[]> {
  const found = await Promise.all(
    rows.map(async ({ body }) => {
      const entry = ledgerEntrySchema.safeParse(body);
      if (entry.success && entrySources[entry.data.kind] === table) return ledger.find(entry.data.id);
      log({
        level: "alarm",
        event: "outbox-row-unsealable",
        code: entry.success ? "wrong-source" : "malformed",
      });
      return "unsealable" as const;
    }),
  );
  return rows.filter((_, place) => found[place] === undefined);
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
    await passOverBroken(parts, "run-not-looked-at", () => lookAtRun(parts, idOfListRow(key.sort)));
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
  const input = { tenant: run.tenant, runId, epoch: run.epoch };
  const execution = await stateMachine.describeExecution(executionName(run));
  if (execution === undefined) {
    log({ level: "alarm", event: "run-without-execution", run: runId });
    await stateMachine.startExecution({ name: executionName(run), input });
  } else if (execution.status !== "RUNNING") {
    log({ level: "alarm", event: "run-outlived-its-execution", run: runId });
    await parts.invokeLater("adopt-runs", executionEndedEvent(execution, executionName(run), input));
  } else {
    await releaseLeftovers(parts, runId);
  }
}

/** Requirements that closed a while ago but whose outcome the machine never got, and claims that nobody took up again. */
async function releaseLeftovers(parts: ReconcileParts, runId: RunId): Promise<void> {
  const { store, tenant, now, log } = parts;
  const state = await loadRunState(store, tenant, runId);
  if (state === undefined) return;
  const latest = now() - graceMilliseconds;
  const stale = state.executions.filter(
    (execution) => execution.status === "running" && execution.leaseUntil < latest - longestRetryMilliseconds,
  );
  for (const { call } of stale) log({ level: "alarm", event: "claim-past-its-lease", run: runId, call });
  const ended = new Set(state.executions.filter(isEnded).map((execution) => execution.call));
  const closed = state.requirements.filter(
    ({ status, call, closedAt }) => status !== "pending" && !ended.has(call) && (closedAt ?? 0) < latest,
  );
  for (const { id } of closed) {
    const token = (await loadRecord(store, tokenKey(tenant, id), tokenSchema))?.value;
    if (token?.released !== undefined && token.sealed === undefined) continue;
    log({ level: "alarm", event: "closed-without-release", run: runId, requirement: id });
    const releaseAgain = { tenant: state.run.tenant, requirement: id };
    await parts.invokeLater("resume-run", { releaseAgain } satisfies ReleaseAgain);
  }
}

const cursorKey = (tenant: string, name: string) =>
  ({ table: "work", partition: `sweep#${tenant}`, sort: name }) as const;

async function readCursor({ store, tenant }: ReconcileParts, name: string): Promise<string | undefined> {
  const after = (await loadRecord(store, cursorKey(tenant, name), cursorSchema))?.value.after;
  return after === "" ? undefined : after;
}

async function writeCursor({ store, tenant }: ReconcileParts, name: string, after: string): Promise<void> {
  await store.write([
    { action: "put", key: cursorKey(tenant, name), body: { v: 1, after }, expect: "anything" },
  ]);
}

/** The event that `adopt-runs` takes, as EventBridge would send it. */
function executionEndedEvent(
  { status }: ExecutionDescription,
  name: string,
  input: ExecutionInput,
): JsonValue {
  return { detail: { name, status, input: JSON.stringify(input) } };
}
