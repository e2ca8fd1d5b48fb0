import { RunContended } from "../../shared/domain/errors.ts";
import { epochMillisSchema } from "../../shared/domain/ids.ts";
import { executionName, type Run } from "../../shared/domain/run.ts";
import type { Log, Now } from "../../shared/ports/functions.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import type { Revision, Store, WriteAction } from "../../shared/ports/store.ts";
import { runPartition } from "../../shared/records/keys.ts";
import { endRunWrites, loadRun, replaceRunWrite } from "../../shared/records/run-records.ts";
import type { ExecutionInput } from "../../shared/wire/machine.ts";

export interface AdoptRunParts {
  readonly store: Store;
  readonly stateMachine: StateMachine;
  readonly now: Now;
  readonly log: Log;
}

/** Adoptions in a row without a saved step after which the run is failed instead. */
const mostAdoptions = 5;

/**
 * Gives a run whose execution of this epoch has ended a new one: the epoch is raised first, which fences the old
 * execution's writes off, then the execution is started under the new epoch's name, which is idempotent. An ended run,
 * or an event of another epoch, changes nothing. That the execution ended is asked of the state machine: whoever can
 * send an event cannot end a run that is well by it.
 */
export async function adoptRun(
  parts: AdoptRunParts,
  { tenant, runId, epoch }: ExecutionInput,
): Promise<void> {
  const loaded = await loadRun(parts.store, tenant, runId);
  if (loaded === undefined || loaded.value.status !== "running" || loaded.value.epoch !== epoch) return;
  const execution = await parts.stateMachine.describeExecution(executionName(loaded.value));
  if (execution?.status === "RUNNING") {
    // Step Functions may be behind its own event; the sweep looks again.
    parts.log({ level: "warning", event: "execution-still-runs", run: runId });
    return;
  }
  const steps = await countSteps(parts.store, loaded.value);
  const adopted = adopt(loaded.value, steps, parts.now());
  parts.log({ level: "alarm", event: "run-adopted", run: runId, count: adopted.adoptions.count });
  await save(parts, adopted, loaded.revision);
  if (adopted.status !== "running") return;
  const input = { tenant, runId, epoch: adopted.epoch };
  await parts.stateMachine.startExecution({ name: executionName(adopted), input });
}

function adopt(run: Run, steps: number, now: number): Run {
  const count = steps > run.adoptions.steps ? 1 : run.adoptions.count + 1;
  const next: Run = {
    ...run,
    epoch: run.epoch + 1,
    adoptions: { count, steps },
    updatedAt: epochMillisSchema.parse(now),
  };
  if (count <= mostAdoptions) return next;
  const message = `The run's execution failed ${count} times without a step in between; see the log and the runbook.`;
  return {
    ...next,
    status: "failed",
    ending: { status: "failed", error: { code: "internal_error", message } },
  };
}

async function save({ store }: AdoptRunParts, run: Run, revision: Revision): Promise<void> {
  const actions: readonly WriteAction[] =
    run.status === "running" ? [replaceRunWrite(run, revision)] : endRunWrites(run, revision);
  const { outcome } = await store.write(actions);
  if (outcome === "conflict")
    throw new RunContended(`Run ${run.id} changed while it was adopted; the event comes again.`);
}

async function countSteps(store: Store, { tenant, id }: Run): Promise<number> {
  const range = {
    table: "work",
    partition: runPartition(tenant, id),
    from: "step#",
    before: "step$",
  } as const;
  const { items } = await store.query({ ...range, order: "descending", limit: 1 });
  return Number(items[0]?.key.sort.slice("step#".length) ?? "0");
}
