import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { MapState } from "./definition.ts";
import type { Branch } from "./execution.ts";
import { wrongType } from "./expressions.ts";
import { errorNames, EvaluationFailure, StateFailure } from "./failure.ts";
import { evaluateTemplate } from "./payload-template.ts";
import { bind, checkSize, evaluateInteger, type StateRun } from "./state-run.ts";

/** Iterations that AWS runs at once in an inline Map, also when MaxConcurrency is 0 or more than that. */
const MAX_INLINE_CONCURRENCY = 40;

/** Evaluates the Map's own fields and starts as many iterations as may run at once. */
export async function startMap(run: StateRun, state: MapState): Promise<void> {
  const bindings = bind(run, {});
  const maxConcurrency = await evaluateInteger(state.maxConcurrency, bindings);
  const items = await evaluateItems(run, state);
  run.execution.addEvent("MapStateStarted", null);
  await evaluateInteger(state.toleratedFailureCount, bindings);
  await evaluateInteger(state.toleratedFailurePercentage, bindings);
  const concurrency = Math.min(
    maxConcurrency === 0 ? MAX_INLINE_CONCURRENCY : maxConcurrency,
    MAX_INLINE_CONCURRENCY,
  );
  run.execution.setPhase(run.branch, { kind: "mapping", items, concurrency });
  await continueMap(run, state);
}

/** Starts iterations up to the limit; settles the Map when every item has been worked on. */
export async function continueMap(run: StateRun, state: MapState): Promise<void> {
  const { branch, execution } = run;
  if (branch.phase.kind !== "mapping") return;
  const { items, concurrency } = branch.phase;
  let active = branch.children.filter((child) => child.phase.kind !== "done").length;
  for (let index = branch.children.length; index < items.length && active < concurrency; index += 1) {
    const input = await selectItem(run, state, index, items[index] ?? null);
    execution.addEvent("MapIterationStarted", state.name);
    execution.addBranch(branch, index, state.processor.startAt, input);
    active += 1;
  }
  if (active > 0) return;
  const output = branch.children.map((child) => (child.phase.kind === "done" ? child.phase.output : null));
  execution.removeChildren(branch);
  execution.setPhase(branch, { kind: "settled", outcome: { kind: "succeeded", output } });
}

/** Stops the iterations that still run, because one failed or the Map is tried again. */
export function abortIterations(run: StateRun, failed: Branch): void {
  const { branch: map, execution } = run;
  for (const child of map.children) {
    if (child === failed || child.phase.kind === "done") continue;
    execution.addEvent("MapIterationAborted", map.state);
  }
  execution.removeChildren(map);
}

async function evaluateItems(run: StateRun, state: MapState): Promise<readonly JsonValue[]> {
  const { input } = run.branch;
  if (state.items === undefined) {
    if (isArray(input)) return input;
    throw new EvaluationFailure(`Map state input must be an array but was: ${JSON.stringify(input)}`);
  }
  const items = await evaluateTemplate(state.items, bind(run, {}));
  if (isArray(items)) return items;
  if (state.items.kind === "expression") throw wrongType(state.items.expression, "array", items);
  throw new StateFailure(errorNames.runtime, "The field Items is not an array.");
}

async function selectItem(
  run: StateRun,
  state: MapState,
  index: number,
  value: JsonValue,
): Promise<JsonValue> {
  if (state.itemSelector === undefined) return value;
  const selected = await evaluateTemplate(state.itemSelector, bind(run, {}, { item: { index, value } }));
  checkSize(selected, state.name);
  return selected;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
