import { DatabaseSync } from "node:sqlite";
import { createEngine, type Engine, type ExecutionDescription } from "../../../local/state-machine/engine.ts";
import { loadDefinition } from "../../../local/state-machine/load-definition.ts";
import type { Invocation } from "../../../local/state-machine/invoke-function.ts";
import type { ExecutionStatusChange } from "../../../local/state-machine/tell-status.ts";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";
import { ManualClock } from "./manual-clock.ts";

export type LocalFunction = (payload: unknown, invocation: Invocation) => unknown;

export interface EngineUnderTest {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly database: DatabaseSync;
  /** Names of the functions invoked so far, in order. */
  readonly invoked: string[];
  readonly changes: ExecutionStatusChange[];
  readonly problems: unknown[];
  /** `type state` of every history event. */
  readonly history: string[];
}

/** An engine in memory whose time stands still; functions that are not given throw. */
export function buildEngine(
  definition: unknown,
  functions: Readonly<Record<string, LocalFunction>> = {},
  options: {
    readonly database?: DatabaseSync;
    readonly clock?: ManualClock;
    readonly random?: () => number;
    readonly onHistory?: (type: string) => void;
    readonly onStatusChange?: (change: ExecutionStatusChange) => void | Promise<void>;
  } = {},
): EngineUnderTest {
  const database = options.database ?? new DatabaseSync(":memory:");
  const clock = options.clock ?? new ManualClock();
  const invoked: string[] = [];
  const changes: ExecutionStatusChange[] = [];
  const problems: unknown[] = [];
  const history: string[] = [];
  const engine = createEngine({
    machineName: "run",
    definition: loadDefinition(definition),
    database,
    clock,
    invoke: async (invocation) => {
      invoked.push(invocation.functionName);
      const run = functions[invocation.functionName];
      if (run === undefined) throw new Error(`No function ${invocation.functionName}.`);
      return run(invocation.payload, invocation);
    },
    onStatusChange: async (change) => {
      changes.push(change);
      await options.onStatusChange?.(change);
    },
    onProblem: ({ error }) => problems.push(error),
    random: options.random ?? (() => 0.5),
    recordHistory: (_name, { type, state }) => {
      history.push(state === null ? type : `${type} ${state}`);
      options.onHistory?.(type);
    },
  });
  engine.recover();
  return { engine, clock, database, invoked, changes, problems, history };
}

/** Lets everything run that needs neither time nor an answer from outside: all of it is promises, no timers. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Starts execution `e1` and lets it run until it waits or ends. */
export async function start(under: EngineUnderTest, input: JsonValue = {}, name = "e1"): Promise<void> {
  under.engine.startExecution({ name, input });
  await settle();
}

/** What `describeExecution` says, without input and times. */
export function outcomeOf(under: EngineUnderTest, name = "e1"): Partial<ExecutionDescription> | undefined {
  const description = under.engine.describeExecution(name);
  if (description === undefined) return undefined;
  const { status, output, error, cause } = description;
  return {
    status,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Runs a machine that waits for nothing to its end. */
export async function runToEnd(
  definition: unknown,
  input: JsonValue = {},
  functions: Readonly<Record<string, LocalFunction>> = {},
): Promise<Partial<ExecutionDescription> | undefined> {
  const under = buildEngine(definition, functions);
  await start(under, input);
  return outcomeOf(under);
}

/** A machine of these states that starts at the first one. */
export function machine(states: Readonly<Record<string, object>>, fields: object = {}): object {
  return { QueryLanguage: "JSONata", StartAt: Object.keys(states)[0], States: states, ...fields };
}

/** A Task that invokes `functionName` and ends, unless `fields` says otherwise. */
export function task(functionName: string, fields: object = {}): object {
  const next = "Next" in fields ? {} : { End: true };
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: functionName, Payload: "{% $states.input %}" },
    Output: "{% $states.result.Payload %}",
    ...next,
    ...fields,
  };
}

/** A Task that hands its token to `functionName` and waits for it. */
export function tokenTask(functionName: string, fields: object = {}): object {
  return task(functionName, {
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Arguments: {
      FunctionName: functionName,
      Payload: { token: "{% $states.context.Task.Token %}", item: "{% $states.input %}" },
    },
    Output: "{% $states.result %}",
    ...fields,
  });
}

export const pass = { Type: "Pass", End: true };

/** An error with a name, as a handler throws it. */
export function named(name: string, message = "told"): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
