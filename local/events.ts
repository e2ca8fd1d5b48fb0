import type { DatabaseSync } from "node:sqlite";
import { createStreamDispatcher, type StreamDispatcher } from "../shared/adapters/sqlite/streams.ts";
import { StateMachineUnavailable } from "../shared/domain/errors.ts";
import type { Log } from "../shared/ports/functions.ts";
import type { StateMachine } from "../shared/ports/state-machine.ts";
import { defaultPrefix, functionNameOf } from "../shared/names.ts";
import {
  executionStatusFunction,
  type FunctionName,
  functions,
  schedules,
  streams,
} from "../shared/wiring.ts";
import type { Clock, Timer } from "./clock.ts";
import type { EventFunctions } from "./functions.ts";
import type { Storage } from "./ports.ts";
import { createEngine, type Engine } from "./state-machine/engine.ts";
import { EngineBusy } from "./state-machine/execution-runner.ts";
import { loadDefinition } from "./state-machine/load-definition.ts";
import type { SynthesizedMachine } from "./state-machine/synthesized.ts";

/** Everything that calls functions without being asked: machine, streams, schedules. */
export interface EventSources {
  readonly stateMachine: StateMachine;
  readonly engine: Engine;
  readonly dispatcher: StreamDispatcher;
  /** Takes up what a crash left, then goes on; the sweep runs at once. */
  start(): void;
  /** Runs what is scheduled, now; the test clock does so after every advance. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Wires machine, streams and schedules to the functions as shared/wiring.ts says. The functions are built on the state
 * machine that this makes, so they come as a function of it.
 */
export function createEventSources(
  storage: Pick<Storage, "database" | "store">,
  machine: SynthesizedMachine,
  clock: Clock,
  log: Log,
  build: (stateMachine: StateMachine) => EventFunctions,
): EventSources {
  const { database } = storage;
  const names = new Map(Object.keys(functions).map((name) => [functionNameOf(defaultPrefix, name), name]));
  const engine = createRunEngine(database.connection, machine, clock, log, {
    invoke: ({ functionName, payload, deadlineAt }) => {
      const name = names.get(functionName) ?? functionName;
      return handlers.invoke(name, payload, { deadlineAt: Math.min(deadlineAt, deadlineOf(name, clock)) });
    },
    ended: async ({ executionName, status, input }) => {
      const detail = { name: executionName, status, input: JSON.stringify(input) };
      await handlers.invoke(
        executionStatusFunction,
        { detail },
        { deadlineAt: deadlineOf(executionStatusFunction, clock) },
      );
    },
  });
  const stateMachine = stateMachineOf(engine);
  const handlers = build(stateMachine);
  const dispatcher = createStreamDispatcher({ database, streams, clock, log, deliver: handlers.deliver });
  const schedule = createSchedule(clock, log, handlers, storage);
  return {
    stateMachine,
    engine,
    dispatcher,
    start() {
      engine.recover();
      dispatcher.start();
      schedule.start();
    },
    sweep: () => schedule.runNow(),
    async close() {
      await schedule.close();
      await engine.close();
      await dispatcher.close();
    },
  };
}

type Listeners = {
  readonly invoke: Parameters<typeof createEngine>[0]["invoke"];
  readonly ended: NonNullable<Parameters<typeof createEngine>[0]["onStatusChange"]>;
};

function createRunEngine(
  database: DatabaseSync,
  { name, definition }: SynthesizedMachine,
  clock: Clock,
  log: Log,
  { invoke, ended }: Listeners,
): Engine {
  return createEngine({
    machineName: name,
    definition: loadDefinition(definition),
    database,
    invoke,
    clock,
    onStatusChange: ended,
    onProblem: () => log({ level: "alarm", event: "engine-problem" }),
  });
}

/** The engine behind the port, as Step Functions stands behind it on AWS. */
function stateMachineOf(engine: Engine): StateMachine {
  return {
    startExecution: async (request) => engine.startExecution(request),
    describeExecution: async (name) => engine.describeExecution(name),
    sendTaskSuccess: async (request) => {
      try {
        return engine.sendTaskSuccess(request) === "accepted" ? "accepted" : "timed-out";
      } catch (error) {
        if (!(error instanceof EngineBusy)) throw error;
        throw new StateMachineUnavailable(
          "The engine cannot say yet whether it took the token: send it again.",
        );
      }
    },
  };
}

function deadlineOf(name: string, clock: Clock): number {
  const wiring = new Map<string, { timeoutSeconds: number }>(Object.entries(functions)).get(name);
  return clock.now() + 1_000 * (wiring?.timeoutSeconds ?? 30);
}

interface Schedule {
  start(): void;
  runNow(): Promise<void>;
  close(): Promise<void>;
}

/** Runs what is scheduled one after the other, never twice at once. */
function createSchedule(
  clock: Clock,
  log: Log,
  handlers: EventFunctions,
  { store }: Pick<Storage, "store">,
): Schedule {
  let timer: Timer | undefined;
  let isClosed = false;
  let running: Promise<void> = Promise.resolve();
  const everyMilliseconds = 1_000 * Math.min(...schedules.map(({ everySeconds }) => everySeconds));

  async function runAll(): Promise<void> {
    for (const { function: name } of schedules) await runOne(name);
    // What DynamoDB's TTL does on AWS.
    await store.cleanUp(clock.now()).catch(() => log({ level: "warning", event: "clean-up-failed" }));
  }
  async function runOne(name: FunctionName): Promise<void> {
    try {
      await handlers.invoke(name, {}, { deadlineAt: deadlineOf(name, clock) });
    } catch {
      log({ level: "alarm", event: "schedule-failed", code: name });
    }
  }
  function arm(): void {
    if (isClosed) return;
    timer = clock.setTimer(clock.now() + everyMilliseconds, () => {
      void schedule.runNow().finally(arm);
    });
  }
  const schedule: Schedule = {
    start() {
      void schedule.runNow();
      arm();
    },
    runNow() {
      running = running.then(runAll);
      return running;
    },
    async close() {
      isClosed = true;
      timer?.cancel();
      await running;
    },
  };
  return schedule;
}
