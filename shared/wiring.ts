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
  /** Tables whose items a transaction may check without writing them. */
  readonly checks: readonly TableName[];
  readonly ledger: "none" | "read" | "append";
  /** The agents' own tables. */
  readonly agentTables: "none" | "read" | "write";
  readonly taskToken: "none" | "seal" | "open";
  /** `start` may start and look at executions; `send` may complete a waiting task, which `resume-run` alone does. */
  readonly stateMachine: "none" | "start" | "send";
}

const untouched = {
  memoryMegabytes: 512,
  reads: [],
  writes: [],
  checks: [],
  ledger: "none",
  agentTables: "none",
  taskToken: "none",
  stateMachine: "none",
} as const;

export const functions = {
  "take-agent-steps": {
    ...untouched,
    purpose: "Runs the model and read-only tools until people are needed or the run is finished.",
    timeoutSeconds: 300,
    memoryMegabytes: 1024,
    reads: ["work", "executions", "rules"],
    writes: ["work", "traces"],
    checks: ["rules"],
    agentTables: "read",
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
    reads: ["work", "executions", "rules"],
    writes: ["executions", "traces"],
    checks: ["work", "rules"],
    ledger: "read",
    agentTables: "write",
  },
  "end-run": {
    ...untouched,
    purpose: "Sets the run's final status.",
    timeoutSeconds: 10,
    reads: ["work"],
    writes: ["work"],
  },
  "append-ledger": {
    ...untouched,
    purpose: "Seals outbox rows of the source tables into the ledger.",
    timeoutSeconds: 30,
    ledger: "append",
  },
  "resume-run": {
    ...untouched,
    purpose: "Releases a requirement whose outcome is sealed and completes its task token.",
    timeoutSeconds: 30,
    reads: ["work", "tokens"],
    writes: ["tokens"],
    ledger: "read",
    taskToken: "open",
    stateMachine: "send",
  },
  "adopt-runs": {
    ...untouched,
    purpose: "Starts a new execution for a run whose execution ended without it.",
    timeoutSeconds: 30,
    reads: ["work"],
    writes: ["work"],
    stateMachine: "start",
  },
  "keep-deadlines": {
    ...untouched,
    purpose: "Expires what is due, and finds and mends what a crash left behind.",
    timeoutSeconds: 55,
    reads: ["work", "decisions", "executions", "tokens"],
    writes: ["work"],
    ledger: "read",
    stateMachine: "start",
  },
  "serve-reads": {
    ...untouched,
    purpose: "Answers every question about runs and requirements.",
    timeoutSeconds: 29,
    reads: ["work", "decisions", "executions", "rules"],
  },
  "control-runs": {
    ...untouched,
    purpose: "Starts and cancels runs.",
    timeoutSeconds: 29,
    reads: ["work", "executions", "rules"],
    writes: ["work"],
    stateMachine: "start",
  },
  "record-decisions": {
    ...untouched,
    purpose: "Records what people decide, answer and withdraw.",
    timeoutSeconds: 29,
    reads: ["work", "decisions", "executions", "rules"],
    writes: ["work", "decisions"],
    checks: ["rules"],
  },
} as const satisfies Record<string, FunctionWiring>;

export type FunctionName = keyof typeof functions;

export interface RouteWiring {
  readonly method: "GET" | "POST";
  /** In Hono's form; `{name}` in OpenAPI and API Gateway. */
  readonly path: string;
  readonly function: "serve-reads" | "control-runs" | "record-decisions";
  /** `public` routes need no token; every other one needs a token with this scope. */
  readonly scope: Scope | "public";
}

export const routes = [
  { method: "GET", path: "/health", function: "serve-reads", scope: "public" },
  { method: "GET", path: "/openapi.json", function: "serve-reads", scope: "public" },
  { method: "GET", path: "/config.json", function: "serve-reads", scope: "public" },
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
  { method: "POST", path: "/runs/:run/continue", function: "record-decisions", scope: "countersign/decide" },
] as const satisfies readonly RouteWiring[];

/** Partition prefix of outbox rows, the only items whose changes the ledger's streams carry. */
export const outboxPrefix = "outbox#";

export interface StreamWiring {
  readonly source: TableName | "ledger";
  /** Only items whose partition starts so are handed over. */
  readonly partitionPrefix: string;
  readonly function: FunctionName;
  readonly batchSize: number;
  /** A record that failed this often goes to the dead letters. */
  readonly attempts: number;
}

export const streams = [
  { source: "work", partitionPrefix: outboxPrefix, function: "append-ledger", batchSize: 45, attempts: 10 },
  {
    source: "decisions",
    partitionPrefix: outboxPrefix,
    function: "append-ledger",
    batchSize: 45,
    attempts: 10,
  },
  {
    source: "executions",
    partitionPrefix: outboxPrefix,
    function: "append-ledger",
    batchSize: 45,
    attempts: 10,
  },
  { source: "ledger", partitionPrefix: "block#", function: "resume-run", batchSize: 45, attempts: 10 },
] as const satisfies readonly StreamWiring[];

/** Functions that the state machine `run` calls. */
export const machineFunctions = [
  "take-agent-steps",
  "open-requirement",
  "execute-call",
  "end-run",
] as const satisfies readonly FunctionName[];

/** The function that hears of every execution's end. */
export const executionStatusFunction = "adopt-runs" satisfies FunctionName;

export const schedules = [{ function: "keep-deadlines", everySeconds: 60 }] as const;
