import {
  eligibilitySchema,
  requirementIdSchema,
  requirementSchema,
  runIdSchema,
  runSchema,
} from "./api-answers.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandFailed, orSuggest } from "./command-failed.ts";
import { nextForRequirement, nextForRun } from "./next-command.ts";
import { printRequirement } from "./print-requirement.ts";
import { printRun } from "./print-run.ts";
import { showValue } from "./visible-text.ts";

/** The card of a requirement (`req_…`), or a run with what it waits for (`run_…`). */
export async function showById(context: CommandContext, id: string): Promise<void> {
  if (requirementIdSchema.safeParse(id).success) return showRequirement(context, id);
  if (runIdSchema.safeParse(id).success) return showRun(context, id);
  throw new CommandFailed(`${JSON.stringify(id)} is no id: give one that begins with run_ or req_.`, 2);
}

async function showRequirement(
  { api, terminal, person, json, now }: CommandContext,
  id: string,
): Promise<void> {
  const { value, json: text } = await orSuggest(
    `inbox --as ${person}`,
    api.get(`/requirements/${id}`, requirementSchema),
  );
  if (json) return terminal.printJson(text);
  const isPending = value.status === "pending";
  const eligibility = isPending
    ? await api.get(`/requirements/${id}/eligibility`, eligibilitySchema)
    : undefined;
  printRequirement(terminal, value, eligibility?.value, now());
  terminal.printNext(nextForRequirement(value, person));
}

async function showRun({ api, terminal, person, json }: CommandContext, id: string): Promise<void> {
  const { value, json: text } = await orSuggest(`inbox --as ${person}`, api.get(`/runs/${id}`, runSchema));
  if (json) return terminal.printJson(text);
  printRun(terminal, value, person);
  const { modelCalls, toolCalls, inputTokens, outputTokens } = value.usage;
  terminal.print(`Asked by ${value.requester.subject} at ${value.createdAt}: ${showValue(value.input)}`);
  terminal.print(
    `Used ${modelCalls} model calls, ${toolCalls} tool calls, ${inputTokens} + ${outputTokens} tokens.`,
  );
  terminal.printNext(nextForRun(value, person));
}
