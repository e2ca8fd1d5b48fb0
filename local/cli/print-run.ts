import type { RunView } from "../../shared/wire/api.ts";
import { describeOutcome, describeWait } from "./describe-requirement.ts";
import type { Terminal } from "./terminal.ts";

/** What a run is doing, in people's words, and what came of each call that people were asked about. */
export function printRun(terminal: Terminal, run: RunView, viewer: string): void {
  terminal.print(`${run.id}: ${describeStatus(run, viewer)}`, "strong");
  for (const requirement of run.requirements) {
    const { id, effect, status } = requirement;
    const outcome = describeOutcome(requirement);
    terminal.print(`  ${id}  ${effect}`);
    if (status === "pending") terminal.print(`    waits for ${describeWait(requirement)}`);
    else terminal.print(outcome === undefined ? `    ${status}` : `    ${status}; ${outcome}`);
  }
  if (run.error !== undefined) terminal.print(`Error: ${run.error.message} (${run.error.code})`);
  if (run.output !== undefined) printAnswer(terminal, run.output);
}

/** The model's own words, each line behind a bar, so that none of them can pass for one of ours. */
function printAnswer(terminal: Terminal, text: string): void {
  terminal.print("Answer, in the model's words:");
  for (const line of text.split("\n")) terminal.print(`  | ${line}`);
}

/** "Paused" is our word; people wait for something. */
function describeStatus(run: RunView, viewer: string): string {
  if (run.status !== "paused") return run.status;
  const open = run.requirements.filter(({ status }) => status === "pending");
  // Between the last decision and the run's going on.
  if (open.length === 0) return "running";
  const stages = open.flatMap(({ stages: all }) => all.filter(({ status }) => status === "open"));
  if (open.every(({ kind }) => kind === "approval")) {
    if (!stages.every(({ by }) => by === "asker")) return "Awaiting approval";
    const { subject } = run.requester;
    return subject === viewer ? "Awaiting your confirmation" : `Awaiting confirmation by ${subject}`;
  }
  return open.every(({ kind }) => kind === "external") ? "Awaiting an outside system" : "Awaiting an answer";
}
