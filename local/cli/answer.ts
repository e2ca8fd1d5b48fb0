import { requirementViewSchema, type RequirementView } from "../../shared/wire/api.ts";
import { checkRequirementId } from "./check-id.ts";
import { checkShown } from "./check-shown.ts";
import type { CommandContext } from "./command-context.ts";
import { CommandFailed, orSuggest } from "./command-failed.ts";
import { describeExecution, describeNextStage, isSettled } from "./describe-requirement.ts";
import { nextForRequirement } from "./next-command.ts";
import { printProposal } from "./print-requirement.ts";
import { waitForExecution } from "./wait-for.ts";

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
    api.get(`/requirements/${id}`, requirementViewSchema),
  );
  if (!json) printProposal(terminal, shown);
  checkShown(shown);

  const body = { digest: shown.digest, answers };
  const answered = await orSuggest(
    nextForRequirement(shown, person),
    api.post(`/requirements/${id}/answers`, body, requirementViewSchema),
  );
  const last =
    answered.value.status === "pending"
      ? answered
      : await waitForExecution(api, id, context.patienceMs, isOutOfDoubt);
  if (json) return terminal.printJson(last.json);
  terminal.print(describeAnswer(last.value));
  terminal.printNext(nextForRequirement(last.value, person));
}

function isOutOfDoubt(execution: RequirementView["execution"]): boolean {
  return isSettled(execution) && execution?.status !== "in-doubt";
}

function describeAnswer(requirement: RequirementView): string {
  const { status, tool, execution } = requirement;
  if (status === "pending") return `Answer recorded. ${describeNextStage(requirement)}`;
  return `Answered. ${isOutOfDoubt(execution) ? describeExecution(tool, execution) : `${tool} is being settled.`}`;
}

function readField(field: string): readonly [string, string] {
  const [, name, value] = /^(\w{1,64})=([\s\S]*)$/.exec(field) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new CommandFailed(
    `${JSON.stringify(field)} is no answer: write field=value, as in outcome=happened.`,
    2,
  );
}
