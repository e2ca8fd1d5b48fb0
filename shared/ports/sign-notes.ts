import type { NoteSigner } from "../ledger/signed-note.ts";

/** The ledger's own key: `sign-checkpoint` alone may use it. Deterministic (Ed25519), so a repeat changes nothing. */
export type LedgerSigner = NoteSigner;
