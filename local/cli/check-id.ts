import { requirementIdSchema, runIdSchema } from "./api-answers.ts";
import { CommandFailed } from "./command-failed.ts";

export function checkRequirementId(id: string): string {
  if (requirementIdSchema.safeParse(id).success) return id;
  throw new CommandFailed(`${JSON.stringify(id)} is no requirement: give an id that begins with req_.`, 2);
}

export function checkRunId(id: string): string {
  if (runIdSchema.safeParse(id).success) return id;
  throw new CommandFailed(`${JSON.stringify(id)} is no run: give an id that begins with run_.`, 2);
}
