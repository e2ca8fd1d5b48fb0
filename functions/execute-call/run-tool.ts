import { commitTo } from "../../shared/domain/commitment.ts";
import { RunContended, StoreUnavailable } from "../../shared/domain/errors.ts";
import {
  type Execution,
  executionSchema,
  idempotencyKeyOf,
  resultOf,
} from "../../shared/domain/execution.ts";
import { auditCallEntry, executedEntry } from "../../shared/domain/entry-ids.ts";
import type { GateVerdict } from "../../shared/domain/execution-gate.ts";
import { epochMillisSchema } from "../../shared/domain/ids.ts";
import { jsonValueSchema } from "../../shared/domain/json.ts";
import type { ItemKey, Revision, WriteAction } from "../../shared/ports/store.ts";
import { createAgentTables } from "../../shared/records/agent-tables.ts";
import { bytesOf, mostContentBytes } from "../../shared/records/item-size.ts";
import { executionKey, runKey } from "../../shared/records/keys.ts";
import { loadRecord } from "../../shared/records/loaded.ts";
import { outboxWrite } from "../../shared/records/outbox.ts";
import { checkPools } from "../../shared/records/pool-records.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import type { Invocation } from "../../shared/ports/functions.ts";
import type { ExecuteCallParts } from "./execute-call.ts";
import type { LoadedGate } from "./load-gate.ts";

type Run = Extract<GateVerdict, { verdict: "run" }>;

/** What the claim outlives the invocation by, so that no lease ends while its tool may still be running. */
const leaseMarginMilliseconds = 5_000;
/** Kept back from the invocation's time to record the result. */
const reserveMilliseconds = 5_000;

/** Claims the call in one transaction, runs the tool once, records what came of it. */
export async function runTool(
  parts: ExecuteCallParts,
  gate: LoadedGate,
  verdict: Run,
  { deadlineAt }: Invocation,
): Promise<string> {
  const claimed = await claim(parts, gate, verdict, deadlineAt);
  const ended = await run(parts, gate, verdict, claimed.execution, deadlineAt);
  try {
    return await recordResult(parts, gate, ended, claimed.revision);
  } finally {
    // After the result, whose time a trace must not use up.
    await recordSpan(parts, gate, claimed.execution, ended);
  }
}

type Claim = Extract<Execution, { status: "running" }>;
type Ended = Extract<Execution, { status: "succeeded" | "failed" }>;

/** The one-time right to run the call: holds only while run and pools are as the gate read them. */
async function claim(
  { store, now }: ExecuteCallParts,
  gate: LoadedGate,
  { attempt, input, inputDigest, requirement }: Run,
  deadlineAt: number,
): Promise<{ execution: Claim; revision: Revision }> {
  const { run, call } = gate;
  const execution: Claim = {
    v: 1,
    call: call.id,
    run: run.id,
    tool: call.tool,
    ...(requirement === undefined ? {} : { requirement: requirement.id }),
    attempt,
    ...lastEntryOf(gate, attempt),
    claimedAt: epochMillisSchema.parse(now()),
    inputDigest,
    status: "running",
    leaseUntil: epochMillisSchema.parse(deadlineAt + leaseMarginMilliseconds),
  };
  const expect = gate.executionRevision ?? "absent";
  const actions: readonly WriteAction[] = [
    { action: "put", key: executionKey(run.tenant, run.id, call.id), body: execution, expect },
    { action: "check", key: runKey(run.tenant, run.id), expect: gate.runRevision },
    ...checkPools(run.tenant, gate.loadedPools),
    ...(call.mode === "audit"
      ? [
          outboxWrite({
            ...entryOf(gate),
            id: auditCallEntry(call.id, attempt),
            kind: "audit-call",
            at: execution.claimedAt,
            ...commitTo(gate.committing, auditCallEntry(call.id, attempt), { input }),
          }),
        ]
      : []),
  ];
  const written = await store.write(actions);
  const revision = written.outcome === "written" ? written.revisions[0] : undefined;
  if (revision === undefined)
    throw new RunContended(`${call.id} changed while it was claimed; it is judged again.`);
  return { execution, revision };
}

async function run(
  { store, now }: ExecuteCallParts,
  { run: { tenant, id, requester, agent }, call }: LoadedGate,
  { tool, input, requirement }: Run,
  { leaseUntil: _leaseUntil, status: _status, ...claimed }: Claim,
  deadlineAt: number,
): Promise<Ended> {
  const context = {
    tenant,
    run: id,
    call: call.id,
    ...(requirement === undefined ? {} : { requirement: requirement.id }),
    asker: requester,
    idempotencyKey: idempotencyKeyOf(call.id),
    tables: createAgentTables(store, tenant, agent),
    signal: AbortSignal.timeout(Math.max(1, deadlineAt - reserveMilliseconds - now())),
    now,
  };
  const finish = () => ({ finishedAt: epochMillisSchema.parse(now()) });
  try {
    const output = jsonValueSchema.parse((await tool.run(input, context)) ?? null);
    if (bytesOf(output) > mostContentBytes) {
      return {
        ...claimed,
        status: "failed",
        message: `It ran, but its result has more than ${mostContentBytes} bytes and was not kept.`,
        ...finish(),
      };
    }
    return { ...claimed, status: "succeeded", output, ...finish() };
  } catch (error) {
    const message = error instanceof Error ? error.message : "the tool failed without a reason";
    return { ...claimed, status: "failed", message: message.slice(0, 4_000), ...finish() };
  }
}

/** As often is the one write repeated that must not be lost: without it people are asked whether the call ran. */
const resultTries = 5;

/** Fenced by the claim alone: a claimed call is recorded even when its run was cancelled or adopted meanwhile. */
async function recordResult(
  parts: ExecuteCallParts,
  gate: LoadedGate,
  ended: Ended,
  revision: Revision,
): Promise<string> {
  const { run, call } = gate;
  const key = executionKey(run.tenant, run.id, call.id);
  const id = executedEntry(call.id, ended.attempt);
  const entry: LedgerEntry = {
    ...entryOf({ ...gate, execution: ended }),
    id,
    kind: "executed",
    at: ended.finishedAt,
    outcome: ended.status,
    ...commitTo(gate.committing, id, { result: resultOf(ended) }),
  };
  const actions: readonly WriteAction[] = [
    { action: "put", key, body: { ...ended, lastEntry: id }, expect: revision },
    outboxWrite(entry),
  ];
  const outcome = await writeStubbornly(parts, actions);
  if (outcome === "written" || (await isRecorded(parts, key, ended))) return ended.status;
  parts.log({ level: "alarm", event: "result-of-lost-claim", run: run.id, call: call.id });
  throw new RunContended(`${call.id} was judged again before its result came.`);
}

async function writeStubbornly(
  { store }: ExecuteCallParts,
  actions: readonly WriteAction[],
): Promise<"written" | "conflict"> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await store.write(actions)).outcome;
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt === resultTries) throw error;
    }
  }
}

/** Whether a try whose answer was lost had taken effect after all. */
async function isRecorded({ store }: ExecuteCallParts, key: ItemKey, ended: Ended): Promise<boolean> {
  const stored = (await loadRecord(store, key, executionSchema))?.value;
  return (
    stored?.status === ended.status &&
    stored.attempt === ended.attempt &&
    stored.finishedAt === ended.finishedAt
  );
}

/** The entry that an audit call's claim is written with is the newest about it; any other claim writes none. */
function lastEntryOf({ call, execution }: LoadedGate, attempt: number): { lastEntry?: string } {
  if (call.mode === "audit") return { lastEntry: auditCallEntry(call.id, attempt) };
  return execution?.lastEntry === undefined ? {} : { lastEntry: execution.lastEntry };
}

/** What every ledger entry about an execution says. It goes on from the last one, or from how the approval ended. */
export function entryOf({
  run,
  call,
  requirements,
  execution,
}: Pick<LoadedGate, "run" | "call" | "requirements" | "execution">): Omit<LedgerEntry, "id" | "kind" | "at"> {
  const requirement = requirements.findLast((candidate) => candidate.kind === "approval");
  const prev = execution?.lastEntry ?? requirement?.lastEntry;
  return {
    v: 1,
    tenant: run.tenant,
    run: run.id,
    call: call.id,
    agent: run.agent,
    tool: call.tool,
    ...(prev === undefined ? {} : { prev }),
    ...(requirement === undefined
      ? {}
      : { requirement: requirement.id, version: requirement.version, digest: requirement.digest }),
    actor: { kind: run.requester.kind, subject: run.requester.subject },
  };
}

async function recordSpan(
  { emitSpans, randomBytes }: ExecuteCallParts,
  { run, call }: LoadedGate,
  { claimedAt }: Claim,
  ended: Ended,
): Promise<void> {
  await emitSpans([
    {
      traceId: run.traceId,
      spanId: Buffer.from(randomBytes(8)).toString("hex"),
      run: run.id,
      name: `execute_tool ${call.tool}`,
      kind: "tool",
      start: claimedAt,
      end: ended.finishedAt,
      status: ended.status === "succeeded" ? "ok" : "error",
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call.tool,
        "gen_ai.tool.call.id": call.id,
      },
    },
  ]);
}
