const LOWER_CASE_PAIRS = /^(?:[0-9a-f]{2})*$/;

/** Two lower-case digits a byte. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Decodes exactly what `encodeHex` writes; anything else, upper case too, is `undefined`. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (!LOWER_CASE_PAIRS.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}
