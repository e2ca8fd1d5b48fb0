import { fileURLToPath } from "node:url";
import { createLocalJWKSet } from "jose";
import { agents as catalog } from "../agents/catalog.ts";
import { createAccessTokenVerifier } from "../shared/adapters/oidc/verify-access-token.ts";
import type { Agent } from "../shared/domain/agent.ts";
import type { Log } from "../shared/ports/functions.ts";
import { createAgentTables } from "../shared/records/agent-tables.ts";
import { type Clock, createClock, createTestClock, type TestClock } from "./clock.ts";
import { createClockRoute, createDemoRoute } from "./demo-routes.ts";
import { createIssuer } from "./issuer/create-issuer.ts";
import { clientIds } from "./issuer/clients.ts";
import { seededPeople } from "./issuer/seeded-people.ts";
import { type LocalModel, openModel } from "./model.ts";
import { openStorage, type Ports } from "./ports.ts";
import { seedDemo } from "./seed.ts";
import { listen, type LocalServer } from "./server.ts";
import { loadSynthesizedMachine } from "./state-machine/synthesized.ts";
import { createSystem, type System } from "./system.ts";

export interface DevOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataDirectory: string;
  readonly modelUrl?: string;
  readonly testClock: boolean;
  /** Whether everybody on this machine may fetch the log without a token; closed if absent. */
  readonly isLogPublic?: boolean;
  /** Takes one line of the narration. */
  readonly print: (line: string) => void;
  /** The agents; unset = the shipped ones. */
  readonly agents?: readonly Agent[];
  /** Wraps every port of the system: tests break each write with it. */
  readonly wrapPorts?: (ports: Ports) => Ports;
}

export interface DevServer {
  readonly url: string;
  readonly system: System;
  close(): Promise<void>;
}

const tenant = "default";
const cacheDirectory = fileURLToPath(new URL("../node_modules/.cache/countersign", import.meta.url));

/** The whole system on loopback, with seeded people and orders: a demo, and it says so. */
export async function startDev(options: DevOptions): Promise<DevServer> {
  const [server, machine, model] = await Promise.all([
    listen(options.port),
    loadSynthesizedMachine({ cacheDirectory }),
    openModel(options.modelUrl, process.env),
  ]);
  const url = `http://127.0.0.1:${server.port}`;
  const testClock = options.testClock ? createTestClock() : undefined;
  const clock: Clock = testClock ?? createClock();
  const now = () => clock.now();
  const storage = openStorage(options.dataDirectory);
  const log = createLog(options.print);
  const issuer = await createIssuer({
    issuerUrl: `${url}/oidc`,
    dataDirectory: options.dataDirectory,
    people: seededPeople,
    now,
    reportFault: () => log({ level: "alarm", event: "issuer-fault" }),
  });
  const agents = new Map((options.agents ?? catalog).map((agent) => [agent.name, agent]));
  const system = createSystem({
    storage,
    machine,
    clock,
    log,
    settings: { tenant, agents, callModel: model.callModel, defaultModel: model.defaultModel, now, log },
    identity: {
      issuer: `${url}/oidc`,
      verifyAccessToken: createAccessTokenVerifier({
        issuer: `${url}/oidc`,
        clientIds,
        keys: createLocalJWKSet(issuer.jwks),
        now,
      }),
    },
    isLogPublic: options.isLogPublic ?? false,
    print: options.print,
    wrapPorts: options.wrapPorts ?? ((ports) => ports),
  });
  await seedDemo(storage.store, tenant);
  system.start();
  mount(server, system, issuer, createAgentTables(storage.store, tenant, "support"), testClock);
  options.print(model.announcement);
  return { url, system, close: () => closeAll(server, system, model) };
}

function mount(
  server: LocalServer,
  system: System,
  issuer: Awaited<ReturnType<typeof createIssuer>>,
  rows: ReturnType<typeof createAgentTables>,
  clock: TestClock | undefined,
): void {
  server.mount(
    [
      (request, response) => {
        const isIssuers = /^\/oidc(?:[/?]|$)/.test(request.url ?? "");
        if (isIssuers) issuer.handle(request, response);
        return isIssuers;
      },
      createDemoRoute(rows),
      ...(clock === undefined ? [] : [createClockRoute(clock, () => system.sweep())]),
    ],
    system.fetch,
  );
}

async function closeAll(server: LocalServer, system: System, model: LocalModel): Promise<void> {
  await server.close();
  await system.close();
  await model.close();
}

/** Alarms and warnings are for people too; the rest is what the narration says better. */
function createLog(print: (line: string) => void): Log {
  return ({ level, event, run, requirement, call, code, count }) => {
    if (level === "debug" || level === "info") return;
    const about = [code, requirement ?? call ?? run, count].filter((part) => part !== undefined);
    print(`${level.padEnd(11)} ${event} ${about.join(" ")}`);
  };
}
