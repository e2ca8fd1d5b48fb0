import { commitTo } from "../../shared/domain/commitment.ts";
import { RunContended } from "../../shared/domain/errors.ts";
import { type Execution, resultOf } from "../../shared/domain/execution.ts";
import { executedEntry, inDoubtEntry } from "../../shared/domain/entry-ids.ts";
import type { GateVerdict } from "../../shared/domain/execution-gate.ts";
import { epochMillisSchema } from "../../shared/domain/ids.ts";
import { executionKey } from "../../shared/records/keys.ts";
import { outboxWrite } from "../../shared/records/outbox.ts";
import type { LedgerEntry } from "../../shared/wire/ledger-entry.ts";
import type { ExecuteCallParts } from "./execute-call.ts";
import type { LoadedGate } from "./load-gate.ts";
import { entryOf } from "./run-tool.ts";

/** Records that the call did not run, and why. */
export async function recordRefusal(
  parts: ExecuteCallParts,
  gate: LoadedGate,
  { status, code, message }: Extract<GateVerdict, { verdict: "refuse" }>,
): Promise<string> {
  const { call, run, requirements, execution } = gate;
  const finishedAt = epochMillisSchema.parse(parts.now());
  const requirement = requirements.at(-1)?.id;
  const attempt = execution?.attempt ?? 0;
  const id = executedEntry(call.id, attempt);
  const refused = {
    v: 1,
    call: call.id,
    run: run.id,
    tool: call.tool,
    ...(requirement === undefined ? {} : { requirement }),
    attempt,
    status,
    code,
    message: message.slice(0, 4_000),
    finishedAt,
  } satisfies Execution;
  const entry = {
    ...entryOf(gate),
    id,
    kind: "executed",
    at: finishedAt,
    outcome: status,
    code,
    ...commitTo(gate.committing, id, { result: resultOf(refused) }),
  } as const;
  await record(parts, gate, refused, entry);
  return status;
}

/** The claim ran out without a result: from here on only people say what becomes of the call. */
export async function recordDoubt(parts: ExecuteCallParts, gate: LoadedGate): Promise<void> {
  const { execution, call } = gate;
  if (execution?.status !== "running")
    throw new RunContended(`${call.id} is no longer claimed; it is judged again.`);
  const { leaseUntil: _leaseUntil, ...claim } = execution;
  const since = epochMillisSchema.parse(parts.now());
  const entry = {
    ...entryOf(gate),
    id: inDoubtEntry(call.id, execution.attempt),
    kind: "in-doubt",
    at: since,
  } as const;
  await record(parts, gate, { ...claim, status: "in-doubt", since }, entry);
}

/** People (or nobody, in time) have said what became of the call. */
export async function recordSettlement(
  parts: ExecuteCallParts,
  gate: LoadedGate,
  settled: "happened" | "give-up",
): Promise<string> {
  const { execution, call } = gate;
  if (execution?.status !== "in-doubt")
    throw new RunContended(`${call.id} is no longer in doubt; it is judged again.`);
  const { since: _since, ...claim } = execution;
  const finishedAt = epochMillisSchema.parse(parts.now());
  const ended =
    settled === "happened"
      ? ({
          ...claim,
          status: "succeeded",
          output: "It ran; a person confirmed that after a crash.",
          finishedAt,
        } as const)
      : ({
          ...claim,
          status: "failed",
          message: "It is not known whether this ran, and nobody will run it again. Do not propose it again.",
          finishedAt,
        } as const);
  const id = executedEntry(call.id, execution.attempt);
  const entry = {
    ...entryOf(gate),
    id,
    kind: "executed",
    at: finishedAt,
    outcome: settled,
    ...commitTo(gate.committing, id, { result: resultOf(ended) }),
  } as const;
  await record(parts, gate, ended, entry);
  return settled;
}

async function record(
  { store }: ExecuteCallParts,
  { run, call, executionRevision }: LoadedGate,
  next: Execution,
  entry: LedgerEntry,
): Promise<void> {
  const { outcome } = await store.write([
    {
      action: "put",
      key: executionKey(run.tenant, run.id, call.id),
      body: { ...next, lastEntry: entry.id } satisfies Execution,
      expect: executionRevision ?? "absent",
    },
    outboxWrite(entry),
  ]);
  if (outcome === "conflict")
    throw new RunContended(`${call.id} changed while its ending was recorded; it is judged again.`);
}
