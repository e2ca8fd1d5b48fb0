import type { Agent } from "../../shared/domain/agent.ts";
import {
  agentNameSchema,
  epochMillisSchema,
  newRunId,
  type RunId,
  subjectSchema,
  tenantSchema,
} from "../../shared/domain/ids.ts";
import type { Principal } from "../../shared/domain/principal.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { shownName } from "../../shared/domain/requester.ts";
import { executionName, type Run, runSchema } from "../../shared/domain/run.ts";
import type { Sha256 } from "../../shared/ledger/sha256.ts";
import { checkSatisfiable, hashJson, policyOf } from "../../shared/domain/stages.ts";
import type { Now, RandomBytes } from "../../shared/ports/functions.ts";
import type { StateMachine } from "../../shared/ports/state-machine.ts";
import type { Store } from "../../shared/ports/store.ts";
import { type Recalled, recall, rememberWrite } from "../../shared/records/idempotency.ts";
import { loadAllPools } from "../../shared/records/pool-records.ts";
import { createRunWrites, loadRun } from "../../shared/records/run-records.ts";
import { createRunKeyWrite } from "../../shared/records/vault-records.ts";

export interface StartRunParts {
  readonly tenant: string;
  readonly store: Store;
  readonly stateMachine: StateMachine;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly sha256: Sha256;
  readonly randomBytes: RandomBytes;
  readonly now: Now;
}

export interface StartRunRequest {
  readonly principal: Principal;
  readonly agent: string;
  readonly body: {
    readonly input: string;
    readonly metadata?: Readonly<Record<string, string>> | undefined;
    /** Whom the run is about. */
    readonly subjects?: readonly string[] | undefined;
  };
  readonly idempotencyKey?: string | undefined;
}

/** `isNew` = by this request; else by an earlier one with the same key. */
type Started = { readonly outcome: "started"; readonly run: Run; readonly isNew: boolean };

/**
 * Starts a run for the verified principal. The run is stored first, then its execution is started under the run's own
 * name, so a crash in between is mended by the reconciler and a repeat starts nothing twice.
 */
export async function startRun(parts: StartRunParts, request: StartRunRequest): Promise<Started | Refused> {
  const agent = parts.agents.get(request.agent);
  if (agent === undefined) {
    return refuse(
      "not_found",
      `There is no agent "${request.agent}": the agents are ${[...parts.agents.keys()].join(", ")}.`,
    );
  }
  const { input, metadata, subjects } = request.body;
  const bodyHash = hashJson(
    { input, metadata: metadata ?? null, ...(subjects === undefined ? {} : { subjects }) },
    parts.sha256,
  );
  const recalled = await recallRun(parts, request, bodyHash);
  if (recalled.outcome !== "new") return recalled;
  const unsatisfiable = await checkMachineStart(parts, agent, request.principal);
  if (unsatisfiable !== undefined) return unsatisfiable;
  const run = newRun(parts, request);
  const idempotency = keyOf(parts, request, bodyHash);
  const written = await parts.store.write([
    ...createRunWrites(run, subjects),
    createRunKeyWrite(run.tenant, run.id, parts.randomBytes),
    ...(idempotency === undefined ? [] : [rememberWrite(idempotency, run.id, recalled.expect, parts.now())]),
  ]);
  if (written.outcome === "conflict") {
    const winner = await recallRun(parts, request, bodyHash);
    if (winner.outcome !== "new") return winner;
    return refuse("check_failed", "The run could not be stored; try again with the same Idempotency-Key.");
  }
  await startExecution(parts, run);
  return { outcome: "started", run, isNew: true };
}

async function startExecution({ stateMachine }: StartRunParts, run: Run): Promise<void> {
  const { tenant, id: runId, epoch } = run;
  await stateMachine.startExecution({ name: executionName(run), input: { tenant, runId, epoch } });
}

/** The run that an earlier request with this key started, started again in case that request died in between. */
async function recallRun(
  parts: StartRunParts,
  request: StartRunRequest,
  bodyHash: string,
): Promise<Started | Refused | Extract<Recalled, { outcome: "new" }>> {
  const idempotency = keyOf(parts, request, bodyHash);
  if (idempotency === undefined) return { outcome: "new", expect: "absent" };
  const known = await recall(parts.store, idempotency, parts.now());
  if (known.outcome !== "known") return known;
  const run = await loadRun(parts.store, parts.tenant, runSchema.shape.id.parse(known.result));
  if (run === undefined)
    return refuse("check_failed", "The run of this Idempotency-Key could not be read; try again.");
  if (run.value.status === "running" && run.value.epoch === 1) await startExecution(parts, run.value);
  return { outcome: "started", run: run.value, isNew: false };
}

function keyOf(
  { tenant }: StartRunParts,
  { principal, agent, idempotencyKey }: StartRunRequest,
  bodyHash: string,
) {
  return idempotencyKey === undefined
    ? undefined
    : ({
        table: "work",
        tenant,
        caller: principal.subject,
        route: `start#${agent}`,
        key: idempotencyKey,
        bodyHash,
      } as const);
}

/** A machine has no asker, so an agent whose tools wait for one cannot be started by it (docs/design.md section 5). */
async function checkMachineStart(
  { store, tenant, sha256 }: StartRunParts,
  agent: Agent,
  principal: Principal,
): Promise<Refused | undefined> {
  if (principal.kind === "person") return undefined;
  const pools = new Map((await loadAllPools(store, tenant)).map((pool) => [pool.id, pool]));
  const requester = {
    kind: "machine",
    subject: subjectSchema.parse(principal.subject),
    name: principal.subject,
  } as const;
  for (const tool of agent.tools) {
    const refused = checkSatisfiable(policyOf(tool, sha256).stages, requester, agent.owner, pools);
    if (refused !== undefined) return refuse(refused.code, `Tool "${tool.name}": ${refused.detail}`);
  }
  return undefined;
}

function newRun(
  { tenant, now, randomBytes }: StartRunParts,
  { principal, agent, body }: StartRunRequest,
): Run {
  const createdAt = epochMillisSchema.parse(now());
  const id: RunId = newRunId(createdAt, randomBytes(10));
  return {
    v: 1,
    tenant: tenantSchema.parse(tenant),
    id,
    agent: agentNameSchema.parse(agent),
    status: "running",
    input: body.input,
    ...(body.metadata === undefined ? {} : { metadata: { ...body.metadata } }),
    requester: {
      kind: principal.kind,
      subject: subjectSchema.parse(principal.subject),
      name: shownName(principal.kind === "person" ? principal.name : principal.clientId),
    },
    epoch: 1,
    adoptions: { count: 0, steps: 0 },
    handOuts: { count: 0, turn: 0, open: 0 },
    usage: { modelCalls: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0 },
    createdAt,
    updatedAt: createdAt,
    traceId: Buffer.from(randomBytes(16)).toString("hex"),
  };
}
