import { type RequirementId, requirementIdSchema, type RunId, runIdSchema } from "../../shared/domain/ids.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";

// A path that names nothing names nothing visible: a malformed id is answered as an unknown one.

export type Params = Readonly<Record<string, string>>;

export function parseRunId(params: Params): RunId | undefined {
  return runIdSchema.safeParse(params["run"]).data;
}

export function parseRequirementId(params: Params): RequirementId | undefined {
  return requirementIdSchema.safeParse(params["requirement"]).data;
}

/** The one answer for what does not exist, is malformed or is not the caller's to see. */
export function runNotFound(id: RunId | undefined): Refused {
  return refuse("not_found", id === undefined ? "The run was not found." : `Run ${id} was not found.`);
}

export function requirementNotFound(id: RequirementId | undefined): Refused {
  return refuse(
    "not_found",
    id === undefined ? "The requirement was not found." : `Requirement ${id} was not found.`,
  );
}
