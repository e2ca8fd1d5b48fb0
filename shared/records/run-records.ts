import { StaleEpoch } from "../domain/errors.ts";
import { type Execution, executionSchema } from "../domain/execution.ts";
import type { RunId } from "../domain/ids.ts";
import { type Requirement, requirementSchema } from "../domain/requirement.ts";
import type { RunState } from "../domain/run-loop.ts";
import { type Run, runSchema } from "../domain/run.ts";
import { type OpenCall, openCallSchema, type Step, stepSchema } from "../domain/steps.ts";
import type { Item, Revision, Store, WriteAction } from "../ports/store.ts";
import { listKey, lists, runKey, runPartition } from "./keys.ts";
import { type Loaded, loadRecord, parseItem, readPartition } from "./loaded.ts";

/** A run with everything saved about it, and the revisions under which its items may be replaced. */
export interface LoadedRun extends RunState {
  readonly revision: Revision;
  readonly callRevisions: ReadonlyMap<string, Revision>;
  readonly requirementRevisions: ReadonlyMap<string, Revision>;
}

export async function loadRun(store: Store, tenant: string, run: RunId): Promise<Loaded<Run> | undefined> {
  return loadRecord(store, runKey(tenant, run), runSchema);
}

/** The run of an execution, or `StaleEpoch` when a later execution has adopted it (or it is gone). */
export async function loadRunOfEpoch(
  store: Store,
  tenant: string,
  run: RunId,
  epoch: number,
): Promise<Loaded<Run>> {
  const loaded = await loadRun(store, tenant, run);
  if (loaded?.value.epoch !== epoch) {
    throw new StaleEpoch(`Execution ${epoch} of ${run} is not the current one; it stops here.`);
  }
  return loaded;
}

/**
 * A run without the steps before its last turn, which a long conversation has hundreds of: `steps` begins with the last
 * thing that the model said. How a run stands follows from this; what it does next does not.
 */
export async function loadRunAtLastTurn(
  store: Store,
  tenant: string,
  run: RunId,
): Promise<RunState | undefined> {
  const partition = runPartition(tenant, run);
  const [items, steps, executionItems] = await Promise.all([
    // "call#", "req#" and "run" sort before "step#".
    readPartition(store, { table: "work", partition, before: stepPrefix }),
    readLastTurn(store, partition),
    readPartition(store, { table: "executions", partition }),
  ]);
  return assembleRun([...items, ...steps], executionItems);
}

const stepPrefix = "step#";
const afterSteps = "step$";

/** Most turns are a step of the model's and one of results. */
const stepsAtOnce = 4;

/** Backwards to the last step of the model's, or all steps when it has not spoken yet; oldest first. */
async function readLastTurn(store: Store, partition: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let before = afterSteps; ;) {
    const range = { table: "work", partition, from: stepPrefix, before, order: "descending" } as const;
    const page = await store.query({ ...range, limit: stepsAtOnce });
    for (const item of page.items) {
      items.unshift(item);
      before = item.key.sort;
      if (parseItem(item, stepSchema).value.kind === "model") return items;
    }
    if (!page.more) return items;
  }
}

/** Everything about a run: two partitions, read in parallel. */
export async function loadRunState(store: Store, tenant: string, run: RunId): Promise<LoadedRun | undefined> {
  const partition = runPartition(tenant, run);
  const [items, executionItems] = await Promise.all([
    readPartition(store, { table: "work", partition }),
    readPartition(store, { table: "executions", partition }),
  ]);
  return assembleRun(items, executionItems);
}

function assembleRun(items: readonly Item[], executionItems: readonly Item[]): LoadedRun | undefined {
  let loaded: Loaded<Run> | undefined;
  const steps: Step[] = [];
  const calls: Loaded<OpenCall>[] = [];
  const requirements: Loaded<Requirement>[] = [];
  for (const item of items) {
    if (item.key.sort === "run") loaded = parseItem(item, runSchema);
    else if (item.key.sort.startsWith(stepPrefix)) steps.push(parseItem(item, stepSchema).value);
    else if (item.key.sort.startsWith("call#")) calls.push(parseItem(item, openCallSchema));
    else if (item.key.sort.startsWith("req#")) requirements.push(parseItem(item, requirementSchema));
  }
  if (loaded === undefined) return undefined;
  const executions: Execution[] = executionItems
    .filter((item) => item.key.sort.startsWith("call#"))
    .map((item) => parseItem(item, executionSchema).value);
  return {
    run: loaded.value,
    revision: loaded.revision,
    steps,
    calls: calls.map(({ value }) => value),
    requirements: requirements.map(({ value }) => value),
    executions,
    callRevisions: new Map(calls.map(({ value, revision }) => [value.id, revision])),
    requirementRevisions: new Map(requirements.map(({ value, revision }) => [value.id, revision])),
  };
}

/**
 * The writes that create a run: the run, its places in the lists, its mark as live, and its links to the people whom it
 * is about as far as they are known.
 */
export function createRunWrites(run: Run, subjects: readonly string[] = []): readonly WriteAction[] {
  const { tenant, id, createdAt, requester } = run;
  return [
    { action: "put", key: runKey(tenant, id), body: run, expect: "absent" },
    put(listKey("work", lists.runs(tenant), createdAt, id)),
    put(listKey("work", lists.runsOf(tenant, requester.subject), createdAt, id)),
    put(listKey("work", lists.liveRuns(tenant), createdAt, id)),
    ...linkSubjectsWrites(run, subjects),
  ];
}

/** Links the run to those whom it is about, so that it is found when they are to be erased; a repeat changes nothing. */
export function linkSubjectsWrites(
  { tenant, createdAt, id }: Pick<Run, "tenant" | "createdAt" | "id">,
  subjects: readonly string[],
): readonly WriteAction[] {
  return [...new Set(subjects)].map((subject) =>
    put(listKey("work", lists.runsAbout(tenant, subject), createdAt, id)),
  );
}

export function replaceRunWrite(run: Run, revision: Revision): WriteAction {
  return { action: "put", key: runKey(run.tenant, run.id), body: run, expect: revision };
}

/** The writes that make a run's ending final. */
export function endRunWrites(run: Run, revision: Revision): readonly WriteAction[] {
  return [
    replaceRunWrite(run, revision),
    {
      action: "delete",
      key: listKey("work", lists.liveRuns(run.tenant), run.createdAt, run.id),
      expect: "anything",
    },
  ];
}

/** A list row: the key says everything. */
export function put(key: WriteAction["key"]): WriteAction {
  return { action: "put", key, body: {}, expect: "anything" };
}
