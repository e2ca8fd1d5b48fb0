import { onTestFinished } from "vitest";
import * as z from "zod/mini";
import { createTestClock } from "../../local/clock.ts";
import { createEventSources } from "../../local/events.ts";
import { openDatabase } from "../../shared/adapters/sqlite/database.ts";
import { createSqliteStore } from "../../shared/adapters/sqlite/store.ts";
import { executionStatusFunction } from "../../shared/wiring.ts";
import { AskedTokens, waitingMachine } from "../contract/asked-tokens.ts";
import {
  describeStateMachineContract,
  type StateMachineHarness,
} from "../contract/state-machine-contract.ts";

const askedSchema = z.strictObject({ token: z.string(), execution: z.string() });
const endedSchema = z.object({ detail: z.object({ name: z.string() }) });

/** The engine as `local/` offers it to the functions, with a function of the test's in their place. */
async function makeLocalMachine({
  timeoutSeconds,
}: {
  readonly timeoutSeconds: number;
}): Promise<StateMachineHarness> {
  const database = openDatabase(":memory:");
  const clock = createTestClock();
  const tokens = new AskedTokens();
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const endOf = (execution: string) => {
    const end = ends.get(execution) ?? Promise.withResolvers<void>();
    ends.set(execution, end);
    return end;
  };

  const storage = { database, store: createSqliteStore(database, { streams: [] }) };
  const machine = { name: "run", definition: waitingMachine("ask", timeoutSeconds) };
  const events = createEventSources(
    storage,
    machine,
    clock,
    () => {},
    () => ({
      async invoke(name, payload) {
        if (name === "ask") {
          const { execution, token } = askedSchema.parse(payload);
          tokens.tell(execution, token);
        }
        if (name === executionStatusFunction) endOf(endedSchema.parse(payload).detail.name).resolve();
        return {};
      },
      deliver: async () => ({ failed: [] }),
    }),
  );
  events.start();
  onTestFinished(async () => {
    await events.close();
    database.close();
  });

  return {
    stateMachine: events.stateMachine,
    tokenOf: tokens.tokenOf,
    asked: tokens.asked,
    async ended(execution) {
      if (timeoutSeconds === 1) clock.advance(1_000);
      await endOf(execution).promise;
    },
  };
}

describeStateMachineContract("the local engine", makeLocalMachine);
