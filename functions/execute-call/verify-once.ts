import type { CheckpointTrust } from "../../shared/ledger/checkpoint.ts";
import type { NoteVerifier } from "../../shared/ledger/signed-note.ts";

/** The same trust, which verifies a signature over the same text once: all entries of a seal share its checkpoint. */
export function verifyOnce({ origin, verifiers }: CheckpointTrust): CheckpointTrust {
  return { origin, verifiers: verifiers.map((verifier) => ({ ...verifier, verify: remember(verifier) })) };
}

function remember({ verify }: NoteVerifier): NoteVerifier["verify"] {
  const verdicts = new Map<string, boolean | Promise<boolean>>();
  return (message, signature) => {
    const name = [message, signature].map((bytes) => Buffer.from(bytes).toString("base64")).join(" ");
    const verdict = verdicts.get(name) ?? verify(message, signature);
    verdicts.set(name, verdict);
    return verdict;
  };
}
