import type { Finding } from "../finding.ts";
import { foldConfusables } from "./confusables.ts";
import { decodeSegments } from "./decode-segments.ts";
import { hasInvisible, mayBeInvisible } from "./invisible.ts";
import { InvisibleScan } from "./invisible-scan.ts";
import { type TextView, ViewBuilder, viewUnchanged, viewWithin } from "./text-view.ts";

/** What detectors read instead of a text. */
export interface NormalizedText {
  readonly original: string;
  /** NFKC, without invisible characters, look-alikes folded in words of mixed script. */
  readonly main: TextView;
  /** Hidden text, text written backwards under a bidi override, and decoded base64, hex and percent segments. */
  readonly others: readonly TextView[];
  /** `invisible-text`, in the order of the text. */
  readonly findings: readonly Finding[];
}

const PRINTABLE_ASCII = /^[\t\n\f\r -~]*$/u;
/** More marks in a row than any spelling needs (UAX 15 allows 30) are normalised in groups, which keeps it linear. */
const MAX_MARKS = 30;
const MANY_MARKS = /\p{M}{31}/u;
/** Shorter texts are normalised whatever their marks are. */
const SHORT = 1_000;
/** Short enough that many marks in it cost nothing, long enough for most words. */
const LONGEST_STRETCH = 24;
const MARK = /\p{M}/u;
const NEGATIVE_LETTERS = /[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}]/u;

/**
 * Normalises a text once for all detectors and keeps the way back to its own offsets. Linear in the text's length.
 */
export function normalize(original: string): NormalizedText {
  if (PRINTABLE_ASCII.test(original)) {
    const main = viewUnchanged(original);
    return { original, main, others: decodeSegments(main), findings: [] };
  }
  if (isNormal(original)) {
    const main = foldConfusables(original);
    const view = main === original ? viewUnchanged(original) : { ...viewUnchanged(original), text: main };
    return { original, main: view, others: decodeSegments(view), findings: [] };
  }
  const builder = new ViewBuilder();
  const scan = new InvisibleScan(original);
  copyNormalized(original, builder, scan);
  const main = builder.build(foldConfusables);
  const { findings, hidden } = scan.finish();
  const views = hidden.map(({ text, span }) => viewWithin(text.normalize("NFKC"), "hidden", span));
  return { original, main, others: [...views, ...decodeSegments(main)], findings };
}

function isNormal(text: string): boolean {
  if (hasInvisible(text) || NEGATIVE_LETTERS.test(text)) return false;
  if (text.length > SHORT && MANY_MARKS.test(text)) return false;
  return text.normalize("NFKC") === text;
}

/** Copies cluster by cluster: runs of ASCII as they are, a letter and its marks as one, invisible characters not at all. */
function copyNormalized(text: string, builder: ViewBuilder, scan: InvisibleScan): void {
  let at = 0;
  let plainFrom = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const isPlain = (code >= 32 && code < 127) || (code >= 9 && code <= 13);
    if (isPlain && !startsWithMark(text, at + 1)) {
      at++;
      continue;
    }
    builder.append(text.slice(plainFrom, at), plainFrom, at);
    const afterRun = mayBeInvisible(code) ? scan.readRun(at) : at;
    const end = afterRun > at ? afterRun : copyVisible(text, at, builder);
    at = end;
    plainFrom = end;
  }
  builder.append(text.slice(plainFrom), plainFrom, text.length);
}

/** Copies a stretch that normalising leaves alone, or else one cluster; the result is its end. */
function copyVisible(text: string, start: number, builder: ViewBuilder): number {
  let end = start;
  while (end < text.length && end - start < LONGEST_STRETCH && isOfStretch(text.charCodeAt(end))) end++;
  const stretch = text.slice(start, end);
  if (end - start > 1 && !startsWithMark(text, end) && stretch.normalize("NFKC") === stretch) {
    builder.append(stretch, start, end);
    return end;
  }
  const wideEnd = findFullWidthEnd(text, start);
  if (wideEnd > start) {
    builder.append(toHalfWidth(text.slice(start, wideEnd)), start, wideEnd);
    return wideEnd;
  }
  const clusterEnd = findClusterEnd(text, start);
  builder.append(normalizeCluster(text.slice(start, clusterEnd)), start, clusterEnd);
  return clusterEnd;
}

/** The end of a run of the full-width forms of ASCII that no mark follows. */
function findFullWidthEnd(text: string, start: number): number {
  let end = start;
  for (let code = text.charCodeAt(end); code >= 0xff01 && code <= 0xff5e; code = text.charCodeAt(end)) end++;
  return startsWithMark(text, end) ? Math.max(start, end - 1) : end;
}

function toHalfWidth(text: string): string {
  return text.replace(/./gu, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0));
}

function isOfStretch(code: number): boolean {
  return code >= 0x80 && !mayBeInvisible(code);
}

function startsWithMark(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (
    code < 0x300 ||
    (code >= 0x3400 && code < 0xa66f) ||
    (code >= 0xac00 && code < 0xd800) ||
    code >= 0xfe30
  )
    return false;
  if (code <= 0x36f) return code !== 0x34f;
  const character = characterAt(text, at);
  return MARK.test(character) && !hasInvisible(character);
}

/** The end of one character and the marks and jamo that follow it. */
function findClusterEnd(text: string, start: number): number {
  let end = start + characterAt(text, start).length;
  for (let marks = 0; marks < MAX_MARKS && end < text.length; marks++) {
    const next = characterAt(text, end);
    const isJamo = next >= "\u1161" && next <= "\u11ff";
    const isVoicing = next === "\uff9e" || next === "\uff9f";
    if (!isJamo && !isVoicing && !startsWithMark(text, end)) break;
    end += next.length;
  }
  return end;
}

function normalizeCluster(cluster: string): string {
  const code = cluster.codePointAt(0) ?? 0;
  if (NEGATIVE_LETTERS.test(cluster)) return String.fromCharCode(65 + ((code - 0x1f150) % 32));
  return cluster.normalize("NFKC");
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}
