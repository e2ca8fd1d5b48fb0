/**
 * Authenticated encryption of text under a key of 32 bytes. Whatever is sealed under one key and `context` opens under
 * these two alone; two sealings of one text differ.
 */
export interface EncryptValues {
  /** Base64 of nonce, ciphertext and tag: 28 bytes more than the text's UTF-8, times 4/3. */
  seal(key: Uint8Array, text: string, context: string): string;

  /** `undefined` for what was sealed under another key or context, was altered, or is not base64. */
  open(key: Uint8Array, sealed: string, context: string): string | undefined;
}
