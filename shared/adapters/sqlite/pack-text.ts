import { deflateRawSync, inflateRawSync } from "node:zlib";

/** No JSON text begins so, which tells a packed body from a plain one. */
const PACKED = "deflate:";

/** Shorter texts are nearly all of them, shrink little, and every run writes dozens: they stay as they are. */
const LONG_TEXT = 4_000;

/** An item has at most 400,000 bytes; whatever unpacks to more is damaged. */
const MAX_UNPACKED_BYTES = 1_000_000;

/** Long texts as base64 of their raw DEFLATE form (RFC 1951): spans and conversations take a tenth to a third of it. */
export function packText(text: string): string {
  if (text.length < LONG_TEXT) return text;
  const packed = PACKED + deflateRawSync(text).toString("base64");
  return packed.length < text.length ? packed : text;
}

/** Throws what zlib throws for a text that was not packed here. */
export function unpackText(stored: string): string {
  if (!stored.startsWith(PACKED)) return stored;
  const bytes = Buffer.from(stored.slice(PACKED.length), "base64");
  return inflateRawSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).toString();
}
