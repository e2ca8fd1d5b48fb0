import type { Agent } from "../../shared/domain/agent.ts";
import type { CommitmentCrypto } from "../../shared/domain/commitment.ts";
import { subjectsOfResults } from "../../shared/domain/data-subjects.ts";
import { StaleEpoch } from "../../shared/domain/errors.ts";
import { type Step, stepSchema } from "../../shared/domain/steps.ts";
import type { Log, Now, RandomBytes } from "../../shared/ports/functions.ts";
import type { CallModel } from "../../shared/ports/model.ts";
import type { EmitSpans, Span } from "../../shared/ports/spans.ts";
import type { Store, WriteAction } from "../../shared/ports/store.ts";
import { runKey, stepKey } from "../../shared/records/keys.ts";
import { linkSubjectsWrites, type LoadedRun, loadRunState } from "../../shared/records/run-records.ts";
import type { ExecutionInput } from "../../shared/wire/machine.ts";

export interface TakeStepsParts extends CommitmentCrypto {
  readonly store: Store;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly callModel: CallModel;
  /** The model of agents that name none. */
  readonly defaultModel: string;
  readonly randomBytes: RandomBytes;
  readonly now: Now;
  readonly emitSpans: EmitSpans;
  readonly log: Log;
}

/** One invocation's view of the run: what is saved, kept current with every save. */
export interface Turn {
  readonly parts: TakeStepsParts;
  readonly agent: Agent;
  state: LoadedRun;
  /** Whom this invocation has linked the run to already. */
  readonly linked: Set<string>;
  readonly spans: Span[];
  readonly deadlineAt: number;
}

/**
 * Saves a step in its place, under the run's revision: a cancelled or adopted run takes no further step. `subjects` are
 * those whom the step is about.
 */
export async function saveStep(
  turn: Turn,
  step: Step,
  subjects: readonly string[] = [],
): Promise<"written" | "reloaded"> {
  const { parts, state } = turn;
  const { run, revision, steps } = state;
  const checked = stepSchema.parse(step);
  const actions: readonly WriteAction[] = [
    { action: "put", key: stepKey(run.tenant, run.id, steps.length + 1), body: checked, expect: "absent" },
    { action: "check", key: runKey(run.tenant, run.id), expect: revision },
  ];
  const outcome = await writeOrReload(turn, actions, subjects);
  if (turn.state === state) turn.state = { ...state, steps: [...steps, checked] };
  parts.log({ level: "debug", event: "step-saved", run: run.id, count: steps.length + 1 });
  return outcome;
}

const mostActions = 100;

/**
 * Writes, with links to `subjects` and to those whom results of the turn before are about. Links that do not fit into the
 * transaction come before it: one too many does no harm, one that is missing does.
 */
export async function writeLinked(
  { parts, agent, state, linked }: Turn,
  actions: readonly WriteAction[],
  subjects: readonly string[] = [],
): Promise<"written" | "conflict"> {
  const found = [...subjects, ...subjectsOfResults(state, agent)].filter((id) => !linked.has(id));
  const links = linkSubjectsWrites(state.run, found);
  const isTooMuch = actions.length + links.length > mostActions;
  for (let from = 0; isTooMuch && from < links.length; from += mostActions)
    await parts.store.write(links.slice(from, from + mostActions));
  const { outcome } = await parts.store.write(isTooMuch ? actions : [...actions, ...links]);
  if (outcome === "written") for (const id of found) linked.add(id);
  return outcome;
}

/**
 * Writes, or reads again what is saved when somebody else wrote first: `turn.state` is then the new truth, and the loop
 * goes on from it. A later epoch throws `StaleEpoch`.
 */
export async function writeOrReload(
  turn: Turn,
  actions: readonly WriteAction[],
  subjects: readonly string[] = [],
): Promise<"written" | "reloaded"> {
  if ((await writeLinked(turn, actions, subjects)) === "written") return "written";
  const { tenant, id, epoch } = turn.state.run;
  turn.state = await loadCurrent(turn.parts, { tenant, runId: id, epoch });
  return "reloaded";
}

export async function loadCurrent(
  { store }: Pick<TakeStepsParts, "store">,
  { tenant, runId, epoch }: ExecutionInput,
): Promise<LoadedRun> {
  const state = await loadRunState(store, tenant, runId);
  if (state?.run.epoch !== epoch) {
    throw new StaleEpoch(`Execution ${epoch} of ${runId} is not the current one; it stops here.`);
  }
  return state;
}
