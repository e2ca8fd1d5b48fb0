import { onTestFinished } from "vitest";
import { createHandler as createControlRuns } from "../../../functions/control-runs/handler.ts";
import { createHandler as createEraseSubjects } from "../../../functions/erase-subjects/handler.ts";
import { createHandler as createRecordDecisions } from "../../../functions/record-decisions/handler.ts";
import { createHandler as createServeReads } from "../../../functions/serve-reads/handler.ts";
import { signLedger } from "../../../functions/sign-checkpoint/sign-ledger.ts";
import { openDatabase } from "../../../shared/adapters/sqlite/database.ts";
import { createSqliteLedgerStore } from "../../../shared/adapters/sqlite/ledger-store.ts";
import { createSqliteStore } from "../../../shared/adapters/sqlite/store.ts";
import { type Agent, defineAgent } from "../../../shared/domain/agent.ts";
import { KeySetUnavailable } from "../../../shared/domain/errors.ts";
import type { Execution } from "../../../shared/domain/execution.ts";
import { type Principal, type Scope, scopes } from "../../../shared/domain/principal.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import type { Run } from "../../../shared/domain/run.ts";
import type { OpenCall, Step } from "../../../shared/domain/steps.ts";
import { formatNoteKey } from "../../../shared/ledger/note-key.ts";
import type { LogLine } from "../../../shared/ports/functions.ts";
import type { Store, WriteAction } from "../../../shared/ports/store.ts";
import {
  callKey,
  executionKey,
  poolKey,
  requirementKey,
  runKey,
  stepKey,
} from "../../../shared/records/keys.ts";
import { createRequirementWrites } from "../../../shared/records/requirement-records.ts";
import { createRunWrites } from "../../../shared/records/run-records.ts";
import { routes } from "../../../shared/wiring.ts";
import type { LedgerStore } from "../../../shared/ports/ledger-store.ts";
import type { LedgerEntry } from "../../../shared/wire/ledger-entry.ts";
import { blockAfter } from "../../contract/block-builders.ts";
import { hmac, sha256 } from "../../builders/sha256.ts";
import { buildKeyPair, hashBytes } from "../../shared/ledger/host-crypto.ts";
import { noon, tenant } from "./records.ts";

const usual: readonly Scope[] = ["countersign/read", "countersign/run", "countersign/decide"];

export const pools = { finance: ["finance-1", "finance-2", "finance-3"], ops: ["ops-1", "ops-2"] };

function signedIn(
  subject: string,
  granted: readonly Scope[] = usual,
  groups: readonly string[] = [],
): Principal {
  const client = { clientId: "countersign-cli", authenticatedAt: noon / 1_000 };
  return { kind: "person", subject, name: `${subject}'s name`, groups, scopes: granted, ...client };
}

const service: Principal = { kind: "machine", subject: "service", clientId: "service", scopes };

/** Bearer tokens are the names of those who hold them; one for each role and each gap in what a token allows. */
const principals: Readonly<Record<string, Principal>> = {
  asker: signedIn("asker"),
  "asker-2": signedIn("asker-2"),
  "finance-1": signedIn("finance-1"),
  "finance-2": signedIn("finance-2"),
  "finance-3": signedIn("finance-3"),
  "ops-1": signedIn("ops-1"),
  auditor: signedIn("auditor", usual, ["auditor"]),
  admin: signedIn("admin", usual, ["admin"]),
  administrator: signedIn("admin", scopes, ["admin"]),
  // The scope alone makes nobody an admin.
  "auditing-clerk": signedIn("auditing-clerk", scopes, ["auditor", "finance"]),
  clerk: signedIn("clerk", scopes),
  outsider: signedIn("outsider"),
  // A group of the issuer is no membership: that stands in `rules`.
  pretender: signedIn("pretender", usual, ["finance"]),
  reader: signedIn("finance-1", ["countersign/read"]),
  starter: signedIn("asker", ["countersign/run"]),
  service,
  "service-2": { ...service, subject: "service-2", clientId: "service-2" },
};

async function verifyAccessToken(token: string): Promise<Principal | undefined> {
  if (token === "unknowable") throw new KeySetUnavailable("The issuer does not answer.");
  return principals[token];
}

export interface Sent {
  readonly as?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` where the answer is not JSON. */
  readonly json: unknown;
  readonly bytes: Uint8Array;
}

/** The key of the world's ledger. */
export const ledgerKeys = buildKeyPair("ledger.example/countersign", 7);

export interface World {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly logged: readonly LogLine[];
  readonly started: readonly string[];
  now: number;
  /** Called with every wait for a change; what it does has happened when the wait is over. */
  onWait: () => Promise<void>;
  readonly send: (
    method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD",
    path: string,
    sent?: Sent,
  ) => Promise<Received>;
  readonly sendStream: (path: string, as: string, stream: ReadableStream) => Promise<Received>;
  readonly write: (...actions: readonly WriteAction[]) => Promise<void>;
  readonly addRun: (run: Run, steps?: readonly Step[], calls?: readonly OpenCall[]) => Promise<void>;
  readonly addRequirement: (requirement: Requirement) => Promise<void>;
  readonly replaceRequirement: (requirement: Requirement) => Promise<void>;
  readonly replaceRun: (run: Run) => Promise<void>;
  readonly addExecution: (execution: Execution) => Promise<void>;
  /** Appends the entries as one block. */
  readonly appendEntries: (...entries: readonly LedgerEntry[]) => Promise<void>;
  /** Seals all that was appended. */
  readonly seal: () => Promise<void>;
}

/** The HTTP functions over one SQLite store, as a server mounts them, with the pools of `pools`. */
export async function createWorld(
  options: {
    readonly agents?: readonly Agent[];
    readonly wrap?: (store: Store) => Store;
    readonly isLogPublic?: boolean;
  } = {},
): Promise<World> {
  const database = openDatabase(":memory:");
  onTestFinished(() => database.close());
  const sqlite = createSqliteStore(database, { streams: [] });
  const store = options.wrap?.(sqlite) ?? sqlite;
  const ledger = createSqliteLedgerStore(database, { streams: [] });
  const logged: LogLine[] = [];
  const started: string[] = [];
  const agents = options.agents ?? [defineAgent({ name: "support", instructions: "Help.", tools: [] })];
  let made = 0;
  const parts = {
    tenant,
    store,
    ledger,
    hash: hashBytes,
    isLogPublic: options.isLogPublic ?? false,
    readLedgerKey: async () => formatNoteKey(ledgerKeys.key),
    now: () => world.now,
    log: (line: LogLine) => void logged.push(line),
    verifyAccessToken,
    waitForChange: () => world.onWait(),
    config: { issuer: "http://127.0.0.1:4600/oidc", clientId: "countersign-web", version: "0.1.0" },
    agents: new Map(agents.map((agent) => [agent.name, agent])),
    hmac,
    sha256,
    randomBytes: (length: number) => new Uint8Array(length).fill((made += 1)),
    stateMachine: {
      startExecution: async ({ name }: { name: string }) => {
        started.push(name);
        return "started" as const;
      },
      describeExecution: async () => undefined,
      sendTaskSuccess: () => Promise.reject(new Error("No HTTP function completes a task.")),
    },
  };
  const handlers = {
    "serve-reads": createServeReads(parts),
    "control-runs": createControlRuns(parts),
    "record-decisions": createRecordDecisions(parts),
    "erase-subjects": createEraseSubjects(parts),
  };
  const write = async (...actions: readonly WriteAction[]) => {
    const outcome = await store.write(actions);
    if (outcome.outcome !== "written")
      throw new Error(`The test's own write conflicts: ${JSON.stringify(outcome)}`);
  };
  const world: World = {
    store,
    ledger,
    logged,
    started,
    now: noon + 60_000,
    onWait: () => Promise.reject(new Error("This test does not expect a wait.")),
    send: async (method, path, sent = {}) =>
      receive(await handlers[functionOf(path, method)](toRequest(method, path, sent))),
    sendStream: async (path, as, stream) => {
      const headers = { authorization: `Bearer ${as}`, "content-type": "application/json" };
      const init = { method: "POST", headers, body: stream, duplex: "half" } as const;
      return receive(
        await handlers[functionOf(path, "POST")](new Request(new URL(path, "http://127.0.0.1"), init)),
      );
    },
    write,
    addRun: async (run, steps = [], calls = []) => {
      await write(
        ...createRunWrites(run),
        ...steps.map((step, place) => putOf(stepKey(tenant, run.id, place + 1), step)),
        ...calls.map((call) => putOf(callKey(tenant, run.id, call.id), call)),
      );
    },
    addRequirement: async (requirement) => write(...createRequirementWrites(requirement, undefined)),
    replaceRequirement: async (requirement) =>
      write(putOf(requirementKey(tenant, requirement.id), requirement)),
    replaceRun: async (run) => write(putOf(runKey(tenant, run.id), run)),
    addExecution: async (execution) =>
      write(putOf(executionKey(tenant, execution.run, execution.call), execution)),
    appendEntries: async (...entries) => {
      const outcome = await ledger.append(blockAfter(await ledger.last(), entries));
      if (outcome !== "appended") throw new Error("The test's own block conflicts.");
    },
    seal: () => signLedger({ ...parts, findSigner: async () => ledgerKeys.signer }),
  };
  for (const [id, members] of Object.entries(pools))
    await write(putOf(poolKey(tenant, id), { v: 1, id, members }));
  return world;
}

function putOf(key: WriteAction["key"], body: object): WriteAction {
  return { action: "put", key, body: { ...body }, expect: "anything" };
}

/** The function that wiring.ts gives the route to; an unknown path goes to `serve-reads`, which refuses it. */
function functionOf(path: string, method: string) {
  const { pathname } = new URL(path, "http://127.0.0.1");
  const found = routes.find((route) => {
    const pattern = new RegExp(
      `^${route.path.replaceAll(/:[a-z]+\{\.\+\}/g, ".+").replaceAll(/:[a-z]+/g, "[^/]+")}$`,
    );
    return route.method === method && pattern.test(pathname);
  });
  return found?.function ?? "serve-reads";
}

function toRequest(method: string, path: string, { as, body, text, headers = {} }: Sent): Request {
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Request(new URL(path, "http://127.0.0.1"), {
    method,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(content === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
}

async function receive(response: Response): Promise<Received> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = (response.headers.get("content-type") ?? "").endsWith("json");
  return {
    status: response.status,
    headers: response.headers,
    json: isJson && bytes.length > 0 ? JSON.parse(Buffer.from(bytes).toString("utf8")) : undefined,
    bytes,
  };
}

/** `403 not_eligible`, or `200` where nothing was refused: what the tables of the tests compare. */
export function verdictOf({ status, json }: Received): string {
  const code = typeof json === "object" && json !== null && "code" in json ? ` ${String(json.code)}` : "";
  return `${status}${code}`;
}
