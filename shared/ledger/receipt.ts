import { decodeBase64, encodeBase64 } from "./base64.ts";
import { type Checkpoint, type CheckpointTrust, openCheckpoint } from "./checkpoint.ts";
import { type Faulty, malformed } from "./faulty.ts";
import { type HashBytes, hashLeaf } from "./merkle-hash.ts";
import type { MerkleProof } from "./merkle-prove.ts";
import { verifyInclusion } from "./merkle-verify.ts";
import type { KeyName } from "./note-key.ts";
import { MAX_ENTRY_BYTES, MAX_EXTRA_BYTES } from "./proof-limits.ts";
import { formatProofLines, parseProofLines, splitProofText } from "./proof-text.ts";
import { isWholeNumber, parseWholeNumber } from "./whole-number.ts";

/**
 * That an entry is in a log, for whoever has the entry and the log's key: C2SP tlog-proof. `checkpoint` is a signed note;
 * `extra` is opaque and, unlike the rest, not protected by anything.
 */
export interface Receipt {
  readonly index: number;
  readonly proof: MerkleProof;
  readonly checkpoint: string;
  readonly extra?: Uint8Array;
}

export type ParsedReceipt = { readonly ok: true; readonly receipt: Receipt } | Faulty;

/** `entry` are the bytes of the entry as it was sealed; `receipt` is the text of the receipt. */
export interface ReceiptClaim extends CheckpointTrust {
  readonly receipt: string;
  readonly entry: Uint8Array;
}

export type VerifiedReceipt =
  | {
      readonly ok: true;
      readonly index: number;
      readonly leafHash: Uint8Array;
      readonly checkpoint: Checkpoint;
      readonly signedBy: readonly KeyName[];
    }
  | Faulty;

const HEADER = "c2sp.org/tlog-proof@v1";
const INDEX = "index ";
const EXTRA = "extra ";

/**
 * Writes a receipt (C2SP tlog-proof, "Format").
 *
 * @throws RangeError if `parseReceipt` would refuse it for its index, hashes or extra data.
 */
export function formatReceipt({ index, proof, checkpoint, extra }: Receipt): string {
  if (!isWholeNumber(index)) throw new RangeError("An index is a whole number from 0 to 2^53 - 1.");
  if (extra !== undefined && extra.length > MAX_EXTRA_BYTES) {
    throw new RangeError(`A receipt carries at most ${MAX_EXTRA_BYTES} bytes of extra data.`);
  }
  const extraLine = extra === undefined ? "" : `${EXTRA}${encodeBase64(extra)}\n`;
  return `${HEADER}\n${extraLine}${INDEX}${index}\n${formatProofLines(proof)}\n${checkpoint}`;
}

/** Takes a receipt apart (C2SP tlog-proof, "Format") without believing it. */
export function parseReceipt(text: string): ParsedReceipt {
  const split = splitProofText(text);
  if (!split.ok) return split;
  const [header, ...lines] = split.head;
  if (header !== HEADER) return malformed(`The receipt does not begin with ${HEADER}.`);
  const extraLine = lines[0]?.startsWith(EXTRA) ? lines.shift() : undefined;
  const extra = extraLine === undefined ? undefined : decodeBase64(extraLine.slice(EXTRA.length));
  if (extraLine !== undefined && extra === undefined) return malformed("The extra data is not base64.");
  if (extra !== undefined && extra.length > MAX_EXTRA_BYTES) {
    return malformed(`The receipt carries more than ${MAX_EXTRA_BYTES} bytes of extra data.`);
  }
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith(INDEX) ? parseWholeNumber(indexLine.slice(INDEX.length)) : undefined;
  if (index === undefined) return malformed("The receipt has no line with an index from 0 to 2^53 - 1.");
  const hashes = parseProofLines(lines);
  if (!hashes.ok) return hashes;
  const { checkpoint } = split;
  const receipt = { index, proof: hashes.proof, checkpoint };
  return { ok: true, receipt: extra === undefined ? receipt : { ...receipt, extra } };
}

/**
 * Verifies that the log sealed exactly this entry: the log's own signature, the entry's place in the tree, and the bytes
 * of the entry. What the entry says is for the caller to check. Needs nothing but the log's origin and key.
 */
export async function verifyReceipt(claim: ReceiptClaim, hash: HashBytes): Promise<VerifiedReceipt> {
  if (claim.entry.length > MAX_ENTRY_BYTES)
    return malformed(`The entry has more than ${MAX_ENTRY_BYTES} bytes.`);
  const parsed = parseReceipt(claim.receipt);
  if (!parsed.ok) return parsed;
  const { index, proof, checkpoint: note } = parsed.receipt;
  const opened = await openCheckpoint(note, claim);
  if (!opened.ok) return opened;
  const { checkpoint, signedBy } = opened;
  const leafHash = hashLeaf(claim.entry, hash);
  const verified = verifyInclusion(
    { index, size: checkpoint.size, leafHash, proof, root: checkpoint.root },
    hash,
  );
  return verified.ok ? { ok: true, index, leafHash, checkpoint, signedBy } : verified;
}
