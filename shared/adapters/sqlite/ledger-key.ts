import { createPrivateKey } from "node:crypto";
import { dirname, join } from "node:path";
import { encodeHex } from "../../ledger/hex.ts";
import type { CheckpointTrust } from "../../ledger/checkpoint.ts";
import { formatNoteKey } from "../../ledger/note-key.ts";
import type { HashBytes } from "../../ledger/merkle-hash.ts";
import type { LedgerSigner } from "../../ports/sign-notes.ts";
import { exportRawKey, nameLedgerKey, signEd25519, trustLedgerKey } from "../ed25519.ts";
import { loadOrCreateKey } from "./token-seal.ts";

/** The key of one data directory's ledger. */
export interface LocalLedgerKey {
  readonly signer: LedgerSigner;
  readonly trust: CheckpointTrust;
  /** The public key as verifiers take it (C2SP signed-note). */
  readonly verifierKey: string;
}

/** PKCS#8 of an Ed25519 key without its last 32 bytes, the seed (RFC 8410 section 7). */
const PKCS8_BEFORE_SEED = Buffer.from("302e020100300506032b657004220420", "hex");
const ID_BYTES = 4;

/**
 * The Ed25519 key whose seed (RFC 8032 section 5.1.5) is the 32 bytes in the file at `path`, made with mode 0600 where
 * there is none. The log is called `countersign.local/<8 hex>` by a random id of its own that lies beside the key: a copy
 * of the directory stays the same log, another directory never is.
 */
export function openLedgerKey(path: string, hash: HashBytes): LocalLedgerKey {
  const seed = loadOrCreateKey(path);
  const id = loadOrCreateKey(join(dirname(path), "ledger-id")).subarray(0, ID_BYTES);
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_BEFORE_SEED, seed]),
    format: "der",
    type: "pkcs8",
  });
  const named = nameLedgerKey(`countersign.local/${encodeHex(id)}`, exportRawKey(key), hash);
  return {
    signer: { name: named.name, id: named.id, sign: (message) => signEd25519(key, message) },
    trust: trustLedgerKey(named),
    verifierKey: formatNoteKey(named),
  };
}
