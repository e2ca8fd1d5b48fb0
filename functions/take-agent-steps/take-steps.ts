import { RunContended } from "../../shared/domain/errors.ts";
import {
  mostHandOuts,
  type NextAction,
  nextAction,
  toolCallsOf,
  usageOf,
} from "../../shared/domain/run-loop.ts";
import type { Ending, Run } from "../../shared/domain/run.ts";
import { epochMillisSchema } from "../../shared/domain/ids.ts";
import { bytesOf, cutToBytes, mostContentBytes } from "../../shared/records/item-size.ts";
import { type LoadedRun, replaceRunWrite } from "../../shared/records/run-records.ts";
import type { ExecutionInput, StepsTaken } from "../../shared/wire/machine.ts";
import type { Invocation } from "../../shared/ports/functions.ts";
import { answerCalls } from "./answer-calls.ts";
import { askModel } from "./ask-model.ts";
import { openCalls } from "./open-calls.ts";
import { loadCurrent, type TakeStepsParts, type Turn, writeLinked } from "./turn.ts";

/** Time kept back for saving and answering, so that a step is never begun which cannot be saved. */
const reserveMilliseconds = 20_000;

/**
 * Takes steps until the run is finished, calls need more than reading, or the invocation's time is nearly spent
 * (docs/design.md section 4). The next action follows from what is saved alone, and each step is saved before the next
 * begins, so a crash anywhere goes on from the last save.
 */
export async function takeSteps(
  parts: TakeStepsParts,
  execution: ExecutionInput,
  { deadlineAt }: Invocation,
): Promise<StepsTaken> {
  const state = await loadCurrent(parts, execution);
  const agent = parts.agents.get(state.run.agent);
  if (agent === undefined) {
    const message = `There is no agent "${state.run.agent}" any more.`;
    return end({ parts, state }, { status: "failed", error: { code: "internal_error", message } });
  }
  const turn: Turn = { parts, agent, state, linked: new Set(), spans: [], deadlineAt };
  try {
    return await goOn(turn);
  } finally {
    await parts.emitSpans(turn.spans);
  }
}

async function goOn(turn: Turn): Promise<StepsTaken> {
  for (;;) {
    const next = nextAction(turn.state, turn.agent, turn.parts.sha256);
    if (next.action === "end") return end(turn, next.ending);
    if (next.action === "hand-out") return handOut(turn, next);
    if (turn.parts.now() > turn.deadlineAt - reserveMilliseconds) return { outcome: "yielded" };
    const ending = await act(turn, next);
    if (ending !== undefined) return end(turn, ending);
  }
}

type Work = Exclude<NextAction, { action: "end" | "hand-out" }>;

async function act(turn: Turn, next: Work): Promise<Ending | undefined> {
  switch (next.action) {
    case "call-model":
      return askModel(turn, next.turn);
    case "answer-calls":
      await answerCalls(turn, next);
      return undefined;
    case "open-calls":
      return openCalls(turn, next.openings);
  }
}

/** Hands the open calls to the machine; a turn whose calls never end is a defect and fails the run. */
async function handOut(
  current: Turn,
  { turn, calls }: Extract<NextAction, { action: "hand-out" }>,
): Promise<StepsTaken> {
  const { parts, state } = current;
  const { handOuts } = state.run;
  const isSame = handOuts.turn === turn && handOuts.open === calls.length;
  const count = isSame ? handOuts.count + 1 : 1;
  if (count > mostHandOuts) {
    parts.log({ level: "alarm", event: "calls-never-ended", run: state.run.id, count });
    const message = `The calls of turn ${turn} could not be ended in ${mostHandOuts} tries; see the log and the runbook.`;
    return end(current, { status: "failed", error: { code: "internal_error", message } });
  }
  await saveRun(current, { handOuts: { count, turn, open: calls.length } });
  return { outcome: "calls", calls };
}

/** A turn, or of a run whose agent is gone what is known of it. */
type Ended = Turn | { readonly parts: TakeStepsParts; readonly state: LoadedRun };

/** Saves how the run ends; `end-run` makes it final. */
async function end(ended: Ended, ending: Ending): Promise<StepsTaken> {
  const { run } = ended.state;
  if (run.ending === undefined) await saveRun(ended, { ending: fitEnding(run, ending) });
  return { outcome: "finished" };
}

/** Input and output stand in one item; what is cut off the output stands in the last step, among the messages. */
function fitEnding({ input, metadata }: Run, ending: Ending): Ending {
  if (ending.status !== "completed") return ending;
  const left = mostContentBytes - bytesOf({ input, metadata });
  if (bytesOf(ending.output) <= left) return ending;
  return { ...ending, output: `${cutToBytes(ending.output, left)} [cut: the whole is in the messages]` };
}

async function saveRun(saved: Ended, change: Partial<Run>): Promise<void> {
  const { parts, state } = saved;
  const { run, revision, steps, executions } = state;
  const next: Run = {
    ...run,
    ...change,
    usage: { ...usageOf(steps), toolCalls: toolCallsOf({ steps, executions }) },
    updatedAt: epochMillisSchema.parse(parts.now()),
  };
  const actions = [replaceRunWrite(next, revision)];
  const outcome =
    "agent" in saved ? await writeLinked(saved, actions) : (await parts.store.write(actions)).outcome;
  if (outcome === "conflict") {
    throw new RunContended(`Run ${run.id} changed while its turn was saved; the step is taken again.`);
  }
}
