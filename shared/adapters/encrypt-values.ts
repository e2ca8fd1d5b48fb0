import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";
import type { EncryptValues } from "../ports/encrypt-values.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce of 12 bytes each time, and the context as additional data. Random
 * nonces bound one key to 2^32 sealings (section 8.3), which no run comes near. Keys are handed over as key objects: bytes
 * cost Node twice the time of the cipher itself.
 */
export const encryptValues: EncryptValues = {
  seal(key, text, context) {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, createSecretKey(key), nonce).setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString(
      "base64",
    );
  },
  open(key, sealed, context) {
    const bytes = Buffer.from(sealed, "base64");
    // Node skips what is not base64, so one sealed value would have many texts.
    if (bytes.length < nonceBytes + tagBytes || bytes.toString("base64") !== sealed) return undefined;
    const nonce = bytes.subarray(0, nonceBytes);
    const decipher = createDecipheriv(algorithm, createSecretKey(key), nonce, {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes));
    try {
      const start = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      return Buffer.concat([start, decipher.final()]).toString("utf8");
    } catch {
      return undefined;
    }
  },
};
