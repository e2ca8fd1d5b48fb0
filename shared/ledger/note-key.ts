import { decodeBase64, encodeBase64 } from "./base64.ts";
import { concatBytes } from "./bytes.ts";
import { type Faulty, malformed } from "./faulty.ts";
import type { HashBytes } from "./merkle-hash.ts";
import { encodeUtf8 } from "./utf8.ts";

/** A key by the two things that a signature line names: `id` is 32 bits, from 0 to 2^32 - 1. */
export interface KeyName {
  readonly name: string;
  readonly id: number;
}

/** An Ed25519 key that signs notes; `publicKey` has 32 bytes (RFC 8032 section 5.1.5). */
export interface NoteKey extends KeyName {
  readonly publicKey: Uint8Array;
}

export type ReadNoteKey = { readonly ok: true; readonly key: NoteKey } | Faulty;

/** The one signature type that is known here: Ed25519 (C2SP signed-note, "Signature types"). */
const ED25519 = 1;
const PUBLIC_KEY_BYTES = 32;
const MAX_KEY_LENGTH = 1024;
const FORM = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<encoded>.+)$/;

// Like Go's unicode.IsSpace, and unlike \s, this takes U+0085 for a space and U+FEFF for none.
const SPACE_OR_PLUS = /[\p{White_Space}+]/u;
const CONTROL = /\p{Cc}/u;

/**
 * Whether keys and logs may be called so: not empty, without Unicode spaces and plus (C2SP signed-note, "Format"). No
 * control characters either, of which the specification leaves delete and U+0080 to U+009F.
 */
export function isKeyName(name: string): boolean {
  return name !== "" && name.isWellFormed() && !SPACE_OR_PLUS.test(name) && !CONTROL.test(name);
}

/** Names a public key: its id is the start of SHA-256(name, newline, 0x01, key) (C2SP signed-note, "Signatures"). */
export function createNoteKey(name: string, publicKey: Uint8Array, hash: HashBytes): ReadNoteKey {
  if (!isKeyName(name)) return malformed("A key name is not empty and has neither spaces nor a plus.");
  if (publicKey.length !== PUBLIC_KEY_BYTES) return malformed("An Ed25519 public key has 32 bytes.");
  const id = readUint32(hash(concatBytes(encodeUtf8(`${name}\n`), Uint8Array.of(ED25519), publicKey)));
  return { ok: true, key: { name, id, publicKey } };
}

/** `<name>+<id as 8 lower-case hex>+<base64 of 0x01 and the key>` (C2SP signed-note, "Verifier keys"). */
export function formatNoteKey({ name, id, publicKey }: NoteKey): string {
  const encoded = encodeBase64(concatBytes(Uint8Array.of(ED25519), publicKey));
  return `${name}+${formatKeyId(id)}+${encoded}`;
}

/** Reads what `formatNoteKey` writes, and refuses a key whose id is not its own or whose type is not Ed25519. */
export function parseNoteKey(text: string, hash: HashBytes): ReadNoteKey {
  const { name = "", id = "", encoded = "" } = FORM.exec(text.slice(0, MAX_KEY_LENGTH + 1))?.groups ?? {};
  const bytes = decodeBase64(encoded);
  if (text.length > MAX_KEY_LENGTH || bytes === undefined || bytes.length === 0) {
    return malformed("This is no verifier key; one looks like example.com/log+0123abcd+AQ….");
  }
  if (bytes[0] !== ED25519) return malformed("The verifier key is not of type 0x01, Ed25519.");
  const created = createNoteKey(name, bytes.subarray(1), hash);
  if (!created.ok || formatKeyId(created.key.id) === id) return created;
  return malformed(`The verifier key says its id is ${id}, but it is ${formatKeyId(created.key.id)}.`);
}

/** 8 lower-case hex digits. */
export function formatKeyId(id: number): string {
  return id.toString(16).padStart(8, "0");
}

/** The first four bytes as a big-endian number. */
export function readUint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

export function writeUint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
