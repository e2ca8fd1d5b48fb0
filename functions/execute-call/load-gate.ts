import type * as z from "zod/mini";
import { InvariantBroken, MalformedRecord } from "../../shared/domain/errors.ts";
import { executionSchema } from "../../shared/domain/execution.ts";
import type { GateInput } from "../../shared/domain/execution-gate.ts";
import type { SealedVote } from "../../shared/domain/quorum.ts";
import { type Requirement, requirementSchema } from "../../shared/domain/requirement.ts";
import { requirementIdOf } from "../../shared/domain/ids.ts";
import { type OpenCall, openCallSchema } from "../../shared/domain/steps.ts";
import type { Revision } from "../../shared/ports/store.ts";
import { callKey, executionKey, requirementKey, vaultKey } from "../../shared/records/keys.ts";
import { type Loaded, parseItem } from "../../shared/records/loaded.ts";
import { loadPools, poolMap } from "../../shared/records/pool-records.ts";
import { loadRunOfEpoch } from "../../shared/records/run-records.ts";
import { committingOf, runKeySchema } from "../../shared/records/vault-records.ts";
import type { Pool } from "../../shared/domain/pool.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import type { executeCallSchema } from "../../shared/wire/machine.ts";
import type { ExecuteCallParts } from "./execute-call.ts";
import { loadSealedEntries } from "./load-sealed-entries.ts";

/** What the gate judges, with the revisions under which its writes hold. */
export interface LoadedGate extends GateInput {
  readonly runRevision: Revision;
  readonly executionRevision: Revision | undefined;
  readonly loadedPools: ReadonlyMap<string, Loaded<Pool>>;
}

/** Reads everything afresh by the ids alone; the machine's event is no proof of anything. */
export async function loadGate(
  parts: ExecuteCallParts,
  { tenant, runId, epoch, callId }: z.infer<typeof executeCallSchema>,
): Promise<LoadedGate> {
  const { store } = parts;
  const run = await loadRunOfEpoch(store, tenant, runId, epoch);
  const [callItem, executionItem, keyItem] = await store.get([
    callKey(tenant, runId, callId),
    executionKey(tenant, runId, callId),
    vaultKey(tenant, runId),
  ]);
  if (callItem === undefined) throw new InvariantBroken(`${callId} was never opened; nothing runs.`);
  const call = parseItem(callItem, openCallSchema).value;
  if (call.id !== callId || call.run !== runId)
    throw new MalformedRecord(`The record of ${callId} is another call's; nothing runs.`);
  const execution = executionItem === undefined ? undefined : parseItem(executionItem, executionSchema);
  const requirements = await loadRequirements(parts, tenant, call);
  const [loadedPools, sealed] = await Promise.all([
    loadPools(store, tenant, poolsOfAll(requirements)),
    loadSealedEntries(parts, tenant, requirements),
  ]);
  return {
    run: run.value,
    runRevision: run.revision,
    call,
    requirements,
    execution: execution?.value,
    executionRevision: execution?.revision,
    agent: parts.agents.get(run.value.agent),
    sealed: sealed.map(voteOf),
    sealedRequests: sealed.filter(({ kind }) => kind === "requested"),
    committing: committingOf(keyItem && parseItem(keyItem, runKeySchema).value, parts),
    loadedPools,
    pools: poolMap(loadedPools),
    now: parts.now(),
    sha256: parts.sha256,
  };
}

async function loadRequirements(
  { store }: ExecuteCallParts,
  tenant: string,
  call: OpenCall,
): Promise<Requirement[]> {
  if (call.requirements === 0) return [];
  const keys = Array.from({ length: call.requirements }, (_, k) =>
    requirementKey(tenant, requirementIdOf(call.id, k + 1)),
  );
  const items = await store.get(keys);
  return items.map((item) => {
    if (item === undefined) throw new MalformedRecord(`A requirement of ${call.id} is gone; nothing runs.`);
    return parseItem(item, requirementSchema).value;
  });
}

function poolsOfAll(requirements: readonly Requirement[]): readonly string[] {
  const pools = requirements.flatMap(({ stages }) =>
    stages.flatMap((stage) => (stage.by === "asker" ? [] : stage.by)),
  );
  return [...new Set(pools)];
}

function voteOf({
  id,
  kind,
  requirement,
  version,
  stage,
  digest,
  decision,
  actor,
  at,
}: LedgerEntry): SealedVote {
  return { id, kind, requirement, version, stage, digest, decision, actor, at };
}
