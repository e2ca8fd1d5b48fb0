import { decodeBase64, encodeBase64 } from "./base64.ts";
import { concatBytes } from "./bytes.ts";
import { type Faulty, malformed, tampered, untrusted } from "./faulty.ts";
import { formatKeyId, isKeyName, type KeyName, readUint32, writeUint32 } from "./note-key.ts";
import { MAX_NOTE_LENGTH, MAX_SIGNATURES } from "./proof-limits.ts";
import { encodeUtf8 } from "./utf8.ts";

/** `bytes` is the signature proper: 64 bytes for Ed25519, any number but none for types that are unknown here. */
export interface NoteSignature extends KeyName {
  readonly bytes: Uint8Array;
}

/** `text` ends with a newline. Nothing of it may be believed before `openNote` verified it. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/**
 * A key that is trusted. `verify` answers whether 64 bytes are the key's Ed25519 signature (RFC 8032) of the message; it
 * may be asynchronous, as in browsers, and answers false instead of throwing.
 */
export interface NoteVerifier extends KeyName {
  readonly verify: (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
}

/** A key that signs: `sign` makes the 64 bytes of an Ed25519 signature, here or in a key store. */
export interface NoteSigner extends KeyName {
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

export type ParsedNote = { readonly ok: true; readonly note: SignedNote } | Faulty;

/** `signedBy` names each trusted key once, in the order of the note. */
export type OpenedNote =
  | { readonly ok: true; readonly text: string; readonly signedBy: readonly KeyName[] }
  | Faulty;

export type WrittenNote = { readonly ok: true; readonly note: string } | Faulty;

const SIGNATURE_BYTES = 64;
const KEY_ID_BYTES = 4;
const DASH = "\u2014 ";
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f]/;

/** Takes a note apart (C2SP signed-note, "Format") without believing it. Signatures of any type are read. */
export function parseNote(note: string): ParsedNote {
  if (note.length > MAX_NOTE_LENGTH) {
    return malformed(`The note is longer than ${MAX_NOTE_LENGTH} characters.`);
  }
  if (!note.isWellFormed()) return malformed("The note is not well-formed Unicode.");
  if (CONTROL_BUT_NEWLINE.test(note)) {
    return malformed("The note has a control character other than newline.");
  }
  // The text may have empty lines; the last one of the note ends it.
  const separator = note.lastIndexOf("\n\n");
  if (separator < 0) return malformed("The note has no empty line between its text and its signatures.");
  if (!note.endsWith("\n")) return malformed("The note does not end with a newline.");
  const lines = note.slice(separator + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) return malformed(`The note has more than ${MAX_SIGNATURES} signatures.`);
  const signatures: NoteSignature[] = [];
  for (const [place, line] of lines.entries()) {
    const signature = parseSignature(line);
    if (signature === undefined) return malformed(`Signature line ${place + 1} of the note is none.`);
    signatures.push(signature);
  }
  return { ok: true, note: { text: note.slice(0, separator + 1), signatures } };
}

/**
 * Answers the text of a note that a trusted key signed (C2SP signed-note, "Signatures").
 *
 * Signatures of unknown keys are ignored, even if they share a name or an id with a known one. Every signature of a
 * known key is verified, repeated ones too, and one that fails refuses the note.
 */
export async function openNote(note: string, verifiers: readonly NoteVerifier[]): Promise<OpenedNote> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const { text, signatures } = parsed.note;
  const message = encodeUtf8(text);
  const signedBy: KeyName[] = [];
  for (const signature of signatures) {
    const [verifier, other] = verifiers.filter((known) => isSameKey(known, signature));
    if (verifier === undefined) continue;
    const key = describeKey(signature);
    if (other !== undefined) return malformed(`Two of the trusted keys are called ${key}.`);
    const isWhole = signature.bytes.length === SIGNATURE_BYTES;
    if (!isWhole || !(await verifier.verify(message, signature.bytes))) {
      return tampered(`The signature by ${key} does not fit the text of the note.`);
    }
    if (!signedBy.some((known) => isSameKey(known, signature))) {
      signedBy.push({ name: verifier.name, id: verifier.id });
    }
  }
  if (signedBy.length === 0) return untrusted("None of the trusted keys signed the note.");
  return { ok: true, text, signedBy };
}

/** Signs a text, which has to end with a newline, once with each key. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<WrittenNote> {
  if (!text.endsWith("\n")) return malformed("The text of a note ends with a newline.");
  const message = encodeUtf8(text);
  let note = `${text}\n`;
  for (const { name, id, sign } of signers) {
    if (!isKeyName(name)) return malformed("A key name is not empty and has neither spaces nor a plus.");
    const bytes = await sign(message);
    if (bytes.length !== SIGNATURE_BYTES) return malformed("An Ed25519 signature has 64 bytes.");
    note += formatSignature({ name, id, bytes });
  }
  // What others would refuse is not handed out.
  const parsed = parseNote(note);
  return parsed.ok ? { ok: true, note } : parsed;
}

/** `Name+0123abcd`, as verifier keys begin. */
export function describeKey({ name, id }: KeyName): string {
  return `${name}+${formatKeyId(id)}`;
}

function isSameKey(a: KeyName, b: KeyName): boolean {
  return a.name === b.name && a.id === b.id;
}

function formatSignature({ name, id, bytes }: NoteSignature): string {
  return `${DASH}${name} ${encodeBase64(concatBytes(writeUint32(id), bytes))}\n`;
}

function parseSignature(line: string): NoteSignature | undefined {
  const space = line.indexOf(" ", DASH.length);
  if (!line.startsWith(DASH) || space < 0) return undefined;
  const name = line.slice(DASH.length, space);
  const bytes = decodeBase64(line.slice(space + 1));
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, id: readUint32(bytes), bytes: bytes.subarray(KEY_ID_BYTES) };
}
