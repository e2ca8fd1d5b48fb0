import { fileURLToPath } from "node:url";
import { createLocalJWKSet } from "jose";
import { createAccessTokenSigner, epochSeconds } from "../local/issuer/access-token.ts";
import { clientIds, cliClientId, scopesOf } from "../local/issuer/clients.ts";
import { loadIssuerSecrets } from "../local/issuer/issuer-secrets.ts";
import { type SeededPerson, seededPeople } from "../local/issuer/seeded-people.ts";
import { createClock } from "../local/clock.ts";
import { openStorage, type Ports } from "../local/ports.ts";
import { loadSynthesizedMachine } from "../local/state-machine/synthesized.ts";
import { createSystem, type System } from "../local/system.ts";
import { createCallModel } from "../shared/adapters/openai/call-model.ts";
import { createAccessTokenVerifier } from "../shared/adapters/oidc/verify-access-token.ts";
import { poolIdSchema, subjectSchema } from "../shared/domain/ids.ts";
import type { Pool } from "../shared/domain/pool.ts";
import type { LogLine } from "../shared/ports/functions.ts";
import type { Store } from "../shared/ports/store.ts";
import { poolKey } from "../shared/records/keys.ts";
import { approverPool, createBenchAgent, type OnTool } from "./bench-agent.ts";

export interface BenchOptions {
  /** The data directory; a second opening goes on with what the first one left. */
  readonly dir: string;
  /** Base URL of a Chat Completions server, up to and including the version. */
  readonly modelUrl: string;
  readonly onTool: OnTool;
}

export interface BenchSystem {
  readonly system: System;
  /** Sends a request as one of the two people, with the token that they signed in for. */
  readonly send: Send;
  close(): Promise<void>;
}

export type Send = (
  person: "asker" | "approver",
  method: "GET" | "POST",
  path: string,
  extra?: SendExtra,
) => Promise<unknown>;

export interface SendExtra {
  readonly body?: object;
  readonly idempotencyKey?: string;
}

const tenant = "default";
const issuer = "http://127.0.0.1/oidc";
const cacheDirectory = fileURLToPath(new URL("../node_modules/.cache/countersign", import.meta.url));

/**
 * The embedded default as it ships (handlers, interpreter, SQLite, ledger, streams, token checks) with the bench's agent
 * in it, without a socket: requests go to the handlers, as they do behind API Gateway. `wrapPorts` counts.
 */
export async function openBenchSystem(
  options: BenchOptions,
  wrapPorts: (ports: Ports) => Ports = (ports) => ports,
): Promise<BenchSystem> {
  const { dir, modelUrl, onTool } = options;
  const [machine, identity] = await Promise.all([
    loadSynthesizedMachine({ cacheDirectory }),
    openIdentity(dir),
  ]);
  const storage = openStorage(dir);
  await writePool(storage.store);
  const agent = createBenchAgent(onTool);
  const system = createSystem({
    storage,
    machine,
    clock: createClock(),
    log: reportAlarms,
    settings: {
      tenant,
      agents: new Map([[agent.name, agent]]),
      callModel: createCallModel({ baseUrl: modelUrl, apiKey: "" }),
      defaultModel: "bench-model",
      now: Date.now,
      log: reportAlarms,
    },
    isLogPublic: false,
    identity: { issuer, verifyAccessToken: identity.verifyAccessToken },
    print: () => {},
    wrapPorts,
  });
  system.start();
  return { system, send: createSend(system, identity.tokens), close: () => system.close() };
}

interface Identity {
  readonly tokens: Readonly<Record<"asker" | "approver", string>>;
  readonly verifyAccessToken: ReturnType<typeof createAccessTokenVerifier>;
}

/** The shipped verifier on tokens of a local RS256 key, as the demo's issuer signs them; each person signs in once. */
async function openIdentity(dir: string): Promise<Identity> {
  const { signingKey } = await loadIssuerSecrets(dir);
  const { kty, alg, use, kid, n, e } = signingKey;
  const sign = createAccessTokenSigner({ issuerUrl: issuer, signingKey, now: Date.now });
  const signIn = (person: SeededPerson) =>
    sign({
      clientId: cliClientId,
      scope: scopesOf(person).join(" "),
      signedIn: { person, authenticatedAt: epochSeconds(Date.now) },
    });
  const keys = createLocalJWKSet({ keys: [{ kty, alg, use, kid, n, e }] });
  const [asker, approver] = await Promise.all([signIn(findPerson("asker")), signIn(findPerson("finance-1"))]);
  return {
    tokens: { asker, approver },
    verifyAccessToken: createAccessTokenVerifier({ issuer, clientIds, keys, now: Date.now }),
  };
}

function findPerson(subject: string): SeededPerson {
  const person = seededPeople.find((candidate) => candidate.subject === subject);
  if (person === undefined) throw new Error(`The demo has nobody called "${subject}".`);
  return person;
}

async function writePool(store: Store): Promise<void> {
  const members = [subjectSchema.parse("finance-1")];
  const pool: Pool = { v: 1, id: poolIdSchema.parse(approverPool), members };
  await store.write([{ action: "put", key: poolKey(tenant, pool.id), body: pool, expect: "absent" }]);
}

function createSend(system: System, tokens: Identity["tokens"]): Send {
  return async (person, method, path, { body, idempotencyKey } = {}) => {
    const headers = new Headers({ authorization: `Bearer ${tokens[person]}` });
    if (body !== undefined) headers.set("content-type", "application/json");
    if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
    const url = new URL(path, "http://127.0.0.1");
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await system.fetch(new Request(url, { method, headers, ...sent }));
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`);
    return response.json();
  };
}

function reportAlarms({ level, event, code, run }: LogLine): void {
  if (level === "alarm") console.error(`alarm ${event} ${code ?? ""} ${run ?? ""}`);
}
