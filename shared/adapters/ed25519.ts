import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { InvariantBroken } from "../domain/errors.ts";
import type { CheckpointTrust } from "../ledger/checkpoint.ts";
import { createNoteKey, type NoteKey } from "../ledger/note-key.ts";
import type { HashBytes } from "../ledger/merkle-hash.ts";
import type { NoteVerifier } from "../ledger/signed-note.ts";

const PUBLIC_KEY_BYTES = 32;

/** The 32 bytes of the public key of an Ed25519 key or pair (RFC 8032 section 5.1.5). */
export function exportRawKey(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType !== "ed25519") {
    throw new InvariantBroken("The ledger's key is not an Ed25519 key: it cannot sign checkpoints.");
  }
  // SubjectPublicKeyInfo of Ed25519 has one form, which ends with the key (RFC 8410 section 4).
  const publicKey = key.type === "public" ? key : createPublicKey(key);
  return publicKey.export({ format: "der", type: "spki" }).subarray(-PUBLIC_KEY_BYTES);
}

/** Names the key as the log of `origin` signs with it. */
export function nameLedgerKey(origin: string, publicKey: Uint8Array, hash: HashBytes): NoteKey {
  const named = createNoteKey(origin, publicKey, hash);
  if (named.ok) return named.key;
  throw new InvariantBroken(`The ledger's key cannot be named "${origin}": ${named.why}`);
}

export function signEd25519(key: KeyObject, message: Uint8Array): Uint8Array {
  return sign(null, message, key);
}

/** What receipts and checkpoints of the log are held against: its origin and its own key. */
export function trustLedgerKey({ name, id, publicKey }: NoteKey): CheckpointTrust {
  return { origin: name, verifiers: [{ name, id, verify: createVerify(publicKey) }] };
}

function createVerify(publicKey: Uint8Array): NoteVerifier["verify"] {
  const x = Buffer.from(publicKey).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return (message, signature) => verify(null, message, key, signature);
}
