import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";
import { KeyUnavailable, TokenNotOpened } from "../../domain/errors.ts";
import type { OpenToken, SealToken } from "../../ports/functions.ts";
import { toKmsFault } from "./kms-faults.ts";
import { faultNameOf } from "./service-faults.ts";

// Two factories, because a function may do the one or the other: its bundle then holds no code for what it may not do.

const VERSION = "kms1.";

/** KMS's words for a ciphertext that is not this key's with this context. */
const notOpenedNames: ReadonlySet<string> = new Set(["IncorrectKeyException", "InvalidCiphertextException"]);

interface KmsParts {
  readonly client: KMSClient;
  /** Id, ARN or alias of a symmetric key. */
  readonly keyId: string;
}

/**
 * Seals task tokens under a KMS key, with the requirement as encryption context, which KMS binds to the ciphertext and
 * writes to CloudTrail. The text is `kms1.` and base64url of the ciphertext. A token has at most 2,048 bytes, Encrypt
 * takes 4,096. Permission: kms:Encrypt.
 */
export function createKmsSealToken({ client, keyId }: KmsParts): SealToken {
  return async (token, context) => {
    const command = new EncryptCommand({
      KeyId: keyId,
      Plaintext: Buffer.from(token),
      EncryptionContext: { requirement: context },
    });
    const { CiphertextBlob } = await client.send(command).catch((error: unknown) => {
      throw toKeyFault(error, "Encrypt");
    });
    if (CiphertextBlob === undefined)
      throw new KeyUnavailable("KMS answered Encrypt with nothing: try again.");
    return VERSION + Buffer.from(CiphertextBlob).toString("base64url");
  };
}

/**
 * Opens what `createKmsSealToken` sealed. The key is named, so that a ciphertext of another key that this role could use
 * is refused. Permission: kms:Decrypt.
 */
export function createKmsOpenToken({ client, keyId }: KmsParts): OpenToken {
  return async (sealed, context) => {
    const ciphertext = readCiphertext(sealed);
    if (ciphertext === undefined) throw notOpened();
    const command = new DecryptCommand({
      KeyId: keyId,
      CiphertextBlob: ciphertext,
      EncryptionContext: { requirement: context },
    });
    const { Plaintext } = await client.send(command).catch((error: unknown) => {
      throw notOpenedNames.has(faultNameOf(error) ?? "") ? notOpened() : toKeyFault(error, "Decrypt");
    });
    if (Plaintext === undefined) throw new KeyUnavailable("KMS answered Decrypt with nothing: try again.");
    return Buffer.from(Plaintext).toString("utf8");
  };
}

function readCiphertext(sealed: string): Uint8Array | undefined {
  if (!sealed.startsWith(VERSION)) return undefined;
  const text = sealed.slice(VERSION.length);
  const bytes = Buffer.from(text, "base64url");
  // Node skips what is not base64url, so one sealed token would have many texts.
  return bytes.length > 0 && bytes.toString("base64url") === text ? bytes : undefined;
}

function notOpened(): TokenNotOpened {
  return new TokenNotOpened(
    "A sealed task token could not be opened: it was altered, or sealed for another requirement or by another key.",
  );
}

function toKeyFault(error: unknown, call: string): Error {
  return toKmsFault(error, call, "The key of task tokens");
}
