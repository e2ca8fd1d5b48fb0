import { Hono } from "hono";
import { createHandler as createControlRuns } from "../functions/control-runs/handler.ts";
import { createHandler as createEraseSubjects } from "../functions/erase-subjects/handler.ts";
import { createHandler as createRecordDecisions } from "../functions/record-decisions/handler.ts";
import { createHandler as createServeReads } from "../functions/serve-reads/handler.ts";
import { encryptValues } from "../shared/adapters/encrypt-values.ts";
import { createVaultedStore } from "../shared/adapters/vaulted-store.ts";
import type { Principal } from "../shared/domain/principal.ts";
import { requirementIdSchema } from "../shared/domain/ids.ts";
import type { Log, StreamRecord } from "../shared/ports/functions.ts";
import { loadRequirement } from "../shared/records/requirement-records.ts";
import { parseLedgerEntry } from "../shared/wire/ledger-entry.ts";
import { routes, type FunctionName } from "../shared/wiring.ts";
import type { Clock } from "./clock.ts";
import { hashBytes, hmac, sha256, strongRandomBytes } from "./crypto.ts";
import { createEventSources, type EventSources } from "./events.ts";
import { createEventFunctions, type FunctionSettings, grantPorts } from "./functions.ts";
import { webClientId } from "./issuer/clients.ts";
import { narrate } from "./narrate.ts";
import type { Ports, Storage } from "./ports.ts";
import type { SynthesizedMachine } from "./state-machine/synthesized.ts";
import { createWaitForChange } from "./wait-for-change.ts";

export interface SystemParts {
  readonly storage: Storage;
  readonly machine: SynthesizedMachine;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: FunctionSettings;
  readonly identity: {
    readonly issuer: string;
    readonly verifyAccessToken: (token: string) => Promise<Principal | undefined>;
  };
  /** Whether everybody may fetch the log, without a token. */
  readonly isLogPublic: boolean;
  readonly print: (line: string) => void;
  readonly wrapPorts: (ports: Ports) => Ports;
}

/** The whole of Countersign in one process, without its HTTP server. */
export interface System {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly events: EventSources;
  /** Takes up what a crash left, and goes on. */
  start(): void;
  /** Runs what is scheduled, now. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Composes the handlers of `functions/` with the ports: the same code that runs on Lambda. */
export function createSystem(parts: SystemParts): System {
  const { storage, machine, clock, log } = parts;
  const waiting = createWaitForChange(storage.database);
  // The engine comes first because it is one of the ports, and calls functions that are built on the ports.
  let ports: Ports | undefined;
  const events = createEventSources(storage, machine, clock, log, (stateMachine) => {
    const { database: _database, ...stored } = storage;
    ports = parts.wrapPorts({ ...stored, stateMachine });
    const functions = createEventFunctions(ports, parts.settings);
    return { ...functions, deliver: narrated(parts, functions.deliver) };
  });
  if (ports === undefined) throw new Error("The event sources were made without functions.");
  const app = createApi(parts, ports, waiting.waitForChange);
  return {
    fetch: (request) => app.fetch(request),
    events,
    start: () => events.start(),
    sweep: () => events.sweep(),
    async close() {
      waiting.close();
      await events.close();
      storage.database.close();
    },
  };
}

/** One server mounts the HTTP functions under the routes of shared/wiring.ts, as API Gateway does. */
function createApi(
  { settings, identity, isLogPublic, storage }: SystemParts,
  ports: Ports,
  waitForChange: ReturnType<typeof createWaitForChange>["waitForChange"],
): Hono {
  const common = {
    ...settings,
    hmac,
    sha256,
    hash: hashBytes,
    readLedgerKey: async () => ports.ledgerKey,
    randomBytes: strongRandomBytes,
    waitForChange,
    verifyAccessToken: identity.verifyAccessToken,
    isLogPublic,
    config: { issuer: identity.issuer, clientId: webClientId, version: "0.1.0" },
  };
  const parts = (name: FunctionName) => ({ ...common, ...grantPorts(ports, name) });
  const handlers = {
    "serve-reads": createServeReads(parts("serve-reads")),
    "control-runs": createControlRuns(parts("control-runs")),
    "record-decisions": createRecordDecisions(parts("record-decisions")),
    "erase-subjects": createErase(storage, createEraseSubjects(parts("erase-subjects"))),
  };
  const app = new Hono();
  for (const route of routes) {
    app.on(route.method, route.path, (context) => handlers[route.function](context.req.raw));
  }
  // Whatever no route takes is answered like any other unknown path.
  app.notFound((context) => handlers["serve-reads"](context.req.raw));
  return app;
}

/** An erasure is answered once the erased keys are out of the files too, also those of an earlier try. */
function createErase(
  { database }: Storage,
  erase: (request: Request) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await erase(request);
    if (response.ok) database.scrub();
    return response;
  };
}

type Deliver = (
  name: string,
  records: readonly StreamRecord[],
) => Promise<{ readonly failed: readonly string[] }>;

/** Tells what was appended to the ledger before it is acted upon. */
function narrated({ storage, print }: SystemParts, deliver: Deliver): Deliver {
  const store = createVaultedStore({ store: storage.store, encryption: encryptValues, access: "open" });
  return async (name, records) => {
    if (name === "sign-checkpoint") {
      for (const { key } of records) {
        const block = await storage.ledger.blockOf(Number(key.partition.slice("block#".length)));
        for (const text of block?.entries ?? []) await tell(text);
      }
    }
    return deliver(name, records);
  };

  async function tell(text: string): Promise<void> {
    const entry = parseLedgerEntry(text);
    if (entry === undefined) return;
    const id = entry.requirement;
    const loaded =
      id === undefined
        ? undefined
        : await loadRequirement(store, entry.tenant, requirementIdSchema.parse(id));
    const line = narrate(entry, loaded?.value);
    if (line !== undefined) print(line);
  }
}
