import type { JsonValue } from "../../shared/ledger/json-value.ts";
import type { Branch, Execution } from "./execution.ts";

/** The item of a Map that is being worked on. */
export interface MapItem {
  readonly index: number;
  readonly value: JsonValue;
}

/** ARNs have no account here; `local` stands where the region is. */
export function executionArn(machineName: string, executionName: string): string {
  return `arn:aws:states:local:000000000000:execution:${machineName}:${executionName}`;
}

/** `$states.context` as Step Functions fills it for a state. */
export function buildContext(parts: {
  readonly machineName: string;
  readonly execution: Execution;
  readonly branch: Branch;
  readonly token: string | null;
  readonly item: MapItem | undefined;
}): JsonValue {
  const { machineName, execution, branch, token, item } = parts;
  return {
    Execution: {
      Id: executionArn(machineName, execution.name),
      Input: execution.input,
      Name: execution.name,
      RoleArn: "arn:aws:iam::000000000000:role/local",
      StartTime: new Date(execution.startedAt).toISOString(),
    },
    State: {
      EnteredTime: new Date(branch.enteredAt).toISOString(),
      Name: branch.state,
      RetryCount: branch.retryCount,
    },
    StateMachine: {
      Id: `arn:aws:states:local:000000000000:stateMachine:${machineName}`,
      Name: machineName,
    },
    ...(token === null ? {} : { Task: { Token: token } }),
    ...(item === undefined ? {} : { Map: { Item: { Index: item.index, Value: item.value } } }),
  };
}

/** The item of the innermost Map around a branch; its own states can read it, as on AWS. */
export function findItem(branch: Branch): MapItem | undefined {
  if (branch.parent === null) return undefined;
  const { phase } = branch.parent;
  const value = phase.kind === "mapping" ? phase.items[branch.index] : undefined;
  return value === undefined ? undefined : { index: branch.index, value };
}
