import { SignCommand } from "@aws-sdk/client-kms";
import { KeyUnavailable } from "../../domain/errors.ts";
import type { LedgerSigner } from "../../ports/sign-notes.ts";
import { toKmsFault } from "./kms-faults.ts";
import { type KmsLedgerKey, readKmsNoteKey } from "./kms-ledger-trust.ts";

/**
 * Signs checkpoints under a KMS key by ED25519_SHA_512 over the raw message (RFC 8032 Ed25519: the same message has the
 * same signature). Its name and id follow from the public key, which is read once. KMS takes 4,096 bytes; a checkpoint
 * has about 150. Permissions: kms:Sign, kms:GetPublicKey.
 */
export async function connectKmsLedgerSigner(parts: KmsLedgerKey): Promise<LedgerSigner> {
  const { client, keyId } = parts;
  const { name, id } = await readKmsNoteKey(parts);
  return {
    name,
    id,
    sign: async (message) => {
      const command = new SignCommand({
        KeyId: keyId,
        Message: message,
        MessageType: "RAW",
        SigningAlgorithm: "ED25519_SHA_512",
      });
      const { Signature } = await client.send(command).catch((error: unknown) => {
        throw toKmsFault(error, "Sign", "The ledger's key");
      });
      if (Signature === undefined) throw new KeyUnavailable("KMS answered Sign with nothing: try again.");
      return Signature;
    },
  };
}
