import type * as z from "zod/mini";
import type { Agent } from "../../shared/domain/agent.ts";
import type { CommitmentCrypto } from "../../shared/domain/commitment.ts";
import { assertNever } from "../../shared/domain/assert-never.ts";
import { ExecutionInProgress, ReceiptMissing, RequirementsRemain } from "../../shared/domain/errors.ts";
import { judgeExecution } from "../../shared/domain/execution-gate.ts";
import type { CheckpointTrust } from "../../shared/ledger/checkpoint.ts";
import type { HashBytes } from "../../shared/ledger/merkle-hash.ts";
import type { Log, Now, RandomBytes } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { EmitSpans } from "../../shared/ports/spans.ts";
import type { Store } from "../../shared/ports/store.ts";
import type { executeCallSchema } from "../../shared/wire/machine.ts";
import type { Invocation } from "../../shared/ports/functions.ts";
import { loadGate } from "./load-gate.ts";
import { recordDoubt, recordRefusal, recordSettlement } from "./record-ending.ts";
import { runTool } from "./run-tool.ts";

export interface ExecuteCallParts extends CommitmentCrypto {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly agents: ReadonlyMap<string, Agent>;
  /** The origin and keys whose receipts count. */
  readonly readLedgerTrust: () => Promise<CheckpointTrust>;
  readonly hash: HashBytes;
  readonly randomBytes: RandomBytes;
  readonly now: Now;
  readonly emitSpans: EmitSpans;
  readonly log: Log;
}

/**
 * Refusals that rows as our functions write them do not lead to, but for members who left a pool after they approved.
 * Other refusals are what people, time or a deployment decided.
 */
const alteredCodes: ReadonlySet<string> = new Set([
  "commitment_mismatch",
  "digest_mismatch",
  "no_requirement",
  "not_gated",
  "quorum_not_met",
  "wrong_call",
  "wrong_requirement",
]);

/**
 * Judges the call by what is stored and sealed now, then does the one thing the verdict says. It answers only when the
 * call has ended; anything else is thrown under a name that the machine knows.
 */
export async function executeCall(
  parts: ExecuteCallParts,
  { tenant, runId, epoch, callId }: z.infer<typeof executeCallSchema>,
  invocation: Invocation,
): Promise<string> {
  const gate = await loadGate(parts, { tenant, runId, epoch, callId });
  const verdict = judgeExecution(gate);
  switch (verdict.verdict) {
    case "ended":
      return "ended";
    case "run":
      return runTool(parts, gate, verdict, invocation);
    case "refuse":
      if (alteredCodes.has(verdict.code)) {
        parts.log({
          level: "alarm",
          event: "approval-altered",
          code: verdict.code,
          run: runId,
          call: callId,
        });
      }
      return recordRefusal(parts, gate, verdict);
    case "settle":
      return recordSettlement(parts, gate, verdict.as);
    case "in-doubt":
      await recordDoubt(parts, gate);
      throw new RequirementsRemain(`Whether ${callId} ran has to be put to people.`);
    case "ask":
      throw new RequirementsRemain(`${callId} still waits for people.`);
    case "in-progress":
      throw new ExecutionInProgress(`${callId} is claimed until ${new Date(verdict.until).toISOString()}.`);
    case "receipt-missing":
      // Nothing is released before it is sealed: either the release was forged, or a seal or an entry was made away with.
      parts.log({
        level: "alarm",
        event: "receipt-missing",
        run: runId,
        call: callId,
        requirement: verdict.requirement,
      });
      throw new ReceiptMissing(`What was asked and decided in ${verdict.requirement} is not all sealed.`);
    default:
      return assertNever(verdict);
  }
}
