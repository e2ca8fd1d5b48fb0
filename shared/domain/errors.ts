/**
 * Thrown errors of Countersign. Expected refusals are values; what is thrown is either Retryable (the same call may
 * succeed later, nothing is known to be lost) or Terminal (repeating it cannot help). `name` is what Step Functions
 * matches, so the state machine imports the names from here.
 */
export abstract class CountersignError extends Error {
  abstract readonly family: "terminal" | "retryable";
  abstract readonly code: string;
}

abstract class TerminalError extends CountersignError {
  readonly family = "terminal" as const;
}

abstract class RetryableError extends CountersignError {
  readonly family = "retryable" as const;
}

/** The call is claimed and its lease still runs: another invocation is at work, or was a moment ago. */
export class ExecutionInProgress extends RetryableError {
  override readonly name = "ExecutionInProgress";
  readonly code = "execution_in_progress";
}

/** A decision that the outcome counts is not sealed yet. */
export class ReceiptMissing extends RetryableError {
  override readonly name = "ReceiptMissing";
  readonly code = "receipt_missing";
}

/** The run changed under the writer more often than it retries inside. */
export class RunContended extends RetryableError {
  override readonly name = "RunContended";
  readonly code = "run_contended";
}

/** The store did not answer, or its answer was lost: re-read before acting. */
export class StoreUnavailable extends RetryableError {
  override readonly name = "StoreUnavailable";
  readonly code = "store_unavailable";
}

export class StateMachineUnavailable extends RetryableError {
  override readonly name = "StateMachineUnavailable";
  readonly code = "state_machine_unavailable";
}

/** Outbox rows that `append-ledger` was asked for are not sealed yet, or not to be sealed at all. */
export class EntriesNotSealed extends RetryableError {
  override readonly name = "EntriesNotSealed";
  readonly code = "entries_not_sealed";
}

/** A requirement's token changed under `resume-run` more often than it retries inside. */
export class ReleaseContended extends RetryableError {
  override readonly name = "ReleaseContended";
  readonly code = "release_contended";
}

/** `sign-checkpoint` was beaten to the next seal more often than it retries inside. */
export class SealContended extends RetryableError {
  override readonly name = "SealContended";
  readonly code = "seal_contended";
}

/** The issuer's key set could not be read, so no token can be judged. */
export class KeySetUnavailable extends RetryableError {
  override readonly name = "KeySetUnavailable";
  readonly code = "key_set_unavailable";
}

/** The key that seals task tokens, or the ledger's, could not be used: no answer, throttled, or disabled for now. */
export class KeyUnavailable extends RetryableError {
  override readonly name = "KeyUnavailable";
  readonly code = "key_unavailable";
}

/** Another function could not be asked to run: the request may or may not have been taken. */
export class FunctionUnavailable extends RetryableError {
  override readonly name = "FunctionUnavailable";
  readonly code = "function_unavailable";
}

/** A secret could not be read now. */
export class SecretUnavailable extends RetryableError {
  override readonly name = "SecretUnavailable";
  readonly code = "secret_unavailable";
}

/** Thrown by `open-requirement`: the outcome was released before the token came, so the machine goes straight on. */
export class RequirementReleased extends TerminalError {
  override readonly name = "RequirementReleased";
  readonly code = "requirement_released";
}

/** Thrown by `execute-call`: people have to be asked (again) before this call can end. */
export class RequirementsRemain extends TerminalError {
  override readonly name = "RequirementsRemain";
  readonly code = "requirements_remain";
}

/** The run has been adopted by a later execution, or is gone: this one must stop writing. */
export class StaleEpoch extends TerminalError {
  override readonly name = "StaleEpoch";
  readonly code = "stale_epoch";
}

/** A stored or received value is not what its schema says; nothing is done with it. */
export class MalformedRecord extends TerminalError {
  override readonly name = "MalformedRecord";
  readonly code = "malformed_record";
}

export class ItemTooLarge extends TerminalError {
  override readonly name = "ItemTooLarge";
  readonly code = "item_too_large";
}

export class TransactionTooLarge extends TerminalError {
  override readonly name = "TransactionTooLarge";
  readonly code = "transaction_too_large";
}

/** A function touched a table, the ledger, a key, the state machine or another function beyond what `shared/wiring.ts` grants it. */
export class TableNotGranted extends TerminalError {
  override readonly name = "TableNotGranted";
  readonly code = "table_not_granted";
}

/** What the ledger or its seals hold does not extend what was signed before; nothing is signed until people have looked. */
export class LedgerAltered extends TerminalError {
  override readonly name = "LedgerAltered";
  readonly code = "ledger_altered";
}

/** A sealed task token could not be opened: wrong key, wrong context or altered. */
export class TokenNotOpened extends TerminalError {
  override readonly name = "TokenNotOpened";
  readonly code = "token_not_opened";
}

/** The data directory cannot be used: another process has it open, or a newer version made it. */
export class DataUnusable extends TerminalError {
  override readonly name = "DataUnusable";
  readonly code = "data_unusable";
}

/** Something that the code holds impossible; the place is a defect. */
export class InvariantBroken extends TerminalError {
  override readonly name = "InvariantBroken";
  readonly code = "invariant_broken";
}

/** Names that the state machine may match; a machine that names any other error does not synthesize. */
export const machineErrorNames = [
  "ExecutionInProgress",
  "ReceiptMissing",
  "RunContended",
  "StoreUnavailable",
  "KeyUnavailable",
  "StateMachineUnavailable",
  "KeyUnavailable",
  "SecretUnavailable",
  "RequirementReleased",
  "RequirementsRemain",
  "StaleEpoch",
] as const;

export type MachineErrorName = (typeof machineErrorNames)[number];
