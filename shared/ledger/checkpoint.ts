import { decodeBase64, encodeBase64 } from "./base64.ts";
import { type Faulty, malformed, untrusted } from "./faulty.ts";
import { HASH_BYTES } from "./merkle-hash.ts";
import { isKeyName, type KeyName } from "./note-key.ts";
import { MAX_EXTENSION_LINES } from "./proof-limits.ts";
import { type NoteVerifier, openNote } from "./signed-note.ts";
import { isWholeNumber, parseWholeNumber } from "./whole-number.ts";

/** The root of a log's tree at a size; `origin` names the log, `root` has 32 bytes. */
export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** `extensions` are opaque lines, signed like the rest; the ledger itself writes none. */
export interface Checkpoint extends TreeHead {
  readonly extensions: readonly string[];
}

export type ParsedCheckpoint = { readonly ok: true; readonly checkpoint: Checkpoint } | Faulty;

export type OpenedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly signedBy: readonly KeyName[] }
  | Faulty;

/** The keys in `verifiers` may be the log's, old and new, and witnesses'. */
export interface CheckpointTrust {
  readonly origin: string;
  readonly verifiers: readonly NoteVerifier[];
}

/**
 * The text that a log signs (C2SP tlog-checkpoint, "Note text").
 *
 * @throws RangeError if it could not be read back. The origin has to be fit for a key name, because the log's key has it.
 */
export function formatCheckpoint({ origin, size, root }: TreeHead): string {
  if (!isKeyName(origin)) throw new RangeError("The origin of a log has neither spaces nor a plus.");
  if (!isWholeNumber(size)) throw new RangeError("A tree size is a whole number from 0 to 2^53 - 1.");
  if (root.length !== HASH_BYTES) throw new RangeError("A root hash has 32 bytes.");
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/** Reads the text of a note as a checkpoint (C2SP tlog-checkpoint, "Note text"). */
export function parseCheckpoint(text: string): ParsedCheckpoint {
  if (!text.endsWith("\n")) return malformed("The text of the checkpoint does not end with a newline.");
  const [origin = "", sizeLine = "", rootLine = "", ...extensions] = text.slice(0, -1).split("\n");
  if (origin === "") return malformed("The checkpoint has no origin line.");
  const size = parseWholeNumber(sizeLine);
  if (size === undefined)
    return malformed("The tree size of the checkpoint is no number from 0 to 2^53 - 1.");
  const root = decodeBase64(rootLine);
  if (root?.length !== HASH_BYTES)
    return malformed("The root hash of the checkpoint is not base64 of 32 bytes.");
  if (extensions.length > MAX_EXTENSION_LINES) {
    return malformed(`The checkpoint has more than ${MAX_EXTENSION_LINES} extension lines.`);
  }
  if (extensions.includes("")) return malformed("The checkpoint has an empty extension line.");
  return { ok: true, checkpoint: { origin, size, root, extensions } };
}

/**
 * Answers the checkpoint of a signed note if the log itself signed it: with a trusted key that has the log's origin for
 * its name. A witness's signature alone is not enough.
 */
export async function openCheckpoint(
  note: string,
  { origin, verifiers }: CheckpointTrust,
): Promise<OpenedCheckpoint> {
  const opened = await openNote(note, verifiers);
  if (!opened.ok) return opened;
  const parsed = parseCheckpoint(opened.text);
  if (!parsed.ok) return parsed;
  if (parsed.checkpoint.origin !== origin) return untrusted(`The checkpoint is not of the log ${origin}.`);
  if (!opened.signedBy.some(({ name }) => name === origin)) {
    return untrusted(`No key of the log ${origin} itself signed the checkpoint.`);
  }
  return { ok: true, checkpoint: parsed.checkpoint, signedBy: opened.signedBy };
}
