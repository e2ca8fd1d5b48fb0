import { requirementListSchema } from "../../shared/wire/api.ts";
import type { CommandContext } from "./command-context.ts";
import { askForRefund, nextInInbox } from "./next-command.ts";
import { printRequirementLine } from "./print-requirement.ts";

const mostLines = 50;

/** What waits for this person, one line each. */
export async function listInbox(context: CommandContext): Promise<void> {
  const { api, terminal, person, json, now } = context;
  const path = `/requirements?view=awaiting-me&limit=${mostLines}`;
  const { value, json: text } = await api.get(path, requirementListSchema);
  if (json) return terminal.printJson(text);

  const [first] = value.items;
  if (first === undefined) {
    terminal.print(`Nothing waits for ${person}.`);
    return terminal.printNext(askForRefund);
  }
  for (const requirement of value.items) printRequirementLine(terminal, requirement, now());
  if (value.nextCursor !== null) terminal.print(`More than ${mostLines} wait; these come first.`);
  terminal.printNext(nextInInbox(first, person));
}
