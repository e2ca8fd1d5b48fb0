import { type Decider, maySeeRequirement } from "./decider.ts";
import type { Requirement } from "./requirement.ts";
import type { Run } from "./run.ts";

/**
 * How much of a run somebody sees (docs/design.md section 7): `whole` with everything; `outline` = all of its shape and
 * none of its content, so that an admin can cancel it; `card` = the requirements of one's own pools and whose run it is.
 */
export type RunSight = "whole" | "outline" | "card";

/** `undefined` = for this person the run does not exist (docs/threat-model.md, "tenants and names"). */
export function sightOfRun(
  viewer: Decider,
  run: Pick<Run, "requester">,
  requirements: readonly Requirement[],
): RunSight | undefined {
  if (run.requester.kind === viewer.kind && run.requester.subject === viewer.subject) return "whole";
  if (viewer.kind === "machine") return undefined;
  if (viewer.isAuditor) return "whole";
  if (viewer.isAdmin) return "outline";
  return requirements.some((requirement) => maySeeRequirement(viewer, requirement)) ? "card" : undefined;
}
