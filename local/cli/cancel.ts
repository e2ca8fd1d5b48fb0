import { runViewSchema } from "../../shared/wire/api.ts";
import { checkRunId } from "./check-id.ts";
import type { CommandContext } from "./command-context.ts";
import { orSuggest } from "./command-failed.ts";
import { nextForRun } from "./next-command.ts";
import { printRun } from "./print-run.ts";
import { waitForRun } from "./wait-for.ts";

/** Cancels a run; a call that has begun finishes and is recorded, so the end may take a moment. */
export async function cancelRun(context: CommandContext, id: string): Promise<void> {
  const { api, terminal, person, json } = context;
  const run = checkRunId(id);
  await orSuggest(`show ${run} --as ${person}`, api.post(`/runs/${run}/cancel`, {}, runViewSchema));
  const last = await waitForRun(api, run, context.patienceMs, ({ status }) => isOver(status));
  if (json) return terminal.printJson(last.json);
  printRun(terminal, last.value, person);
  if (!isOver(last.value.status)) terminal.print("It ends as soon as the call that has begun is finished.");
  terminal.printNext(nextForRun(last.value, person));
}

function isOver(status: string): boolean {
  return status !== "running" && status !== "paused";
}
