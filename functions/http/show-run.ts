import { type Decider, maySeeRequirement } from "../../shared/domain/decider.ts";
import type { Requirement } from "../../shared/domain/requirement.ts";
import type { RunState } from "../../shared/domain/run-loop.ts";
import { displayedStatus } from "../../shared/domain/run-view.ts";
import { type RunSight, sightOfRun } from "../../shared/domain/visibility.ts";
import type { RequirementView, RunView } from "../../shared/wire/api.ts";
import { outlineRequirement, showRequirement, showTime } from "./show-requirement.ts";

/** The run as this person may see it; `undefined` when it does not exist for them. */
export function showRun(state: RunState, viewer: Decider): RunView | undefined {
  const sight = sightOfRun(viewer, state.run, state.requirements);
  if (sight === undefined) return undefined;
  const { id, agent, requester, createdAt, updatedAt, usage, traceId } = state.run;
  return {
    id,
    agent,
    status: displayedStatus(state),
    ...(sight === "whole" ? contentOf(state) : {}),
    requester,
    createdAt: showTime(createdAt),
    updatedAt: showTime(updatedAt),
    requirements: openFirst(state.requirements).flatMap((requirement) =>
      showRequirementOfRun(requirement, state, viewer, sight),
    ),
    usage,
    traceId,
  };
}

/** An ending counts once `end-run` has made it final. */
function contentOf({ run }: RunState): Pick<RunView, "input" | "output" | "error"> {
  const ending = run.status === "running" ? undefined : run.ending;
  return {
    input: run.input,
    ...(ending?.status === "completed" ? { output: ending.output } : {}),
    ...(ending?.status === "failed" ? { error: ending.error } : {}),
  };
}

function showRequirementOfRun(
  requirement: Requirement,
  { executions }: RunState,
  viewer: Decider,
  sight: RunSight,
): readonly RequirementView[] {
  const execution = executions.find((candidate) => candidate.call === requirement.call);
  if (maySeeRequirement(viewer, requirement)) return [showRequirement(requirement, execution)];
  return sight === "card" ? [] : [outlineRequirement(requirement, execution)];
}

function openFirst(requirements: readonly Requirement[]): readonly Requirement[] {
  const rank = ({ status }: Requirement) => (status === "pending" ? 0 : 1);
  return requirements.toSorted((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt);
}
