/** Of one ledger entry. An entry bundle could carry 65,535 (C2SP tlog-tiles, "Log entries"). */
export const MAX_ENTRY_BYTES = 16_384;

/**
 * Of one inclusion or consistency proof, as C2SP tlog-witness bounds them. A tree of 2^53 - 1 entries, the largest that
 * is read here, needs 54.
 */
export const MAX_PROOF_HASHES = 63;

/** Of one signed note: as many as every verifier has to accept (C2SP signed-note, "Format"). */
export const MAX_SIGNATURES = 16;

/** Of one signed note, in UTF-16 units: room for sixteen post-quantum signatures of nearly 5 kB each, in base64. */
export const MAX_NOTE_LENGTH = 131_072;

/** Of one checkpoint. The ledger itself writes none (C2SP tlog-checkpoint does not recommend them). */
export const MAX_EXTENSION_LINES = 16;

/** Of the opaque data that a receipt may carry: one entry fits. */
export const MAX_EXTRA_BYTES = MAX_ENTRY_BYTES;

/** Of one receipt or consistency proof, in UTF-16 units: a whole note, and what stands before it at its largest. */
export const MAX_PROOF_LENGTH = MAX_NOTE_LENGTH + 32_768;
