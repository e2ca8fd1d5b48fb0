import { decodeUtf8 } from "../../ledger/utf8.ts";
import { keepReadable } from "./hidden-text.ts";
import { type TextView, viewWithin } from "./text-view.ts";

/** The shortest run of base64 characters that is tried, and of hex digits. */
const SHORTEST_BASE64 = 16;
const SHORTEST_HEX = 16;
/** At most this many characters of one segment, and this many segments of a text, are decoded. */
const LONGEST_SEGMENT = 16_384;
const MOST_SEGMENTS = 64;

const BASE64 = 1;
const HEX = 2;
const SPACE = 4;
const UPPER = 8;
const LOWER = 16;
/** Base64 of any text has both. */
const MIXED_CASE = UPPER | LOWER;

const CLASSES = classify();

/** Runs that are written as one escape after the other: `%69`, `\x69`, `\u0069`, `&#105;`, `&#x69;`, `69 6e`. */
const ESCAPES =
  /(?:\\x[0-9a-f]{2}){4,}|(?:\\u\{?[0-9a-f]{4}\}?){4,}|(?:&#(?:\d{2,6}|x[0-9a-f]{2,5});?){4,}|(?:\b[0-9a-f]{2}[ ,:]){8,}[0-9a-f]{2}\b/giu;
/** A text is searched for escapes only if it holds one of these, or enough bytes that stand alone. */
const ESCAPE_STARTS = ["\\x", "\\u", "&#"];
const FEWEST_LONE_BYTES = 9;
const ONE_ESCAPE =
  /\\x([0-9a-f]{2})|\\u\{?([0-9a-f]{4})\}?|&#(?:(\d{2,6})|x([0-9a-f]{2,5}));?|([0-9a-f]{2})/giu;

/**
 * One pass of decoding, never a second over what came out: the readable texts in base64, hex, percent and character
 * escapes, each standing for its whole segment.
 */
export function decodeSegments(view: TextView): readonly TextView[] {
  const views: TextView[] = [];
  const keep = (text: string | undefined, start: number, end: number): void => {
    if (text === undefined || views.length >= MOST_SEGMENTS) return;
    views.push(viewWithin(text.normalize("NFKC"), "encoded", view.locate(start, end)));
  };
  const loneBytes = scanRuns(view.text, keep);
  if (loneBytes >= FEWEST_LONE_BYTES || ESCAPE_STARTS.some((start) => view.text.includes(start))) {
    for (const match of view.text.matchAll(ESCAPES)) {
      keep(keepReadable(decodeEscapes(match[0])), match.index, match.index + match[0].length);
    }
  }
  return views;
}

type Keep = (text: string | undefined, start: number, end: number) => void;

/**
 * Finds runs of base64 characters and words with percent escapes in one walk over the text; the result is the number of
 * two-digit hex numbers that stand alone.
 */
function scanRuns(text: string, keep: Keep): number {
  let loneBytes = 0;
  let kinds = 0;
  let runFrom = 0;
  let wordFrom = 0;
  let percents = 0;
  let allHex = true;
  let tries = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32;
    const kind = code < 128 ? (CLASSES[code] ?? 0) : 0;
    if (kind & BASE64) {
      if (!(kind & HEX)) allHex = false;
      kinds |= kind;
      continue;
    }
    // A line break within base64 as e-mail wraps it.
    if (isWrap(text, at, at - runFrom)) continue;
    if (at - runFrom === 2 && allHex) loneBytes++;
    const isWritten = allHex || (kinds & MIXED_CASE) === MIXED_CASE;
    if (at - runFrom >= SHORTEST_BASE64 && isWritten && tries < MOST_SEGMENTS * 4) {
      tries++;
      keep(
        decodeRun(text.slice(runFrom, Math.min(at, runFrom + LONGEST_SEGMENT)), allHex),
        runFrom,
        skipPadding(text, at),
      );
    }
    runFrom = at + 1;
    allHex = true;
    kinds = 0;
    if (code === 37) percents++;
    if (!(kind & SPACE)) continue;
    if (percents >= 3)
      keep(decodePercent(text.slice(wordFrom, Math.min(at, wordFrom + LONGEST_SEGMENT))), wordFrom, at);
    percents = 0;
    wordFrom = at + 1;
  }
  return loneBytes;
}

/** The padding of base64 belongs to the segment. */
function skipPadding(text: string, at: number): number {
  let end = at;
  while (end < at + 2 && text.charCodeAt(end) === 61) end++;
  return end;
}

function isWrap(text: string, at: number, length: number): boolean {
  const code = text.charCodeAt(at);
  if ((code !== 10 && code !== 13) || length < 60) return false;
  const before = text.charCodeAt(at - 60);
  return before !== 10 && ((CLASSES[text.charCodeAt(at + 1)] ?? 0) & BASE64) !== 0;
}

function decodeRun(run: string, allHex: boolean): string | undefined {
  if (allHex && run.length % 2 === 0 && run.length >= SHORTEST_HEX) {
    const bytes = new Uint8Array(run.length / 2);
    for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(run.slice(at * 2, at * 2 + 2), 16);
    return keepReadable(decodeUtf8(bytes));
  }
  return keepReadable(decodeUtf8(decodeBase64(run)));
}

/** Either alphabet, with or without padding, bits left over at the end ignored. */
function decodeBase64(run: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((run.length * 3) / 4));
  let bits = 0;
  let width = 0;
  let written = 0;
  for (let at = 0; at < run.length; at++) {
    const value = base64Value(run.charCodeAt(at));
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    width += 6;
    if (width < 8) continue;
    width -= 8;
    bytes[written++] = bits >> width;
  }
  return bytes.subarray(0, written);
}

function base64Value(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  if (code === 43 || code === 45) return 62;
  return code === 47 || code === 95 ? 63 : -1;
}

/** A word with its percent escapes decoded, and `+` as the space that forms write. */
function decodePercent(word: string): string | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    const value = code === 37 ? Number.parseInt(word.slice(at + 1, at + 3), 16) : Number.NaN;
    if (Number.isNaN(value)) {
      bytes.push(code === 43 ? 32 : code < 128 ? code : 63);
      continue;
    }
    bytes.push(value);
    at += 2;
  }
  return keepReadable(decodeUtf8(Uint8Array.from(bytes)));
}

function decodeEscapes(run: string): string | undefined {
  const bytes: number[] = [];
  let wide = "";
  for (const [, byte, unit, decimal, hex, bare] of run.matchAll(ONE_ESCAPE)) {
    const code =
      decimal === undefined ? Number.parseInt(byte ?? unit ?? hex ?? bare ?? "", 16) : Number(decimal);
    bytes.push(code);
    wide += code <= 0x10ffff ? String.fromCodePoint(code) : "";
    if (bytes.length >= LONGEST_SEGMENT) break;
  }
  return bytes.every((code) => code < 256) ? (decodeUtf8(Uint8Array.from(bytes)) ?? wide) : wide;
}

/** What an ASCII character may be part of. */
function classify(): Uint8Array {
  const classes = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const isDigit = code >= 48 && code <= 57;
    const lower = code | 32;
    const isLetter = code >= 65 && lower >= 97 && lower <= 122;
    const isHex = isDigit || (isLetter && lower <= 102);
    if (isDigit || isLetter || code === 43 || code === 45 || code === 47 || code === 95)
      classes[code] = BASE64;
    if (isLetter) classes[code] = BASE64 | (code < 97 ? UPPER : LOWER);
    if (isHex) classes[code] = (classes[code] ?? 0) | HEX;
    if (code <= 32 || code === 34 || code === 39 || code === 60 || code === 62) classes[code] = SPACE;
  }
  return classes;
}
