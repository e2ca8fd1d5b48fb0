import { requirementSchema, type RequirementView } from "./api-answers.ts";
import { checkRequirementId } from "./check-id.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandFailed, orSuggest } from "./command-failed.ts";
import { describeExecution, describeNextStage } from "./describe-requirement.ts";
import { nextForRequirement } from "./next-command.ts";
import { printProposal } from "./print-requirement.ts";

/** Answers a requirement's fields, each given as `field=value`, after showing what they are about. */
export async function answerRequirement(
  context: CommandContext,
  asked: { readonly id: string; readonly fields: readonly string[] },
): Promise<void> {
  const { api, terminal, person, json } = context;
  const id = checkRequirementId(asked.id);
  const answers = Object.fromEntries(asked.fields.map(readField));
  const { value: shown } = await orSuggest(
    `inbox --as ${person}`,
    api.get(`/requirements/${id}`, requirementSchema),
  );
  if (!json) printProposal(terminal, shown);

  const body = { digest: shown.digest, answers };
  const { value, json: text } = await orSuggest(
    nextForRequirement(shown, person),
    api.post(`/requirements/${id}/answers`, body, requirementSchema),
  );
  if (json) return terminal.printJson(text);
  terminal.print(describeAnswer(value));
  terminal.printNext(nextForRequirement(value, person));
}

function describeAnswer(requirement: RequirementView): string {
  if (requirement.status === "pending") return `Answer recorded. ${describeNextStage(requirement)}`;
  const { tool, execution } = requirement;
  return execution === undefined ? "Answered." : `Answered. ${describeExecution(tool, execution)}`;
}

function readField(field: string): readonly [string, string] {
  const [, name, value] = /^(\w{1,64})=([\s\S]*)$/.exec(field) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new CommandFailed(
    `${JSON.stringify(field)} is no answer: write field=value, as in outcome=happened.`,
    2,
  );
}
