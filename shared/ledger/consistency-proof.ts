import { type Checkpoint, type CheckpointTrust, openCheckpoint, type TreeHead } from "./checkpoint.ts";
import { type Faulty, malformed, tampered, untrusted } from "./faulty.ts";
import type { HashBytes } from "./merkle-hash.ts";
import { type MerkleProof, proveConsistency } from "./merkle-prove.ts";
import { verifyConsistency, type Verified } from "./merkle-verify.ts";
import { formatProofLines, parseProofLines, splitProofText } from "./proof-text.ts";
import { createNodeReader, type ReadTile } from "./tile-hashes.ts";
import { isWholeNumber, parseWholeNumber } from "./whole-number.ts";

/** That a log only grew since `oldSize`: the body of C2SP tlog-witness "add-checkpoint". `checkpoint` is a signed note. */
export interface GrowthProof {
  readonly oldSize: number;
  readonly proof: MerkleProof;
  readonly checkpoint: string;
}

export type ParsedGrowthProof = { readonly ok: true; readonly growth: GrowthProof } | Faulty;

/** `older` was verified before and kept; `growth` is the text of the proof. */
export interface GrowthClaim extends CheckpointTrust {
  readonly older: TreeHead;
  readonly growth: string;
}

export type VerifiedGrowth = { readonly ok: true; readonly checkpoint: Checkpoint } | Faulty;

const OLD = "old ";

/** @throws RangeError if `parseGrowthProof` would refuse the old size or the hashes. */
export function formatGrowthProof({ oldSize, proof, checkpoint }: GrowthProof): string {
  if (!isWholeNumber(oldSize)) throw new RangeError("A tree size is a whole number from 0 to 2^53 - 1.");
  return `${OLD}${oldSize}\n${formatProofLines(proof)}\n${checkpoint}`;
}

/** Takes a proof of growth apart without believing it. */
export function parseGrowthProof(text: string): ParsedGrowthProof {
  const split = splitProofText(text);
  if (!split.ok) return split;
  const [oldLine = "", ...lines] = split.head;
  const oldSize = oldLine.startsWith(OLD) ? parseWholeNumber(oldLine.slice(OLD.length)) : undefined;
  if (oldSize === undefined)
    return malformed("The proof does not begin with an old size from 0 to 2^53 - 1.");
  const hashes = parseProofLines(lines);
  return hashes.ok
    ? { ok: true, growth: { oldSize, proof: hashes.proof, checkpoint: split.checkpoint } }
    : hashes;
}

/** Verifies that a signed checkpoint extends an older one, and answers it, to be kept instead of the older. */
export async function verifyGrowth(claim: GrowthClaim, hash: HashBytes): Promise<VerifiedGrowth> {
  const parsed = parseGrowthProof(claim.growth);
  if (!parsed.ok) return parsed;
  const { oldSize, proof, checkpoint: note } = parsed.growth;
  const opened = await openCheckpoint(note, claim);
  if (!opened.ok) return opened;
  const { checkpoint } = opened;
  if (oldSize !== claim.older.size) {
    return tampered(
      `The proof starts at ${oldSize} entries, but the older checkpoint has ${claim.older.size}.`,
    );
  }
  const verified = compareHeads(claim.older, checkpoint, proof, hash);
  return verified.ok ? { ok: true, checkpoint } : verified;
}

/** Verifies that one tree head extends another with the hash tiles of the newer log instead of a proof. */
export async function verifyGrowthByTiles(
  older: TreeHead,
  newer: TreeHead,
  readTile: ReadTile,
  hash: HashBytes,
): Promise<Verified> {
  if (older.size > newer.size) return compareHeads(older, newer, [], hash);
  const readNode = createNodeReader(newer.size, readTile, hash);
  const proved = await proveConsistency(older.size, newer.size, readNode, hash);
  return proved.ok ? compareHeads(older, newer, proved.proof, hash) : proved;
}

function compareHeads(older: TreeHead, newer: TreeHead, proof: MerkleProof, hash: HashBytes): Verified {
  if (older.origin !== newer.origin) return untrusted("The checkpoints are of different logs.");
  const claim = { oldSize: older.size, oldRoot: older.root, size: newer.size, root: newer.root, proof };
  return verifyConsistency(claim, hash);
}
