import { createPublicKey } from "node:crypto";
import { GetPublicKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { InvariantBroken, KeyUnavailable } from "../../domain/errors.ts";
import type { CheckpointTrust } from "../../ledger/checkpoint.ts";
import type { HashBytes } from "../../ledger/merkle-hash.ts";
import type { NoteKey } from "../../ledger/note-key.ts";
import { exportRawKey, nameLedgerKey, trustLedgerKey } from "../ed25519.ts";
import { toKmsFault } from "./kms-faults.ts";

export interface KmsLedgerKey {
  readonly client: KMSClient;
  /** Id, ARN or alias of a key of the spec ECC_NIST_EDWARDS25519. */
  readonly keyId: string;
  /** The log's name. */
  readonly origin: string;
  readonly hash: HashBytes;
}

/** Reads what receipts of the log are held against. Permission: kms:GetPublicKey. */
export async function readKmsLedgerTrust(parts: KmsLedgerKey): Promise<CheckpointTrust> {
  return trustLedgerKey(await readKmsNoteKey(parts));
}

/** Reads the public key. Permission: kms:GetPublicKey. */
export async function readKmsNoteKey({ client, keyId, origin, hash }: KmsLedgerKey): Promise<NoteKey> {
  const { PublicKey, KeySpec } = await client
    .send(new GetPublicKeyCommand({ KeyId: keyId }))
    .catch((error: unknown) => {
      throw toKmsFault(error, "GetPublicKey", "The ledger's key");
    });
  if (PublicKey === undefined) throw new KeyUnavailable("KMS answered GetPublicKey with nothing: try again.");
  if (KeySpec !== "ECC_NIST_EDWARDS25519") {
    throw new InvariantBroken(
      "The ledger's key in KMS is not of the spec ECC_NIST_EDWARDS25519: deploy again.",
    );
  }
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
  return nameLedgerKey(origin, exportRawKey(key), hash);
}
