import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "vitest";
import { createClock } from "../../local/clock.ts";
import { createEventSources, type EventSources } from "../../local/events.ts";
import type { EventFunctions, FunctionSettings } from "../../local/functions.ts";
import { openStorage } from "../../local/ports.ts";
import { seedDemo } from "../../local/seed.ts";
import { loadSynthesizedMachine } from "../../local/state-machine/synthesized.ts";
import { createCallModel } from "../../shared/adapters/openai/call-model.ts";
import type { Agent } from "../../shared/domain/agent.ts";
import { runIdSchema } from "../../shared/domain/ids.ts";
import { executionName } from "../../shared/domain/run.ts";
import type { LogLine } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import { encryptValues } from "../../shared/adapters/encrypt-values.ts";
import { createVaultedStore } from "../../shared/adapters/vaulted-store.ts";
import type { Store } from "../../shared/ports/store.ts";
import type { FunctionName } from "../../shared/wiring.ts";
import {
  createApi,
  createFunctions,
  deadlineOf,
  mapStreams,
  openLedger,
  openStore,
  type World,
} from "./aws-system-functions.ts";
import { StreamPump } from "./aws-system-streams.ts";
import { createDeployedTables } from "./aws-system-tables.ts";
import { UsageRecorder } from "./aws-system-usage.ts";
import { connect, type StreamedTable } from "./dynamodb-tables.ts";
import type { EventSourceMapping } from "./event-source-mapping.ts";

export interface AwsSystemOptions {
  readonly agents: readonly Agent[];
  readonly modelUrl: string;
  /** Hands every batch of a stream over twice. */
  readonly deliversTwice?: boolean;
  /** Where the functions' clients send to; DynamoDB Local unless something stands before it. */
  readonly endpoint?: string;
}

/**
 * The functions on DynamoDB, in the tables of the synthesized stateful stack, behind Lambda's form of its streams; the
 * local engine stands for Step Functions. As on Lambda each function has a client of its own, which is how what it asks
 * of AWS is told from what others ask. The schedule runs when a test says so.
 */
export interface AwsSystem extends AsyncDisposable {
  readonly usage: UsageRecorder;
  readonly pump: StreamPump;
  readonly mappings: ReadonlyMap<string, EventSourceMapping>;
  readonly tables: ReadonlyMap<string, StreamedTable>;
  readonly lines: readonly LogLine[];
  /** Of no function, neither counted nor restricted; what is written with them moves no stream by itself. */
  readonly client: DynamoDBClient;
  readonly store: Store;
  readonly ledger: LedgerStore;
  send(who: string, method: "GET" | "POST", path: string, body?: object): Promise<Answer>;
  invoke(name: FunctionName, payload: unknown): Promise<unknown>;
  /** Resolves when the run's first execution has ended, with the state entries it was billed for. */
  ended(run: string): Promise<number>;
  /** Looks again after each request of a function until the answer is not `undefined`; it must not ask one itself. */
  until<Found>(look: () => Promise<Found | undefined>): Promise<Found>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const tenant = "default";
const cacheDirectory = join(import.meta.dirname, "../../node_modules/.cache/countersign");

/** Opens an empty system with the demo's people, pools and orders. */
export async function openAwsSystem(options: AwsSystemOptions): Promise<AwsSystem> {
  const prefix = `gated-${randomBytes(6).toString("hex")}`;
  const usage = new UsageRecorder(prefix);
  const changes = createChanges();
  const client = connect();
  const [machine, tables, directory] = await Promise.all([
    loadSynthesizedMachine({ cacheDirectory }),
    createDeployedTables(client, prefix),
    mkdtemp(join(tmpdir(), "countersign-aws-")),
  ]);
  const storage = openStorage(directory);
  const lines: LogLine[] = [];
  const log = (line: LogLine) => void lines.push(line);
  const settings: FunctionSettings = {
    tenant,
    agents: new Map(options.agents.map((agent) => [agent.name, agent])),
    callModel: createCallModel({ baseUrl: options.modelUrl, apiKey: "none" }),
    defaultModel: "scripted",
    now: Date.now,
    log,
  };
  const world: World = {
    prefix,
    storage,
    usage,
    settings,
    endpoint: options.endpoint,
    changed: changes.tell,
  };

  let built: { readonly functions: EventFunctions; readonly stateMachine: StateMachine } | undefined;
  const events = createEventSources(storage, machine, createClock(), log, (stateMachine) => {
    built = { functions: createFunctions(world, stateMachine), stateMachine };
    return built.functions;
  });
  if (built === undefined) throw new Error("The event sources were made without functions.");
  const { functions: handlers, stateMachine } = built;
  const mappings = mapStreams(world, tables, handlers, options.deliversTwice === true);
  const pump = new StreamPump([...mappings.values()]);
  changes.listen(() => pump.wake());
  const api = createApi(world, stateMachine);
  // Watched, so that the sizes of what stands are known.
  const seeding = usage.watch(connect(), "nobody", () => {});
  await seedDemo(openStore(seeding, prefix), tenant);
  events.engine.recover();

  return {
    usage,
    pump,
    mappings,
    tables,
    lines,
    client,
    store: createVaultedStore({
      store: openStore(client, prefix),
      encryption: encryptValues,
      access: "open",
    }),
    ledger: openLedger(client, prefix),
    send: async (who, method, path, body) => {
      const headers = new Headers({ authorization: `Bearer ${who}`, "content-type": "application/json" });
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const url = new URL(path, "https://api.invalid");
      const response = await api.fetch(new Request(url, { method, headers, ...sent }));
      return { status: response.status, body: await response.json() };
    },
    invoke: (name, payload) => handlers.invoke(name, payload, { deadlineAt: deadlineOf(name) }),
    ended: (run) => changes.until(async () => transitionsOf(events, run)),
    until: (look) => changes.until(look),
    async [Symbol.asyncDispose]() {
      await pump.hold();
      await events.close();
      storage.database.close();
      await rm(directory, { recursive: true });
    },
  };
}

function transitionsOf({ engine }: EventSources, run: string): number | undefined {
  const name = executionName({ id: runIdSchema.parse(run), epoch: 1 });
  const description = engine.describeExecution(name);
  if (description === undefined || description.status === "RUNNING") return undefined;
  expect(description.status).toBe("SUCCEEDED");
  return description.transitions;
}

/** How long anything may take before a test gives up on it. */
const patienceMilliseconds = 30_000;

/** Tells of every request that a function made, and of every execution that ended. */
function createChanges() {
  let next = Promise.withResolvers<void>();
  const listeners: (() => void)[] = [];
  return {
    tell: () => {
      next.resolve();
      next = Promise.withResolvers<void>();
      for (const listener of listeners) listener();
    },
    listen: (listener: () => void) => void listeners.push(listener),
    async until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
      const timer = AbortSignal.timeout(patienceMilliseconds);
      const gaveUp = new Promise<never>((_, reject) => {
        timer.addEventListener("abort", () => reject(new Error("What was waited for did not happen.")));
      });
      for (;;) {
        const changed = next.promise;
        const found = await look();
        if (found !== undefined) return found;
        await Promise.race([changed, gaveUp]);
      }
    },
  };
}
