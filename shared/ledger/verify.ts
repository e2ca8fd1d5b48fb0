import {
  type Checkpoint,
  type CheckpointTrust,
  type OpenedCheckpoint,
  openCheckpoint,
} from "./checkpoint.ts";
import { computeSha256 } from "./compute-sha256.ts";
import { verifyGrowthByTiles } from "./consistency-proof.ts";
import { type Faulty, malformed } from "./faulty.ts";
import { createTileReader, readEntries, type ReadLogFile } from "./log-files.ts";
import type { HashBytes } from "./merkle-hash.ts";
import { parseNoteKey } from "./note-key.ts";
import { parseReceipt, type VerifiedReceipt, verifyReceipt } from "./receipt.ts";
import type { NoteVerifier } from "./signed-note.ts";
import { decodeUtf8 } from "./utf8.ts";
import { type BadEntries, verifyLog } from "./verify-log.ts";

// All that a stranger needs to verify a ledger; the package's export `countersign/ledger` begins here.

/** SHA-256 and Ed25519 of wherever this runs. */
export interface Host {
  readonly hash: HashBytes;
  /** Whether 64 bytes are the signature (RFC 8032) of the message by the key of 32 bytes; false instead of throwing. */
  readonly verifyEd25519: (
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ) => boolean | Promise<boolean>;
}

export type TrustedLog = { readonly ok: true; readonly trust: CheckpointTrust } | Faulty;

export type CheckedReceipt =
  | (Extract<VerifiedReceipt, { ok: true }> & {
      /** The bytes of the entry that was sealed. */
      readonly entry: Uint8Array;
    })
  | Faulty;

export type CheckedLog =
  | {
      readonly ok: true;
      readonly checkpoint: Checkpoint;
      readonly signedBy: CheckpointSigners;
    }
  | (Faulty & { readonly bad?: BadEntries });

export type CheckedGrowth =
  | { readonly ok: true; readonly older: Checkpoint; readonly newer: Checkpoint }
  | Faulty;

type CheckpointSigners = Extract<OpenedCheckpoint, { ok: true }>["signedBy"];

/** A host that brings Ed25519 alone, such as a browser, whose own SHA-256 is asynchronous. */
export function createHost(verifyEd25519: Host["verifyEd25519"]): Host {
  return { hash: computeSha256, verifyEd25519 };
}

/**
 * Trusts a log by its verifier keys, `<name>+<id>+<base64>` (C2SP signed-note, "Verifier keys"): the log's own, old and
 * new, and perhaps witnesses'. Without an origin the log is the one that the first key is called after.
 */
export function trustLog(keys: readonly string[], host: Host, origin?: string): TrustedLog {
  const verifiers: NoteVerifier[] = [];
  for (const text of keys) {
    const read = parseNoteKey(text, host.hash);
    if (!read.ok) return read;
    const { name, id, publicKey } = read.key;
    const verify: NoteVerifier["verify"] = (message, signature) =>
      host.verifyEd25519(publicKey, message, signature);
    verifiers.push({ name, id, verify });
  }
  const [first] = verifiers;
  if (first === undefined) return malformed("No verifier key was given.");
  return { ok: true, trust: { origin: origin ?? first.name, verifiers } };
}

/**
 * Verifies a receipt (C2SP tlog-proof) and answers the entry that was sealed: the one given, or else the one that the
 * receipt carries as its extra data. What the entry says is for the caller to read from these bytes and no others.
 */
export async function checkReceipt(
  claim: { readonly receipt: string; readonly entry?: Uint8Array; readonly trust: CheckpointTrust },
  host: Host,
): Promise<CheckedReceipt> {
  const parsed = parseReceipt(claim.receipt);
  if (!parsed.ok) return parsed;
  const entry = claim.entry ?? parsed.receipt.extra;
  if (entry === undefined) return malformed("The receipt does not carry its entry: give the entry, too.");
  const verified = await verifyReceipt({ ...claim.trust, receipt: claim.receipt, entry }, host.hash);
  return verified.ok ? { ...verified, entry } : verified;
}

/**
 * Verifies a whole log in the layout of C2SP tlog-tiles: its checkpoint, every entry and every hash tile. `entries`, if
 * given, are judged instead of those in the bundles. Memory does not grow with the log.
 */
export async function checkLog(
  claim: {
    readonly readFile: ReadLogFile;
    readonly trust: CheckpointTrust;
    readonly entries?: AsyncIterable<Uint8Array>;
  },
  host: Host,
): Promise<CheckedLog> {
  const { readFile, trust } = claim;
  const note = await readFile("checkpoint");
  if (note === undefined) return malformed("The log has no checkpoint.");
  const opened = await openCheckpointBytes(note, trust);
  if (!opened.ok) return opened;
  const { checkpoint, signedBy } = opened;
  const entries = claim.entries ?? readEntries(readFile, checkpoint.size);
  const verified = await verifyLog(
    { head: checkpoint, entries, readTile: createTileReader(readFile) },
    host.hash,
  );
  return verified.ok ? { ok: true, checkpoint, signedBy } : verified;
}

/** Verifies that the log of the newer checkpoint begins with all of the older one's, by the newer one's hash tiles. */
export async function checkGrowth(
  claim: {
    readonly older: Uint8Array;
    readonly newer: Uint8Array;
    readonly readFile: ReadLogFile;
    readonly trust: CheckpointTrust;
  },
  host: Host,
): Promise<CheckedGrowth> {
  const older = await openCheckpointBytes(claim.older, claim.trust);
  if (!older.ok) return older;
  const newer = await openCheckpointBytes(claim.newer, claim.trust);
  if (!newer.ok) return newer;
  const readTile = createTileReader(claim.readFile);
  const verified = await verifyGrowthByTiles(older.checkpoint, newer.checkpoint, readTile, host.hash);
  return verified.ok ? { ok: true, older: older.checkpoint, newer: newer.checkpoint } : verified;
}

async function openCheckpointBytes(bytes: Uint8Array, trust: CheckpointTrust): Promise<OpenedCheckpoint> {
  const note = decodeUtf8(bytes);
  return note === undefined ? malformed("The checkpoint is not UTF-8.") : openCheckpoint(note, trust);
}
