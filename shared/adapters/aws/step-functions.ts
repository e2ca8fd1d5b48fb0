import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { InvariantBroken, StateMachineUnavailable } from "../../domain/errors.ts";
import type { ExecutionDescription, StateMachine } from "../../ports/state-machine.ts";
import { faultNameOf, toServiceFault } from "./service-faults.ts";

/** The wait is over: timed out, completed before, or gone with its execution (API reference, SendTaskSuccess). */
const waitIsOver: ReadonlySet<string> = new Set(["TaskDoesNotExist", "TaskTimedOut"]);

/**
 * The state machine `run`, a Standard workflow, on Step Functions. Permissions: states:StartExecution on the machine and
 * states:DescribeExecution on its executions; states:SendTaskSuccess on the machine.
 */
export function createStepFunctions(parts: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): StateMachine {
  const { client, stateMachineArn } = parts;
  return {
    async startExecution({ name, input }) {
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        return "started";
      } catch (error) {
        if (faultNameOf(error) === "ExecutionAlreadyExists") return "already-exists";
        throw toServiceFault(error, "StartExecution", StateMachineUnavailable);
      }
    },

    async describeExecution(name) {
      // Input and output are not asked for: they would have to be decrypted where the machine has a key of its own.
      const command = new DescribeExecutionCommand({
        executionArn: executionArnOf(stateMachineArn, name),
        includedData: "METADATA_ONLY",
      });
      const described = await client.send(command).catch((error: unknown) => {
        if (faultNameOf(error) === "ExecutionDoesNotExist") return undefined;
        throw toServiceFault(error, "DescribeExecution", StateMachineUnavailable);
      });
      return described && { status: toStatus(described.status) };
    },

    async sendTaskSuccess({ token, output }) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) }));
        return "accepted";
      } catch (error) {
        if (waitIsOver.has(faultNameOf(error) ?? "")) return "timed-out";
        throw toServiceFault(error, "SendTaskSuccess", StateMachineUnavailable);
      }
    },
  };
}

/** `arn:aws:states:<region>:<account>:stateMachine:<machine>` -> `…:execution:<machine>:<name>`. */
function executionArnOf(stateMachineArn: string, name: string): string {
  const [head, machine, ...rest] = stateMachineArn.split(":stateMachine:");
  if (head === undefined || machine === undefined || machine === "" || rest.length > 0) {
    throw new InvariantBroken(
      `"${stateMachineArn}" is no ARN of a state machine: redeploy the service stack.`,
    );
  }
  return `${head}:execution:${machine}:${name}`;
}

function toStatus(status: ExecutionStatus | undefined): ExecutionDescription["status"] {
  switch (status) {
    case "RUNNING":
    case "SUCCEEDED":
    case "FAILED":
    case "TIMED_OUT":
    case "ABORTED":
      return status;
    case "PENDING_REDRIVE":
      // It is about to run again under its name, so no other may take its place.
      return "RUNNING";
    case undefined:
      throw new InvariantBroken(
        "Step Functions described an execution without a status: try again, then ask AWS.",
      );
  }
}
