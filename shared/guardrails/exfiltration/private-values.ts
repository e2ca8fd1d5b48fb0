import { encodeBase64 } from "../../ledger/base64.ts";
import { encodeHex } from "../../ledger/hex.ts";
import { encodeUtf8 } from "../../ledger/utf8.ts";

/** Shorter values would be found in every URL. */
const SHORTEST_VALUE = 4;
const LONGEST_VALUE = 1_024;
const MOST_VALUES = 500;

/** Knows private values in the forms that a URL can carry them in. */
export class PrivateValues {
  readonly #plain: readonly string[];
  readonly #encoded: readonly string[];

  constructor(values: readonly string[]) {
    const known = values.slice(0, MOST_VALUES).map((value) => value.slice(0, LONGEST_VALUE).toWellFormed());
    const long = known.filter((value) => strip(value).length >= SHORTEST_VALUE);
    this.#plain = long.map(strip);
    this.#encoded = long.flatMap(encodeForms);
  }

  /** Whether a URL carries one of the values: as it is, without its separators, reversed, in percent, hex or base64. */
  isIn(url: string): boolean {
    if (this.#plain.length === 0) return false;
    const plain = strip(decodePercent(url));
    if (this.#plain.some((value) => plain.includes(value) || plain.includes(reverse(value)))) return true;
    const alphabet = url.replaceAll("-", "+").replaceAll("_", "/");
    const lower = url.toLowerCase();
    return this.#encoded.some((form) => alphabet.includes(form) || lower.includes(form));
  }
}

/** Lower-case letters and digits alone: `+49 30 1234` and `49-30-1234` are the same value. */
function strip(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function reverse(text: string): string {
  return Array.from(text).toReversed().join("");
}

/**
 * Hex, and base64 at each of the three places a value can have within a longer text, less the digits at either end that
 * its neighbours share.
 */
function encodeForms(value: string): string[] {
  const bytes = encodeUtf8(value);
  const forms = [encodeHex(bytes)];
  for (let shift = 0; shift < 3; shift++) {
    const shifted = new Uint8Array(shift + bytes.length);
    shifted.set(bytes, shift);
    const whole = Math.floor((shifted.length * 8) / 6);
    const form = encodeBase64(shifted).slice(shift === 0 ? 0 : shift + 1, whole);
    if (form.length >= 5) forms.push(form);
  }
  return forms;
}

/** Percent escapes of ASCII and `+` decoded; what is not one stays. */
function decodePercent(url: string): string {
  if (!/[%+]/u.test(url)) return url;
  try {
    return decodeURIComponent(url.replaceAll("+", " "));
  } catch {
    return url.replace(/%([0-7][0-9a-f])/giu, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
}
