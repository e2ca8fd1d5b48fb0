import { eligibilityViewSchema, requirementViewSchema, runViewSchema } from "../../shared/wire/api.ts";
import { isRequirementId, isRunId } from "./check-id.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandFailed, orSuggest } from "./command-failed.ts";
import { nextForRequirement, nextForRun } from "./next-command.ts";
import { printRequirement } from "./print-requirement.ts";
import { printRun } from "./print-run.ts";
import { showValue } from "./visible-text.ts";

/** The card of a requirement (`req_…`), or a run with what it waits for (`run_…`). */
export async function showById(context: CommandContext, id: string): Promise<void> {
  if (isRequirementId(id)) return showRequirement(context, id);
  if (isRunId(id)) return showRun(context, id);
  throw new CommandFailed(`${JSON.stringify(id)} is no id: give one that begins with run_ or req_.`, 2);
}

async function showRequirement(
  { api, terminal, person, json, now }: CommandContext,
  id: string,
): Promise<void> {
  const { value, json: text } = await orSuggest(
    `inbox --as ${person}`,
    api.get(`/requirements/${id}`, requirementViewSchema),
  );
  if (json) return terminal.printJson(text);
  const isPending = value.status === "pending";
  const eligibility = isPending
    ? await api.get(`/requirements/${id}/eligibility`, eligibilityViewSchema)
    : undefined;
  printRequirement(terminal, value, { eligibility: eligibility?.value, viewer: person, now: now() });
  terminal.printNext(nextForRequirement(value, person));
}

async function showRun({ api, terminal, person, json }: CommandContext, id: string): Promise<void> {
  const { value, json: text } = await orSuggest(
    `inbox --as ${person}`,
    api.get(`/runs/${id}`, runViewSchema),
  );
  if (json) return terminal.printJson(text);
  printRun(terminal, value, person);
  const { modelCalls, toolCalls, inputTokens, outputTokens } = value.usage;
  const input = value.input === undefined ? "" : `: ${showValue(value.input)}`;
  terminal.print(`Asked by ${value.requester.subject} at ${value.createdAt}${input}`);
  terminal.print(
    `Used ${modelCalls} model calls, ${toolCalls} tool calls, ${inputTokens} + ${outputTokens} tokens.`,
  );
  terminal.printNext(nextForRun(value, person));
}
