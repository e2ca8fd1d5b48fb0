import { type RequirementView, requirementViewSchema } from "../../shared/wire/api.ts";
import type { CommandContext } from "./command-context.ts";
import { orSuggest } from "./command-failed.ts";
import { describeExecution, describeNextStage, findOpenStage, isSettled } from "./describe-requirement.ts";
import { nextForRequirement } from "./next-command.ts";
import { printProposal } from "./print-requirement.ts";
import { checkRequirementId } from "./check-id.ts";
import { checkShown } from "./check-shown.ts";
import { waitForExecution } from "./wait-for.ts";

interface Decision {
  readonly id: string;
  readonly decision: "approve" | "reject";
  readonly comment?: string | undefined;
}

/**
 * Reads a requirement, shows what would run, and decides on exactly that: the decision quotes the digest of what was
 * shown (docs/threat-model.md, rule 3).
 */
export async function decideRequirement(context: CommandContext, asked: Decision): Promise<void> {
  const { api, terminal, person, json } = context;
  const { decision, comment } = asked;
  const id = checkRequirementId(asked.id);
  const { value: shown } = await orSuggest(
    `inbox --as ${person}`,
    api.get(`/requirements/${id}`, requirementViewSchema),
  );
  if (!json) printProposal(terminal, shown);
  checkShown(shown);

  const body = { decision, digest: shown.digest, ...(comment === undefined ? {} : { comment }) };
  const decided = await orSuggest(
    nextForRequirement(shown, person),
    api.post(`/requirements/${id}/decisions`, body, requirementViewSchema),
  );
  const last =
    decided.value.status === "approved"
      ? await waitForExecution(api, id, context.patienceMs, isSettled)
      : decided;
  if (json) return terminal.printJson(last.json);
  terminal.print(describeDecision(decision, shown, last.value));
  terminal.printNext(nextForRequirement(last.value, person));
}

/** `shown` tells which stage the vote went to. */
function describeDecision(
  decision: Decision["decision"],
  shown: RequirementView,
  after: RequirementView,
): string {
  const { tool, status, execution } = after;
  if (decision === "reject") {
    return status === "pending"
      ? `Rejection recorded. ${describeNextStage(after)}`
      : `Rejected. ${tool} does not run, and the agent reads why.`;
  }
  const did = findOpenStage(shown)?.by === "asker" ? "Confirmed." : "Approved.";
  return status === "pending"
    ? `${did} ${describeNextStage(after)}`
    : `${did} ${describeExecution(tool, execution)}`;
}
