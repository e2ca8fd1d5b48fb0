import type { RequirementView } from "../../shared/wire/api.ts";
import { CommandFailed } from "./command-failed.ts";

/**
 * Nobody decides on arguments that they were not shown (docs/threat-model.md, rule 3); an admin sees runs without
 * content.
 */
export function checkShown({ id, input }: RequirementView): void {
  if (input !== undefined) return;
  throw new CommandFailed(`${id} does not show you its arguments, so there is nothing for you to decide on.`);
}
