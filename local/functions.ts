import { createHandler as createAdoptRuns } from "../functions/adopt-runs/handler.ts";
import { createHandler as createAppendLedger } from "../functions/append-ledger/handler.ts";
import { createHandler as createEndRun } from "../functions/end-run/handler.ts";
import { createHandler as createExecuteCall } from "../functions/execute-call/handler.ts";
import { createHandler as createKeepDeadlines } from "../functions/keep-deadlines/handler.ts";
import { createHandler as createOpenRequirement } from "../functions/open-requirement/handler.ts";
import { createHandler as createPublishLog } from "../functions/publish-log/handler.ts";
import { createHandler as createResumeRun } from "../functions/resume-run/handler.ts";
import { createHandler as createSignCheckpoint } from "../functions/sign-checkpoint/handler.ts";
import { createHandler as createTakeAgentSteps } from "../functions/take-agent-steps/handler.ts";
import { createEmitSpans } from "../shared/adapters/emit-spans-directly.ts";
import { encryptValues } from "../shared/adapters/encrypt-values.ts";
import {
  restrictInvokeLater,
  restrictLedger,
  restrictPublishedLog,
  restrictSigner,
  restrictStateMachine,
  restrictStore,
} from "../shared/adapters/restrict-store.ts";
import { createVaultedStore } from "../shared/adapters/vaulted-store.ts";
import type { Agent } from "../shared/domain/agent.ts";
import { CountersignError } from "../shared/domain/errors.ts";
import type {
  Invocation,
  InvokeLater,
  Log,
  MendingFunction,
  Now,
  StreamOutcome,
  StreamRecord,
} from "../shared/ports/functions.ts";
import type { CallModel } from "../shared/ports/model.ts";
import { type FunctionName, functions, writesOf } from "../shared/wiring.ts";
import { hashBytes, hmac, sha256, strongRandomBytes } from "./crypto.ts";
import type { Ports } from "./ports.ts";

/** What the functions of one tenant share besides their ports. */
export interface FunctionSettings {
  readonly tenant: string;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly callModel: CallModel;
  readonly defaultModel: string;
  readonly now: Now;
  readonly log: Log;
}

/** The functions that machine, streams, schedule and status events call. */
export interface EventFunctions {
  /** By the name in shared/wiring.ts; the payload is what Lambda would be handed. */
  readonly invoke: (name: string, payload: unknown, invocation: Invocation) => Promise<unknown>;
  readonly deliver: (name: string, records: readonly StreamRecord[]) => Promise<StreamOutcome>;
}

/**
 * The ports as one function may use them: `shared/wiring.ts` stands here where IAM stands on AWS, so a function that
 * reaches beyond its grants fails on every machine.
 */
export function grantPorts(
  ports: Ports,
  name: FunctionName,
): Pick<Ports, "store" | "ledger" | "stateMachine"> {
  const grant = functions[name];
  return {
    store: createVaultedStore({
      // Spans go straight into their table here.
      store: restrictStore(ports.store, { ...grant, writes: writesOf(name, "direct") }, name),
      encryption: encryptValues,
      access: grant.personal,
    }),
    ledger: restrictLedger(ports.ledger, grant.ledger, name),
    stateMachine: restrictStateMachine(ports.stateMachine, grant.stateMachine, name),
  };
}

/** Builds the handlers of `functions/` on the given ports, each with its own grants. */
export function createEventFunctions(ports: Ports, settings: FunctionSettings): EventFunctions {
  const { now, log, tenant } = settings;
  const worker = (name: "take-agent-steps" | "execute-call") => {
    const granted = grantPorts(ports, name);
    const emitSpans = createEmitSpans(granted.store, tenant, now, log);
    return { ...settings, ...granted, hmac, sha256, randomBytes: strongRandomBytes, emitSpans };
  };
  const takeAgentSteps = createTakeAgentSteps(worker("take-agent-steps"));
  const openRequirement = createOpenRequirement({
    sealToken: ports.sealToken,
    ...grantPorts(ports, "open-requirement"),
  });
  const executeCall = createExecuteCall({
    ...worker("execute-call"),
    readLedgerTrust: async () => ports.ledgerTrust,
    hash: hashBytes,
  });
  const endRun = createEndRun({ now, ...grantPorts(ports, "end-run") });
  const appendLedger = createAppendLedger({ hash: hashBytes, log, ...grantPorts(ports, "append-ledger") });
  const signer = restrictSigner(ports.signer, functions["sign-checkpoint"].ledgerKey, "sign-checkpoint");
  const signCheckpoint = createSignCheckpoint({
    tenant,
    findSigner: async () => signer,
    hash: hashBytes,
    now,
    log,
    ...grantPorts(ports, "sign-checkpoint"),
  });
  const resumeRun = createResumeRun({
    openToken: ports.openToken,
    now,
    log,
    ...grantPorts(ports, "resume-run"),
  });
  const adoptRuns = createAdoptRuns({ now, log, ...grantPorts(ports, "adopt-runs") });
  const mending = {
    "append-ledger": appendLedger.invoke,
    "resume-run": resumeRun.invoke,
    "adopt-runs": adoptRuns,
  };
  const keepDeadlines = createKeepDeadlines({
    tenant,
    now,
    log,
    ...grantPorts(ports, "keep-deadlines"),
    invokeLater: restrictInvokeLater(
      invokeHere(mending, log),
      functions["keep-deadlines"].invokes,
      "keep-deadlines",
    ),
  });

  const handlers: Partial<
    Record<FunctionName, (payload: unknown, invocation: Invocation) => Promise<unknown>>
  > = {
    "take-agent-steps": takeAgentSteps,
    "open-requirement": openRequirement,
    "execute-call": executeCall,
    "end-run": endRun,
    ...mending,
    "keep-deadlines": keepDeadlines,
    "sign-checkpoint": signCheckpoint.invoke,
    "publish-log": buildPublishLog(ports, settings),
  };
  const consumers: Partial<
    Record<FunctionName, (records: readonly StreamRecord[]) => Promise<StreamOutcome>>
  > = {
    "append-ledger": appendLedger.deliver,
    "sign-checkpoint": signCheckpoint.deliver,
    "resume-run": resumeRun.deliver,
  };
  return {
    invoke: async (name, payload, invocation) => find(handlers, name)(payload, invocation),
    deliver: async (name, records) => find(consumers, name)(records),
  };
}

function buildPublishLog(ports: Ports, { tenant, now, log }: FunctionSettings) {
  const name = "publish-log";
  return createPublishLog({
    tenant,
    publishedLog: restrictPublishedLog(ports.publishedLog, functions[name].publishes, name),
    readLedgerTrust: async () => ports.ledgerTrust,
    hash: hashBytes,
    now,
    log,
    ...grantPorts(ports, name),
  });
}

/** Runs the function in this process, before the caller goes on; how it ends is not the caller's affair, as on Lambda. */
function invokeHere(
  mending: Record<MendingFunction, (event: unknown) => Promise<unknown>>,
  log: Log,
): InvokeLater {
  return async (name, payload) => {
    try {
      await mending[name](payload);
    } catch (error) {
      const isKnown = error instanceof CountersignError;
      const level = isKnown && error.family === "retryable" ? "warning" : "alarm";
      log({ level, event: "invocation-failed", code: `${name}:${isKnown ? error.code : "unexpected"}` });
    }
  };
}

function find<Handler>(handlers: Partial<Record<FunctionName, Handler>>, name: string): Handler {
  const known = new Map<string, Handler | undefined>(Object.entries(handlers)).get(name);
  if (known === undefined)
    throw new Error(`There is no local function "${name}": shared/wiring.ts names it.`);
  return known;
}
