import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Hono } from "hono";
import * as z from "zod";
import { createHandler as createControlRuns } from "../../functions/control-runs/handler.ts";
import { createHandler as createEraseSubjects } from "../../functions/erase-subjects/handler.ts";
import { createStreamEntry } from "../../functions/lambda/stream-entry.ts";
import { createHandler as createRecordDecisions } from "../../functions/record-decisions/handler.ts";
import { createHandler as createServeReads } from "../../functions/serve-reads/handler.ts";
import { hashBytes, hmac, sha256, strongRandomBytes } from "../../local/crypto.ts";
import {
  createEventFunctions,
  type EventFunctions,
  type FunctionSettings,
  grantPorts,
} from "../../local/functions.ts";
import { scopesOf } from "../../local/issuer/clients.ts";
import { seededPeople } from "../../local/issuer/seeded-people.ts";
import type { Ports, Storage } from "../../local/ports.ts";
import { createDynamoLedgerStore } from "../../shared/adapters/aws/dynamodb-ledger-store.ts";
import { createDynamoStore } from "../../shared/adapters/aws/dynamodb-store.ts";
import { pollForChange } from "../../shared/adapters/aws/poll-for-change.ts";
import { tableNameOf } from "../../shared/names.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import type { Store } from "../../shared/ports/store.ts";
import {
  executionStatusFunction,
  type FunctionName,
  functions,
  machineFunctions,
  routes,
  streams,
} from "../../shared/wiring.ts";
import { buildPrincipal } from "../builders/build-principal.ts";
import type { UsageRecorder } from "./aws-system-usage.ts";
import { connect, connectStreams, type StreamedTable } from "./dynamodb-tables.ts";
import { EventSourceMapping } from "./event-source-mapping.ts";

/** Step Functions' tokens have at most 1,024 characters today, the engine's 43; the difference is paid for in units. */
const tokenCharacters = 1_024;

/** What the functions of one system share. */
export interface World {
  readonly prefix: string;
  readonly storage: Storage;
  readonly usage: UsageRecorder;
  readonly settings: FunctionSettings;
  readonly endpoint: string | undefined;
  readonly changed: () => void;
}

export function openStore(client: DynamoDBClient, prefix: string): Store {
  return createDynamoStore({ client, tableNameOf: (table) => tableNameOf(prefix, table) });
}

export function openLedger(client: DynamoDBClient, prefix: string): LedgerStore {
  return createDynamoLedgerStore({ client, tableName: tableNameOf(prefix, "ledger") });
}

/** The ports as a function has them on AWS, with a client of its own; what it asks of them is recorded as its. */
function openPorts(world: World, name: FunctionName, stateMachine: StateMachine): Ports {
  const { prefix, storage, usage, changed } = world;
  const client = usage.watch(connect(world.endpoint), name, changed);
  const record = (action: string, on: string) => usage.countOther(name, action, on);
  return {
    store: openStore(client, prefix),
    ledger: openLedger(client, prefix),
    stateMachine: {
      startExecution: (request) => {
        record("states:StartExecution", "machine");
        return stateMachine.startExecution(request);
      },
      describeExecution: (execution) => {
        record("states:DescribeExecution", "execution");
        return stateMachine.describeExecution(execution);
      },
      sendTaskSuccess: (request) => {
        record("states:SendTaskSuccess", "machine");
        return stateMachine.sendTaskSuccess(request);
      },
    },
    signer: {
      ...storage.signer,
      sign: (message) => {
        record("kms:Sign", "ledger-key");
        return storage.signer.sign(message);
      },
    },
    ledgerTrust: storage.ledgerTrust,
    publishedLog: storage.publishedLog,
    ledgerKey: storage.ledgerKey,
    sealToken: (token, context) => {
      record("kms:Encrypt", "key");
      return storage.sealToken(token.padEnd(tokenCharacters), context);
    },
    openToken: async (sealed, context) => {
      record("kms:Decrypt", "key");
      return (await storage.openToken(sealed, context)).trimEnd();
    },
  };
}

const machineCalls: ReadonlySet<string> = new Set(machineFunctions);
const statusSchema = z.object({ detail: z.object({ status: z.string() }) });

/** Each of the functions on ports of its own. */
export function createFunctions(world: World, stateMachine: StateMachine): EventFunctions {
  const built = new Map<string, EventFunctions>();
  const find = (name: string): EventFunctions => {
    const known = Object.keys(functions).find((each) => each === name) as FunctionName | undefined;
    if (known === undefined) throw new Error(`No function is called ${name}.`);
    const made =
      built.get(name) ?? createEventFunctions(openPorts(world, known, stateMachine), world.settings);
    built.set(name, made);
    return made;
  };
  return {
    invoke: async (name, payload, invocation) => {
      // The rule in infra/constructs/event-rules.ts hands over only what did not succeed.
      const isSuccess =
        name === executionStatusFunction && statusSchema.parse(payload).detail.status === "SUCCEEDED";
      if (isSuccess) {
        world.changed();
        return {};
      }
      world.usage.countInvocation(name);
      if (machineCalls.has(name)) world.usage.need("run", "lambda:InvokeFunction", `function:${name}`);
      return find(name).invoke(name, payload, invocation);
    },
    deliver: (name, records) => find(name).deliver(name, records),
  };
}

export function mapStreams(
  { prefix, usage, settings }: World,
  tables: ReadonlyMap<string, StreamedTable>,
  handlers: EventFunctions,
  deliversTwice: boolean,
): ReadonlyMap<string, EventSourceMapping> {
  const clients = { client: connect(), streams: connectStreams() };
  return new Map(
    streams.map(({ source, function: name, ...mapping }) => {
      const table = tables.get(source);
      if (table === undefined) throw new Error(`The template has no table ${source}.`);
      const entry = createStreamEntry(
        name,
        { PREFIX: prefix },
        {
          deliver: (records) => handlers.deliver(name, records),
          invoke: (event) => handlers.invoke(name, event, { deadlineAt: deadlineOf(name) }),
        },
        settings.log,
      );
      const context = { getRemainingTimeInMillis: () => 1_000 * functions[name].timeoutSeconds };
      const invoke = async (event: object) => {
        usage.countInvocation(name);
        if (deliversTwice) await entry(event, context);
        return entry(event, context);
      };
      return [source, new EventSourceMapping(clients, table, mapping, invoke)];
    }),
  );
}

/** Bearer tokens are people's names: whether a token is genuine is tested elsewhere. */
async function verifyAccessToken(token: string) {
  const person = seededPeople.find(({ subject }) => subject === token);
  return person && { ...buildPrincipal(person.subject, person.groups), scopes: scopesOf(person) };
}

/** The routes of the API, each with its function as API Gateway has it. */
export function createApi(world: World, stateMachine: StateMachine): Hono {
  const parts = (name: FunctionName) => ({
    ...world.settings,
    ...grantPorts(openPorts(world, name, stateMachine), name),
    hmac,
    sha256,
    hash: hashBytes,
    readLedgerKey: async () => world.storage.ledgerKey,
    randomBytes: strongRandomBytes,
    waitForChange: pollForChange,
    isLogPublic: false,
    verifyAccessToken,
    config: { issuer: "https://issuer.invalid", clientId: "web", version: "0.1.0" },
  });
  const handlers = {
    "serve-reads": createServeReads(parts("serve-reads")),
    "control-runs": createControlRuns(parts("control-runs")),
    "record-decisions": createRecordDecisions(parts("record-decisions")),
    "erase-subjects": createEraseSubjects(parts("erase-subjects")),
  };
  const app = new Hono();
  for (const route of routes) {
    app.on(route.method, route.path, (context) => {
      world.usage.countInvocation(route.function);
      return handlers[route.function](context.req.raw);
    });
  }
  return app;
}

export function deadlineOf(name: FunctionName): number {
  return Date.now() + 1_000 * functions[name].timeoutSeconds;
}
