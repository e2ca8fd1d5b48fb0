import type * as z from "zod/mini";
import type { Committing } from "../../shared/domain/commitment.ts";
import { callIdOf, type RequirementId, requirementIdOf, type RunId } from "../../shared/domain/ids.ts";
import { poolSchema } from "../../shared/domain/pool.ts";
import type { Requirement, requirementSchema } from "../../shared/domain/requirement.ts";
import type { Run } from "../../shared/domain/run.ts";
import { type OpenCall, openCallSchema } from "../../shared/domain/steps.ts";
import type { StreamRecord } from "../../shared/ports/functions.ts";
import type { Item, Store, TableName, WriteAction } from "../../shared/ports/store.ts";
import { callKey, outboxKey, poolKey } from "../../shared/records/keys.ts";
import { readPartition } from "../../shared/records/loaded.ts";
import { createRequirementWrites } from "../../shared/records/requirement-records.ts";
import { sealPartition } from "../../shared/records/seal-records.ts";
import { createRunWrites } from "../../shared/records/run-records.ts";
import { buildRequirement } from "./build-requirement.ts";
import { buildRun } from "./build-run.ts";
import type { System } from "./build-system.ts";

/** The run that `buildRun` builds. */
export const builtRun = buildRun().id;

export function requirementAt(place: number, run: RunId = builtRun): RequirementId {
  return requirementIdOf(callIdOf(run, 1, place), 1);
}

/** The requirement of the run's call at `place`. */
export function buildRequirementOf(
  run: Run,
  place: number,
  over: Partial<z.input<typeof requirementSchema>> = {},
): Requirement {
  const { tenant, id, agent, requester } = run;
  return buildRequirement({
    tenant,
    run: id,
    agent,
    requester,
    id: requirementAt(place, id),
    call: callIdOf(id, 1, place),
    ...over,
  });
}

/** The writes with which `take-agent-steps` opens the requirement's call, but for its check on the run. */
export function openCallWrites(requirement: Requirement, committing?: Committing): readonly WriteAction[] {
  const { tenant, run, call, tool, toolVersion, inputDigest, id } = requirement;
  const open: OpenCall = openCallSchema.parse({
    v: 1,
    id: call,
    run,
    turn: 1,
    tool,
    toolVersion,
    mode: "people",
    inputDigest,
    requirement: id,
    requirements: 1,
  });
  const key = callKey(tenant, run, call);
  return [
    { action: "put", key, body: open, expect: "absent" },
    ...createRequirementWrites(requirement, committing),
  ];
}

/** Stores the run with its requirements and starts its execution. */
export async function storeLiveRun(
  { storage: { store }, machine }: Pick<System, "storage" | "machine">,
  run: Run,
  requirements: readonly Requirement[],
  committing?: Committing,
): Promise<void> {
  await expectWritten(store, createRunWrites(run));
  for (const requirement of requirements) await expectWritten(store, openCallWrites(requirement, committing));
  const { tenant, id: runId, epoch } = run;
  await machine.startExecution({ name: `${runId}-${epoch}`, input: { tenant, runId, epoch } });
}

export async function storePool(
  store: Store,
  tenant: string,
  id: string,
  members: readonly string[],
): Promise<void> {
  const body = poolSchema.parse({ v: 1, id, members });
  await expectWritten(store, [{ action: "put", key: poolKey(tenant, id), body, expect: "anything" }]);
}

export async function expectWritten(store: Store, actions: readonly WriteAction[]): Promise<void> {
  const { outcome } = await store.write(actions);
  if (outcome !== "written") throw new Error("What the test sets up was not written.");
}

const sources = ["work", "decisions", "executions"] as const satisfies readonly TableName[];

/** Every outbox row of the tenant's run. */
export async function readOutbox(
  store: Store,
  tenant: string,
  run: RunId = builtRun,
): Promise<readonly Item[]> {
  const partitions = sources.map((table) => ({
    table,
    // All rows of a run lie in one shard.
    partition: outboxKey(table, tenant, run, 0, "").partition,
  }));
  const pages = await Promise.all(partitions.map((range) => readPartition(store, range)));
  return pages.flat();
}

/** The same as the streams would hand it over: keys alone. */
export async function readOutboxRecords(
  store: Store,
  tenant: string,
  run: RunId = builtRun,
): Promise<readonly StreamRecord[]> {
  const rows = await readOutbox(store, tenant, run);
  return rows.map(({ key }) => ({ sequence: `${key.table}/${key.sort}`, key }));
}

/** The ledger's blocks from index `from` on, as its stream would hand them over: keys alone. */
export async function readBlocks(
  { storage: { ledger } }: Pick<System, "storage">,
  from = 0,
): Promise<readonly StreamRecord[]> {
  const blocks = await ledger.blocks(from, 1_000);
  return blocks.map((block) => ({
    sequence: `block-${block.from}`,
    key: { table: "ledger", partition: `block#${block.from}`, sort: "block" },
  }));
}

/** The seals of the tenant's ledger, as their stream would hand them over: keys alone. */
export async function readSeals({
  storage: { store },
  tenant,
}: Pick<System, "storage" | "tenant">): Promise<readonly StreamRecord[]> {
  const items = await readPartition(store, { table: "seal", partition: sealPartition(tenant) });
  return items.map(({ key }) => ({ sequence: `seal-${key.sort}`, key }));
}

/** Appends and seals everything and releases what that settles, as the streams do when nothing is in their way. */
export async function deliverAll(system: System): Promise<void> {
  await system.deliver("append-ledger", await readOutboxRecords(system.storage.store, system.tenant));
  await system.deliver("sign-checkpoint", await readBlocks(system));
  await system.deliver("resume-run", await readSeals(system));
}
