import type { Scope } from "./domain/principal.ts";
import type { TableName } from "./ports/store.ts";

/**
 * Who is called by what and may touch which table: the one truth that the CDK app turns into event sources, routes and
 * IAM, and that the local server mounts and enforces (docs/design.md sections 3, 4 and 8).
 */

export interface FunctionWiring {
  /** What the function is for, in one sentence; it becomes the Lambda's description. */
  readonly purpose: string;
  /** The invocation's own deadline; leases of claims are built on it. */
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly reads: readonly TableName[];
  readonly writes: readonly TableName[];
  /** Tables in which it may write outbox rows and nothing else. */
  readonly outboxes: readonly TableName[];
  /** Tables whose items a transaction may check without writing them. */
  readonly checks: readonly TableName[];
  /** `open` sees personal values, by keys that it reads from `vault`; for `none` every row reads as an erased one does. */
  readonly personal: "none" | "open";
  readonly ledger: "none" | "read" | "append";
  /** The key of the ledger's checkpoints: `verify` reads the public one, `sign` uses it, which `sign-checkpoint` alone does. */
  readonly ledgerKey: "none" | "verify" | "sign";
  /** Whether it writes the published log, which `publish-log` alone does. */
  readonly publishes: boolean;
  /** The agents' own tables. */
  readonly agentTables: "none" | "read" | "write";
  readonly taskToken: "none" | "seal" | "open";
  /** `start` may start and look at executions; `send` may complete a waiting task, which `resume-run` alone does. */
  readonly stateMachine: "none" | "start" | "send";
  /** `emit` hands spans over, by the transport that the deployment chose; `consume` takes them from Kinesis. */
  readonly spans: "none" | "emit" | "consume";
  /** Whether it asks the model, and so may read its key. */
  readonly callsModel: boolean;
  /** Functions that it may run asynchronously; they trust the ids in such a request and nothing else. */
  readonly invokes: readonly string[];
}

const untouched = {
  memoryMegabytes: 512,
  reads: [],
  writes: [],
  outboxes: [],
  checks: [],
  personal: "none",
  ledger: "none",
  ledgerKey: "none",
  publishes: false,
  agentTables: "none",
  taskToken: "none",
  stateMachine: "none",
  spans: "none",
  callsModel: false,
  invokes: [],
} as const;

export const functions = {
  "take-agent-steps": {
    ...untouched,
    purpose: "Runs the model and read-only tools until people are needed or the run is finished.",
    timeoutSeconds: 300,
    memoryMegabytes: 1024,
    reads: ["work", "executions", "rules", "vault"],
    writes: ["work"],
    checks: ["rules"],
    personal: "open",
    agentTables: "read",
    spans: "emit",
    callsModel: true,
  },
  "open-requirement": {
    ...untouched,
    purpose: "Stores the sealed task token of a requirement that people are asked about.",
    timeoutSeconds: 10,
    reads: ["tokens"],
    writes: ["tokens"],
    taskToken: "seal",
  },
  "execute-call": {
    ...untouched,
    purpose: "The last gate: counts the sealed quorum, claims the call, runs the tool once.",
    timeoutSeconds: 60,
    memoryMegabytes: 1024,
    reads: ["work", "executions", "rules", "seal", "vault"],
    writes: ["executions"],
    checks: ["work", "rules"],
    personal: "open",
    ledger: "read",
    ledgerKey: "verify",
    agentTables: "write",
    spans: "emit",
  },
  "end-run": {
    ...untouched,
    purpose: "Sets the run's final status.",
    timeoutSeconds: 10,
    reads: ["work", "vault"],
    writes: ["work"],
    personal: "open",
  },
  "append-ledger": {
    ...untouched,
    purpose: "Appends outbox rows of the source tables to the ledger.",
    timeoutSeconds: 30,
    reads: ["work", "decisions", "executions", "rules", "observations"],
    ledger: "append",
  },
  "sign-checkpoint": {
    ...untouched,
    purpose: "Seals what was appended to the ledger: signs the root of its tree.",
    timeoutSeconds: 30,
    reads: ["seal"],
    writes: ["seal"],
    ledger: "read",
    ledgerKey: "sign",
  },
  "publish-log": {
    ...untouched,
    purpose: "Publishes what is sealed: tiles, bundles of entries, and the checkpoint last.",
    timeoutSeconds: 55,
    reads: ["seal"],
    ledger: "read",
    ledgerKey: "verify",
    publishes: true,
  },
  "resume-run": {
    ...untouched,
    purpose: "Releases a requirement whose outcome is sealed and completes its task token.",
    timeoutSeconds: 30,
    reads: ["work", "tokens", "seal"],
    writes: ["tokens"],
    ledger: "read",
    taskToken: "open",
    stateMachine: "send",
  },
  "adopt-runs": {
    ...untouched,
    purpose: "Starts a new execution for a run whose execution ended without it.",
    timeoutSeconds: 30,
    reads: ["work", "vault"],
    writes: ["work"],
    personal: "open",
    stateMachine: "start",
  },
  "keep-deadlines": {
    ...untouched,
    purpose: "Expires what is due, and finds and mends what a crash left behind.",
    timeoutSeconds: 55,
    reads: ["work", "decisions", "executions", "rules", "observations", "tokens", "vault"],
    writes: ["work"],
    personal: "open",
    ledger: "read",
    stateMachine: "start",
    invokes: ["append-ledger", "resume-run", "adopt-runs"],
  },
  "write-traces": {
    ...untouched,
    purpose: "Keeps the spans that come through Kinesis.",
    timeoutSeconds: 30,
    writes: ["traces"],
    spans: "consume",
  },
  "serve-reads": {
    ...untouched,
    purpose: "Answers every question about runs, requirements and the ledger, and records who looked.",
    timeoutSeconds: 29,
    reads: ["work", "decisions", "executions", "rules", "seal", "vault"],
    writes: ["observations"],
    personal: "open",
    ledger: "read",
    ledgerKey: "verify",
  },
  "control-runs": {
    ...untouched,
    purpose: "Starts and cancels runs.",
    timeoutSeconds: 29,
    reads: ["work", "executions", "rules", "vault"],
    writes: ["work", "vault"],
    personal: "open",
    stateMachine: "start",
  },
  "record-decisions": {
    ...untouched,
    purpose: "Records what people decide, answer and withdraw.",
    timeoutSeconds: 29,
    reads: ["work", "decisions", "executions", "rules", "vault"],
    writes: ["work", "decisions"],
    checks: ["rules"],
    personal: "open",
  },
  "erase-subjects": {
    ...untouched,
    purpose: "Erases the keys of a person's runs, and with them what the runs kept about the person.",
    timeoutSeconds: 29,
    reads: ["work", "vault"],
    writes: ["vault"],
    // Beside the outbox stand the pools, which are none of its affair.
    outboxes: ["rules"],
  },
} as const satisfies Record<string, FunctionWiring>;

export type FunctionName = keyof typeof functions;

/** How spans travel: `kinesis` through a stream to `write-traces`, `direct` into the table without either. */
export type SpanTransport = "kinesis" | "direct";

/** The tables that a function writes; with the transport `direct` whoever emits spans keeps them itself. */
export function writesOf(name: FunctionName, transport: SpanTransport): readonly TableName[] {
  const { writes, spans }: FunctionWiring = functions[name];
  return spans === "emit" && transport === "direct" ? [...writes, "traces"] : writes;
}

/** Tables of whose writers each may also delete: rows of lists move. Whatever else was written stays. */
export const deletableTables = ["work"] as const satisfies readonly TableName[];

export interface RouteWiring {
  readonly method: "GET" | "POST";
  /** In Hono's form, where `:name{.+}` takes the rest of the path. */
  readonly path: string;
  readonly function: "serve-reads" | "control-runs" | "record-decisions" | "erase-subjects";
  /** `public` routes need no token; every other one needs a token with this scope. */
  readonly scope: Scope | "public";
  /** The setting that makes it public. */
  readonly publicBy?: "publicLog";
}

export const routes = [
  { method: "GET", path: "/health", function: "serve-reads", scope: "public" },
  { method: "GET", path: "/openapi.json", function: "serve-reads", scope: "public" },
  { method: "GET", path: "/config.json", function: "serve-reads", scope: "public" },
  { method: "GET", path: "/ledger/key", function: "serve-reads", scope: "public" },
  { method: "GET", path: "/runs", function: "serve-reads", scope: "countersign/read" },
  { method: "GET", path: "/runs/:run", function: "serve-reads", scope: "countersign/read" },
  { method: "GET", path: "/runs/:run/messages", function: "serve-reads", scope: "countersign/read" },
  { method: "GET", path: "/requirements", function: "serve-reads", scope: "countersign/read" },
  { method: "GET", path: "/requirements/:requirement", function: "serve-reads", scope: "countersign/read" },
  {
    method: "GET",
    path: "/requirements/:requirement/eligibility",
    function: "serve-reads",
    scope: "countersign/read",
  },
  { method: "GET", path: "/ledger/entries", function: "serve-reads", scope: "countersign/read" },
  {
    method: "GET",
    path: "/ledger/receipts/:requirement",
    function: "serve-reads",
    scope: "countersign/read",
  },
  {
    method: "POST",
    path: "/ledger/entries/:index/disclose",
    function: "serve-reads",
    scope: "countersign/read",
  },
  {
    method: "GET",
    path: "/ledger/checkpoint",
    function: "serve-reads",
    scope: "countersign/read",
    publicBy: "publicLog",
  },
  {
    method: "GET",
    path: "/ledger/tile/:tile{.+}",
    function: "serve-reads",
    scope: "countersign/read",
    publicBy: "publicLog",
  },
  { method: "POST", path: "/agents/:agent/runs", function: "control-runs", scope: "countersign/run" },
  { method: "POST", path: "/runs/:run/cancel", function: "control-runs", scope: "countersign/run" },
  {
    method: "POST",
    path: "/requirements/:requirement/decisions",
    function: "record-decisions",
    scope: "countersign/decide",
  },
  {
    method: "POST",
    path: "/requirements/:requirement/answers",
    function: "record-decisions",
    scope: "countersign/decide",
  },
  {
    method: "POST",
    path: "/requirements/:requirement/withdraw",
    function: "record-decisions",
    scope: "countersign/run",
  },
  {
    method: "POST",
    path: "/subjects/:subject/erase",
    function: "erase-subjects",
    scope: "countersign/administer",
  },
  { method: "POST", path: "/runs/:run/continue", function: "record-decisions", scope: "countersign/decide" },
] as const satisfies readonly RouteWiring[];

/** What a deployment may open to everybody. */
export interface PublicSettings {
  readonly publicLog: boolean;
}

/** What a request needs for the route in a deployment with these settings. */
export function scopeOf({ scope, publicBy }: RouteWiring, settings: PublicSettings): RouteWiring["scope"] {
  return publicBy !== undefined && settings[publicBy] ? "public" : scope;
}

/** A route's path as OpenAPI and docs/api.md have it: `{name}` for each parameter. */
export function describePath(path: string): string {
  return path.replaceAll(/:([a-z]+)(?:\{\.\+\})?/g, "{$1}");
}

/** A route's path as API Gateway has it: `{name+}` for a parameter that takes the rest of the path. */
export function gatewayPath(path: string): string {
  return describePath(path.replaceAll(/:([a-z]+)\{\.\+\}/g, "{$1+}"));
}

/** Partition prefix of outbox rows, the only items whose changes the ledger's streams carry. */
export const outboxPrefix = "outbox#";

/** Partition prefix of seals, the only items of the table `seal` whose changes its stream carries. */
export const sealPrefix = "seals#";

/** Partition prefix of intents, which wake nobody. */
export const intentPrefix = "intents#";

export interface StreamWiring {
  readonly source: TableName | "ledger";
  /** Only items whose partition starts so are handed over. */
  readonly partitionPrefix: string;
  /** `keys` where the function reads the item itself: what it acts on is then what is stored, not what it was sent. */
  readonly carries: "keys" | "items";
  readonly function: FunctionName;
  readonly batchSize: number;
  /** A record that failed this often goes to the dead letters. */
  readonly attempts: number;
}

const batch = { batchSize: 45, attempts: 10 } as const;
const outbox = {
  partitionPrefix: outboxPrefix,
  carries: "keys",
  function: "append-ledger",
  ...batch,
} as const;

export const streams = [
  { source: "work", ...outbox },
  { source: "decisions", ...outbox },
  { source: "executions", ...outbox },
  { source: "rules", ...outbox },
  { source: "observations", ...outbox },
  { source: "ledger", partitionPrefix: "block#", carries: "keys", function: "sign-checkpoint", ...batch },
  { source: "seal", partitionPrefix: sealPrefix, carries: "keys", function: "resume-run", ...batch },
] as const satisfies readonly StreamWiring[];

/** What reads the spans' Kinesis stream, where there is one. */
export const spanConsumer = { function: "write-traces", batchSize: 500, attempts: 3 } as const;

/** Functions that the state machine `run` calls. */
export const machineFunctions = [
  "take-agent-steps",
  "open-requirement",
  "execute-call",
  "end-run",
] as const satisfies readonly FunctionName[];

/** The function that hears of every execution's end. */
export const executionStatusFunction = "adopt-runs" satisfies FunctionName;

export const schedules = [
  { function: "keep-deadlines", everySeconds: 60 },
  // After the sweep, so that what the sweep had appended is signed at once.
  { function: "sign-checkpoint", everySeconds: 60 },
  // And this after both, so that locally what was signed is published at once.
  { function: "publish-log", everySeconds: 60 },
] as const satisfies readonly { readonly function: FunctionName; readonly everySeconds: number }[];
