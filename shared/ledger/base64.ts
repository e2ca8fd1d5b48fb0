const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Digit values by character code; `undefined` for what is no digit. */
const VALUES: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value < 0 ? undefined : value;
});

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const group = (first << 16) | (second << 8) | third;
    for (let shift = 18; shift >= 0; shift -= 6) text += ALPHABET.charAt((group >> shift) & 63);
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - missing) + "=".repeat(missing);
}

/**
 * Decodes exactly what `encodeBase64` writes, so that no two texts mean the same bytes: with padding, without spaces,
 * unused bits zero (RFC 4648 section 3.5). Anything else is `undefined`.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let written = 0;
  let bits = 0;
  let width = 0;
  for (let at = 0; at < text.length - padding; at += 1) {
    const value = VALUES[text.charCodeAt(at)];
    if (value === undefined) return undefined;
    bits = (bits << 6) | value;
    width += 6;
    if (width < 8) continue;
    width -= 8;
    bytes[written] = bits >> width;
    written += 1;
    bits &= (1 << width) - 1;
  }
  return bits === 0 ? bytes : undefined;
}
