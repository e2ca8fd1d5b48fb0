import { runViewSchema, type RunView } from "../../shared/wire/api.ts";
import { checkRunId } from "./check-id.ts";
import type { CommandContext } from "./command-context.ts";
import { orSuggest } from "./command-failed.ts";
import { askForRefund, nextForRun } from "./next-command.ts";
import { printRun } from "./print-run.ts";
import { waitForRun } from "./wait-for.ts";

/**
 * Asks an agent for something, and waits a moment for what it comes to. With `untilEnd` it waits until the run has
 * ended, however long people take, and says each time who has to act.
 */
export async function startRun(
  context: CommandContext,
  asked: { readonly agent: string; readonly input: string; readonly untilEnd: boolean },
): Promise<void> {
  const { api, terminal, person, json } = context;
  const { agent, input, untilEnd } = asked;
  const started = await orSuggest(
    askForRefund,
    api.post(`/agents/${encodeURIComponent(agent)}/runs`, { input }, runViewSchema),
  );
  const id = checkRunId(started.value.id);
  if (!json) terminal.print(`Agent ${agent} works on it for ${person}: ${id}`);

  let answer = await waitForRun(api, id, context.patienceMs, hasNews);
  while (untilEnd && !hasEnded(answer.value)) {
    const { status, requirements } = answer.value;
    if (!json && status === "paused") {
      printRun(terminal, answer.value, person);
      terminal.printNext(nextForRun(answer.value, person));
    }
    const before = stateOf(requirements);
    answer = await waitForRun(api, id, Infinity, (run) => hasEnded(run) || isOtherPause(run, before));
  }
  if (json) return terminal.printJson(answer.json);
  printRun(terminal, answer.value, person);
  terminal.printNext(nextForRun(answer.value, person));
}

function hasNews(run: RunView): boolean {
  return run.status !== "running";
}

function hasEnded({ status }: RunView): boolean {
  return status !== "running" && status !== "paused";
}

/** Paused, and not only for what was printed already. */
function isOtherPause(run: RunView, before: string): boolean {
  return run.status === "paused" && stateOf(run.requirements) !== before;
}

function stateOf(requirements: RunView["requirements"]): string {
  return requirements
    .map(({ id, status, stages }) => [id, status, ...stages.map(({ got }) => got)].join(" "))
    .join("\n");
}
