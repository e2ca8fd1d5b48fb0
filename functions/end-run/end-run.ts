import { InvariantBroken, RunContended } from "../../shared/domain/errors.ts";
import { epochMillisSchema } from "../../shared/domain/ids.ts";
import type { Run } from "../../shared/domain/run.ts";
import type { Now } from "../../shared/ports/functions.ts";
import type { Store } from "../../shared/ports/store.ts";
import { endRunWrites, loadRunOfEpoch } from "../../shared/records/run-records.ts";
import type { ExecutionInput } from "../../shared/wire/machine.ts";

export interface EndRunParts {
  readonly store: Store;
  readonly now: Now;
}

/** Sets the final status from the saved ending; a repeat finds it set and changes nothing. */
export async function endRun(
  { store, now }: EndRunParts,
  { tenant, runId, epoch }: ExecutionInput,
): Promise<void> {
  const { value: run, revision } = await loadRunOfEpoch(store, tenant, runId, epoch);
  if (run.status !== "running") return;
  const { ending } = run;
  if (ending === undefined) throw new InvariantBroken(`Run ${runId} is to end but has no ending.`);
  const ended: Run = { ...run, status: ending.status, updatedAt: epochMillisSchema.parse(now()) };
  const { outcome } = await store.write(endRunWrites(ended, revision));
  if (outcome === "conflict")
    throw new RunContended(`Run ${runId} changed while it ended; the state is tried again.`);
}
