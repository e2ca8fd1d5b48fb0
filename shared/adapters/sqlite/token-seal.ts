import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { InvariantBroken, TokenNotOpened } from "../../domain/errors.ts";
import type { OpenToken, SealToken } from "../../ports/functions.ts";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1.";

/**
 * Seals task tokens with AES-256-GCM (NIST SP 800-38D), the context as additional data, a fresh random nonce each time.
 * The text is `v1.` and base64url of nonce, ciphertext and tag. Random nonces bound one key to 2^32 tokens (section 8.3).
 */
export function createTokenSeal(key: Uint8Array): { readonly seal: SealToken; readonly open: OpenToken } {
  if (key.length !== KEY_BYTES)
    throw new InvariantBroken(`A sealing key has ${KEY_BYTES} bytes, not ${key.length}.`);
  return {
    async seal(token, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
      const sealed = [nonce, cipher.update(token, "utf8"), cipher.final(), cipher.getAuthTag()];
      return VERSION + Buffer.concat(sealed).toString("base64url");
    },
    async open(sealed, context) {
      const token = tryOpen(key, sealed, context);
      if (token === undefined) {
        throw new TokenNotOpened(
          "A sealed task token could not be opened: it was altered, or sealed for another requirement or by another key.",
        );
      }
      return token;
    },
  };
}

function tryOpen(key: Uint8Array, sealed: string, context: string): string | undefined {
  if (!sealed.startsWith(VERSION)) return undefined;
  const text = sealed.slice(VERSION.length);
  const bytes = Buffer.from(text, "base64url");
  // Node skips what is not base64url, so one sealed token would have many texts.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== text) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const start = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([start, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

/**
 * The 32 bytes in the file at `path`; where there is none, fresh ones, written with mode 0600 and synced before they
 * are answered, in a directory of mode 0700.
 */
export function loadOrCreateKey(path: string): Uint8Array {
  const key = tryRead(path) ?? createKey(path);
  if (key.length !== KEY_BYTES) {
    throw new InvariantBroken(
      `The key file "${path}" has ${key.length} bytes instead of ${KEY_BYTES}: restore it from a backup.`,
    );
  }
  return key;
}

function tryRead(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Under another name first, so that a crash never leaves half a key. */
function createKey(path: string): Uint8Array {
  const key = randomBytes(KEY_BYTES);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}.unfinished`;
  const file = openSync(unfinished, "w", 0o600);
  try {
    writeSync(file, key);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
  return key;
}
