import { SFNClient } from "@aws-sdk/client-sfn";
import { createStepFunctions } from "../../shared/adapters/aws/step-functions.ts";
import { restrictStateMachine } from "../../shared/adapters/restrict-store.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import { type FunctionName, functions } from "../../shared/wiring.ts";
import { clientSettings } from "./client-settings.ts";

/** The state machine `run` as `shared/wiring.ts` grants it to this function: to start executions, or to send tokens. */
export function connectStateMachine(
  name: FunctionName,
  { STATE_MACHINE_ARN }: { readonly STATE_MACHINE_ARN: string },
): StateMachine {
  const client = new SFNClient(clientSettings);
  const machine = createStepFunctions({ client, stateMachineArn: STATE_MACHINE_ARN });
  return restrictStateMachine(machine, functions[name].stateMachine, name);
}
