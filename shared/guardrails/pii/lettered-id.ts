import type { Detector, Match } from "../detector.ts";
import { digitAt, isMonthAndDay, remainder, weigh } from "./check-digits.ts";
import { cue, namingCues } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";

/** A number of letters and digits, as its country writes it. */
interface LetteredId {
  readonly kind: "id-number" | "passport" | "driving-licence";
  /** Over the capitals and digits alone. */
  readonly pattern: RegExp;
  /** Whether the pattern and the check say so much that no word has to name the number. */
  readonly clear: boolean;
  readonly isValid?: (code: string) => boolean;
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

function isSpanishId(code: string): boolean {
  const digits = code.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return dniLetters[Number(digits) % 23] === code.at(-1);
}

function isSingaporeId(code: string): boolean {
  const offset = { S: 0, T: 4, F: 0, G: 4, M: 3 }[code[0] ?? ""] ?? 0;
  const rest = (weigh(code.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const letters = { S: "JZIHGFEDCBA", T: "JZIHGFEDCBA", M: "KLJNPQRTUWX" }[code[0] ?? ""] ?? "XWUTRQPNMLK";
  return letters[code.startsWith("M") ? 10 - rest : rest] === code.at(-1);
}

function isTaiwanId(code: string): boolean {
  const area = "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(code[0] ?? "") + 10;
  return (
    (Math.floor(area / 10) + (area % 10) * 9 + weigh(code.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0
  );
}

function isHongKongId(code: string): boolean {
  const letters = code.slice(0, -7).padStart(2, " ");
  const values = Array.from(letters, (letter) => (letter === " " ? 36 : Number.parseInt(letter, 36)));
  const sum = (values[0] ?? 0) * 9 + (values[1] ?? 0) * 8 + weigh(code.slice(-7, -1), [7, 6, 5, 4, 3, 2]);
  return "0A987654321"[sum % 11] === code.at(-1);
}

function isIrishId(code: string): boolean {
  const second = code[8];
  const extra = second === undefined || second === "W" ? 0 : (second.charCodeAt(0) - 64) * 9;
  return "WABCDEFGHIJKLMNOPQRSTUV"[(weigh(code.slice(0, 7), [8, 7, 6, 5, 4, 3, 2]) + extra) % 23] === code[7];
}

const fiscalOddValues = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** Digits count as the first ten letters do. */
function isItalianFiscalCode(code: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const value = Number.parseInt(code[index] ?? "0", 36);
    const place = value > 9 ? value - 10 : value;
    sum += index % 2 === 0 ? (fiscalOddValues[place] ?? 0) : place;
  }
  return String.fromCharCode(65 + (sum % 26)) === code[15];
}

function isFinnishId(code: string): boolean {
  const digits = code.slice(0, 6) + code.slice(-4, -1);
  return (
    isMonthAndDay(code.slice(2, 4), code.slice(0, 2)) &&
    "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(digits) % 31] === code.at(-1)
  );
}

/** ICAO 9303 part 3: German identity cards and passports use it too. */
function passesMachineReadable(code: string): boolean {
  let sum = 0;
  for (let index = 0; index < code.length - 1; index++)
    sum += Number.parseInt(code[index] ?? "0", 36) * ([7, 3, 1][index % 3] ?? 0);
  return sum % 10 === digitAt(code, code.length - 1);
}

function isPolishCard(code: string): boolean {
  const values = Array.from(code, (character) => Number.parseInt(character, 36));
  const weights = [7, 3, 1, 9, 7, 3, 1, 7, 3];
  return values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) % 10 === 0;
}

/** ISO 3779; the ninth character checks the others where it was made for North America or China. */
function isVehicleNumber(code: string): boolean {
  const values = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ";
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const sum = weights.reduce(
    (total, weight, index) => total + (values.indexOf(code[index] ?? "") % 10) * weight,
    0,
  );
  return "0123456789X"[sum % 11] === code[8];
}

function isGermanHealthNumber(code: string): boolean {
  const digits = String(code.charCodeAt(0) - 64).padStart(2, "0") + code.slice(1, 9);
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const product = digitAt(digits, index) * (index % 2 === 0 ? 1 : 2);
    sum += product > 9 ? product - 9 : product;
  }
  return sum % 10 === digitAt(code, 9);
}

function isChineseIdWithX(code: string): boolean {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return (
    isMonthAndDay(code.slice(10, 12), code.slice(12, 14)) && weigh(code.slice(0, 17), weights) % 11 === 2
  );
}

function isChileanRutWithK(code: string): boolean {
  return weigh(code.slice(0, -1).padStart(8, "0"), [3, 2, 7, 6, 5, 4, 3, 2]) % 11 === 1;
}

function isFrenchNirOfCorsica(code: string): boolean {
  const body = code.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return 97 - remainder(body, 97) === Number(code.slice(13));
}

function hasDateAfterLetters(code: string): boolean {
  const digits = /\d{6}/.exec(code)?.[0] ?? "";
  return isMonthAndDay(digits.slice(2, 4), digits.slice(4, 6));
}

/** Year's decade, month (plus 50 for women), day, year's last digit. */
function hasBritishDriverDate(code: string): boolean {
  const month = String(Number(code.slice(6, 8)) % 50).padStart(2, "0");
  return isMonthAndDay(month, code.slice(8, 10));
}

function isDeaNumber(code: string): boolean {
  return weigh(code.slice(2, 8), [1, 2, 1, 2, 1, 2]) % 10 === digitAt(code, 8);
}

const indianStates =
  "A[NPRS]|B[RH]|C[HG]|D[DLN]|G[AJ]|H[PR]|J[KH]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|RJ|SK|T[NRS]|U[APK]|WB";

const letteredIds: readonly LetteredId[] = [
  {
    kind: "id-number",
    pattern: /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    clear: true,
    isValid: (code) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(code),
  },
  {
    kind: "id-number",
    pattern:
      /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d[AC-HJKMNP-RT-Y]{2}\d\d$/,
    clear: true,
  },
  { kind: "id-number", pattern: /^\d{8}[A-Z]$/, clear: true, isValid: isSpanishId },
  { kind: "id-number", pattern: /^\d{7}[A-Z]$/, clear: false, isValid: isSpanishId },
  { kind: "id-number", pattern: /^[XYZ]\d{7}[A-Z]$/, clear: true, isValid: isSpanishId },
  { kind: "id-number", pattern: /^[STFGM]\d{7}[A-Z]$/, clear: true, isValid: isSingaporeId },
  { kind: "id-number", pattern: /^[A-Z][1289]\d{8}$/, clear: true, isValid: isTaiwanId },
  { kind: "id-number", pattern: /^[A-Z]{1,2}\d{6}[\dA]$/, clear: false, isValid: isHongKongId },
  { kind: "id-number", pattern: /^\d{7}[A-W][A-IW]?$/, clear: true, isValid: isIrishId },
  {
    kind: "id-number",
    pattern: /^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/,
    clear: true,
    isValid: isItalianFiscalCode,
  },
  { kind: "id-number", pattern: /^\d{6}[A-FU-Y+]?\d{3}[\dA-FHJ-NPR-Y]$/, clear: false, isValid: isFinnishId },
  { kind: "id-number", pattern: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/, clear: true },
  { kind: "id-number", pattern: /^[A-Z]{5}\d{4}[A-Z]$/, clear: false },
  { kind: "id-number", pattern: /^(?:[0-2]\d|3[0-8]|97|99)[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[\dA-Z]$/, clear: true },
  {
    kind: "id-number",
    pattern: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[\dA-Z]\d$/,
    clear: true,
    isValid: hasDateAfterLetters,
  },
  {
    kind: "id-number",
    pattern: /^[A-ZÑ&]{3,4}\d{6}[A-Z\d]{2}[\dA]$/,
    clear: true,
    isValid: hasDateAfterLetters,
  },
  { kind: "id-number", pattern: /^\d{17}X$/, clear: true, isValid: isChineseIdWithX },
  { kind: "id-number", pattern: /^\d{7,8}K$/, clear: true, isValid: isChileanRutWithK },
  { kind: "id-number", pattern: /^[12]\d{4}2[AB]\d{8}$/, clear: true, isValid: isFrenchNirOfCorsica },
  {
    kind: "id-number",
    pattern: /^(?=.{0,16}[A-Z])[A-HJ-NPR-Z\d]{8}[\dX][A-HJ-NPR-Z\d]{2}[A-HJ-NPR-Z\d]{2}\d{4}$/,
    clear: true,
    isValid: isVehicleNumber,
  },
  { kind: "id-number", pattern: /^[A-Z]\d{9}$/, clear: false, isValid: isGermanHealthNumber },
  { kind: "id-number", pattern: /^[A-Z]{3}\d{6}$/, clear: false, isValid: isPolishCard },
  { kind: "id-number", pattern: /^[A-Z]{3}\d{7}$/, clear: false },
  { kind: "id-number", pattern: new RegExp(`^(?:${indianStates})\\d{1,2}[A-Z]{1,3}\\d{4}$`), clear: true },
  {
    kind: "id-number",
    pattern: /^[LMNP]\d{8}$|^[CFGHJKLMNPRTVWXYZ\d]{9}\d$/,
    clear: false,
    isValid: passesMachineReadable,
  },
  {
    kind: "id-number",
    pattern: /^[ABCDEFGHJKLMPRSTUXabcdefghjklmprstux][A-Z9]\d{7}$/,
    clear: false,
    isValid: isDeaNumber,
  },
  {
    kind: "driving-licence",
    pattern: /^[A-Z9]{5}\d[0156]\d[0-3]\d\d[A-Z9]{2}[A-Z\d][A-Z]{2}$/,
    clear: true,
    isValid: hasBritishDriverDate,
  },
];

const shortestCode = 7;
const longestCode = 18;
const joined = /[A-Za-z\d]+(?:[-./+][A-Za-z\d]+)*/y;

/** Forms with spaces, brackets or a letter apart, which the words of a text do not show. */
const spaced =
  /\b(?:[A-Z]{2} (?:\d{2} \d{2} \d{2} [A-D]|\d{6} ?[A-D]|\d{2} [A-Z]{1,2} \d{4})|[A-Z]{2}\d{2} [A-Z]{1,2} \d{4}|[A-Z]{3} ?[A-Z]{3} \d\d[A-Z]\d\d [A-Z]\d{3}[A-Z]|[A-Z]{1,2}\d{6}\([\dA]\)|(?:\d{8}|\d{1,2}\.\d{3}\.\d{3})[- ]?[A-Z])(?![\w-])/g;

/** Identity, tax and vehicle numbers that mix letters and digits, by pattern and check. */
export const letteredIdDetector: Detector<PiiText> = {
  name: "lettered-id",
  version: "1",
  find: (source) => {
    const matches: Match[] = [];
    let from = 0;
    for (const word of source.mixedWords) {
      if (word.start < from) continue;
      const [start, end] = joinAround(source.text, word.start, word.end);
      from = end;
      const match = judge(source, start, end);
      if (match !== undefined) matches.push(match);
    }
    if (source.numbers.length + source.mixedWords.length === 0) return matches;
    for (const { 0: found, index } of source.text.matchAll(spaced)) {
      const match = judge(source, index, index + found.length);
      if (match !== undefined) matches.push(match);
    }
    return matches;
  },
};

/** A word with what dashes and dots join to it, as in `1EG4-TE5-MK73`. */
function joinAround(text: string, wordStart: number, wordEnd: number): readonly [start: number, end: number] {
  let start = wordStart;
  while (wordStart - start < longestCode && /[A-Za-z\d]/.test(text[start - 1] ?? "")) start -= 1;
  while (
    wordStart - start < longestCode &&
    /[-./+]/.test(text[start - 1] ?? "") &&
    /[A-Za-z\d]/.test(text[start - 2] ?? "")
  ) {
    start -= 2;
    while (wordStart - start < longestCode && /[A-Za-z\d]/.test(text[start - 1] ?? "")) start -= 1;
  }
  joined.lastIndex = start;
  return joined.test(text) ? [start, Math.max(wordEnd, joined.lastIndex)] : [wordStart, wordEnd];
}

function judge(source: PiiText, start: number, end: number): Match | undefined {
  if (end - start > longestCode + 5 || source.text[start - 1] === "_" || source.text[end] === "_")
    return undefined;
  const written = source.text.slice(start, end);
  const code = written.toUpperCase().replace(/[^A-Z\d]/g, "");
  if (code.length < shortestCode || code.length > longestCode) return undefined;
  const before = source.cuesBefore(start, 40) & namingCues;
  const isNamed = (before & (cue.idName | cue.idOwner)) !== 0;
  const isBare = source.isBare(start, end);
  const isLower = written !== written.toUpperCase();
  for (const { kind, pattern, clear, isValid } of letteredIds) {
    if (!pattern.test(code) || isValid?.(code) === false) continue;
    if (isNamed) return { kind, start, end, confidence: 0.9 };
    // Hong Kong writes the check digit in brackets; nobody else does.
    if ((clear || written.endsWith(")")) && !isLower) return { kind, start, end, confidence: 0.85 };
    if (isBare) return { kind, start, end, confidence: 0.5 };
  }
  return undefined;
}
