import { decodeBase64, encodeBase64 } from "./base64.ts";
import { type Faulty, malformed } from "./faulty.ts";
import { HASH_BYTES } from "./merkle-hash.ts";
import type { MerkleProof } from "./merkle-prove.ts";
import { MAX_PROOF_HASHES, MAX_PROOF_LENGTH } from "./proof-limits.ts";

/** `head` are the lines before the first empty one, `checkpoint` the signed note behind it, verbatim. */
export type ProofText =
  | { readonly ok: true; readonly head: readonly string[]; readonly checkpoint: string }
  | Faulty;

/** Takes the form apart that C2SP tlog-proof and tlog-witness share: lines, an empty line, a checkpoint. */
export function splitProofText(text: string): ProofText {
  if (text.length > MAX_PROOF_LENGTH) {
    return malformed(`The proof is longer than ${MAX_PROOF_LENGTH} characters.`);
  }
  const separator = text.indexOf("\n\n");
  if (separator < 0) return malformed("The proof has no empty line before its checkpoint.");
  return { ok: true, head: text.slice(0, separator).split("\n"), checkpoint: text.slice(separator + 2) };
}

/** Reads one hash a line in strict base64. */
export function parseProofLines(
  lines: readonly string[],
): { readonly ok: true; readonly proof: MerkleProof } | Faulty {
  if (lines.length > MAX_PROOF_HASHES)
    return malformed(`The proof has more than ${MAX_PROOF_HASHES} hashes.`);
  const proof: Uint8Array[] = [];
  for (const [place, line] of lines.entries()) {
    const bytes = decodeBase64(line);
    if (bytes?.length !== HASH_BYTES)
      return malformed(`Hash ${place + 1} of the proof is not base64 of 32 bytes.`);
    proof.push(bytes);
  }
  return { ok: true, proof };
}

/** @throws RangeError if `parseProofLines` would refuse the lines. */
export function formatProofLines(proof: MerkleProof): string {
  if (proof.length > MAX_PROOF_HASHES)
    throw new RangeError(`A proof has at most ${MAX_PROOF_HASHES} hashes.`);
  if (proof.some((bytes) => bytes.length !== HASH_BYTES)) throw new RangeError("A hash has 32 bytes.");
  return proof.map((bytes) => `${encodeBase64(bytes)}\n`).join("");
}
