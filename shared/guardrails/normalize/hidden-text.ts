import { decodeUtf8 } from "../../ledger/utf8.ts";
import { isVariationSelector, readTags } from "./invisible.ts";

/** Longer hidden texts are read up to here, in characters or bytes. */
const MAX_HIDDEN = 16_384;

/** Three letters of seven bits each. */
const FEWEST_BITS = 21;

/** What a run of invisible characters spells: tag characters as ASCII, variation selectors as bytes of UTF-8. */
export function readHiddenRun(characters: readonly string[]): string | undefined {
  const tags = readTags(characters.slice(0, MAX_HIDDEN));
  if (tags.length > 0) return tags;
  if (characters.length < 4 || !characters.every(isVariationSelector)) return undefined;
  const bytes = characters.slice(0, MAX_HIDDEN).map(toByte);
  return keepReadable(decodeUtf8(Uint8Array.from(bytes)));
}

/** VS1 to VS16 are the bytes 0 to 15, VS17 to VS256 the others. */
function toByte(selector: string): number {
  const code = selector.codePointAt(0) ?? 0;
  return code <= 0xfe0f ? code - 0xfe00 : code - 0xe0100 + 16;
}

/**
 * What zero-width characters of a text spell as bits, first of all of it: two of them are 0 and 1, and a third one
 * separates the characters. `undefined` if no reading gives text.
 */
export function readZeroWidthBits(symbols: string): string | undefined {
  if (symbols.length < FEWEST_BITS) return undefined;
  const sample = symbols.slice(0, MAX_HIDDEN);
  const counts = new Map<string, number>();
  for (const symbol of sample) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const [one, two, three, four] = [...counts].toSorted((a, b) => b[1] - a[1]).map(([symbol]) => symbol);
  if (one === undefined || two === undefined || four !== undefined) return undefined;
  const groups = three === undefined ? [sample] : sample.split(three);
  for (const width of [8, 7, 16]) {
    for (const [zero, unit] of [
      [one, two],
      [two, one],
    ] as const) {
      const text = keepReadable(readGroups(groups, zero, unit, width));
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

/** Without a separator the bits come in groups of `width`; with one each group is a character, leading zeros left out. */
function readGroups(groups: readonly string[], zero: string, unit: string, width: number): string {
  let text = "";
  for (const group of groups) {
    const size = groups.length > 1 ? Math.max(1, Math.min(group.length, 16)) : width;
    for (let at = 0; at + size <= group.length; at += size) {
      let code = 0;
      for (let bit = 0; bit < size; bit++) {
        const symbol = group.charAt(at + bit);
        if (symbol !== zero && symbol !== unit) return "";
        code = code * 2 + (symbol === unit ? 1 : 0);
      }
      text += String.fromCharCode(code);
    }
  }
  return text;
}

/** The text if it is one that a person could read: at least three characters, nine of ten of them letters or ASCII. */
export function keepReadable(text: string | undefined): string | undefined {
  if (text === undefined || text.length < 3) return undefined;
  let readable = 0;
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code | 32) >= 97 && (code | 32) <= 122;
    if (isLetter || code >= 0xc0) letters++;
    if ((code >= 32 && code < 127) || (code >= 9 && code <= 13) || (code >= 0xa0 && code < 0xfffd))
      readable++;
  }
  return readable * 10 >= text.length * 9 && letters * 2 >= text.length ? text : undefined;
}
