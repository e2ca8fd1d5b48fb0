import { createPrivateKey, createPublicKey, hash, sign, verify } from "node:crypto";

import type { HashBytes } from "../../../shared/ledger/merkle-hash.ts";
import { createNoteKey, type NoteKey, parseNoteKey } from "../../../shared/ledger/note-key.ts";
import type { NoteSigner, NoteVerifier } from "../../../shared/ledger/signed-note.ts";

export const hashBytes: HashBytes = (bytes) => hash("sha256", bytes, "buffer");

export interface KeyPair {
  readonly key: NoteKey;
  readonly signer: NoteSigner;
  readonly verifier: NoteVerifier;
}

// What DER puts before the 32 bytes of an Ed25519 private key (RFC 8410 section 7).
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** A key pair out of one byte, the same in every run. */
export function buildKeyPair(name: string, seed: number): KeyPair {
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const created = createNoteKey(name, Buffer.from(x, "base64url"), hashBytes);
  if (!created.ok) throw new Error(created.why);
  const { key } = created;
  const signer = { name, id: key.id, sign: (message: Uint8Array) => sign(null, message, privateKey) };
  return { key, signer, verifier: createVerifier(key) };
}

export function createVerifier({ name, id, publicKey }: NoteKey): NoteVerifier {
  const x = Buffer.from(publicKey).toString("base64url");
  const imported = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return { name, id, verify: (message, signature) => verify(null, message, imported, signature) };
}

export function readVerifier(text: string): NoteVerifier {
  const parsed = parseNoteKey(text, hashBytes);
  if (!parsed.ok) throw new Error(parsed.why);
  return createVerifier(parsed.key);
}
