import { takeAgentStepsSchema, type StepsTaken } from "../../shared/wire/machine.ts";
import type { Invocation } from "../../shared/ports/functions.ts";
import { prepareRequirement } from "./prepare-requirement.ts";
import { takeSteps } from "./take-steps.ts";
import type { TakeStepsParts } from "./turn.ts";

/** Runs the agent until people are needed; with a `callId`, prepares that call's next requirement instead. */
export function createHandler(parts: TakeStepsParts) {
  return async (event: unknown, invocation: Invocation): Promise<StepsTaken> => {
    const { callId, ...execution } = takeAgentStepsSchema.parse(event);
    return callId === undefined
      ? takeSteps(parts, execution, invocation)
      : prepareRequirement(parts, execution, callId);
  };
}
