import type { Detector, Match } from "../detector.ts";
import { digitAt, weigh } from "./check-digits.ts";
import { cue } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";
import { readValue, type Value } from "./read-value.ts";

/** Account, routing and bank numbers that words name; a Mexican CLABE by its check digit. */
export const bankAccountDetector: Detector<PiiText> = {
  name: "bank-account",
  version: "1",
  find: (source) => [...findNamed(source), ...findClabe(source), ...findIndianBranches(source)],
};

function* findNamed({ text, phrases }: PiiText): Generator<Match, undefined> {
  for (const { cues, value: offset } of phrases) {
    if (offset === undefined) continue;
    const value = readValue(text, offset);
    if (value === undefined) continue;
    const confidence = judge(cues, value);
    if (confidence > 0) yield { kind: "bank-account", start: value.start, end: value.end, confidence };
  }
}

function judge(cues: number, { code, digits }: Value): number {
  if ((cues & cue.card) !== 0) return 0;
  if ((cues & cue.routing) !== 0 && /^\d{9}$/.test(code)) return isRoutingNumber(code) ? 0.95 : 0.6;
  if ((cues & cue.bankCode) !== 0)
    return /^(?:\d{6}|\d{8}|[A-Z]{4}0[A-Z\d]{6}|[A-Z]{6}[A-Z\d]{2}(?:[A-Z\d]{3})?)$/.test(code) ? 0.9 : 0;
  if ((cues & cue.account) === 0) return 0;
  // A year is no account number, nor is what a short code names.
  return digits >= 6 && code.length <= 24 && digits * 2 >= code.length ? 0.8 : 0;
}

/** ABA: Federal Reserve district and weighted sum. */
function isRoutingNumber(digits: string): boolean {
  const isDistrict = /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(digits);
  return isDistrict && weigh(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
}

const clabeWeights = Array.from({ length: 17 }, (_, index) => [3, 7, 1][index % 3] ?? 0);

/** Mexico: bank, place, account, and a check over the products' last digits. */
function* findClabe({ numbers }: PiiText): Generator<Match, undefined> {
  for (const { start, end, layout, digits, attached } of numbers) {
    if (layout !== "18" || attached) continue;
    const sum = clabeWeights.reduce(
      (total, weight, index) => total + ((weight * digitAt(digits, index)) % 10),
      0,
    );
    if ((10 - (sum % 10)) % 10 === digitAt(digits, 17))
      yield { kind: "bank-account", start, end, confidence: 0.6 };
  }
}

/** IFSC: four letters of the bank, a zero, the branch. */
function* findIndianBranches({ text, mixedWords }: PiiText): Generator<Match, undefined> {
  for (const { start, end } of mixedWords)
    if (end - start === 11 && /^[A-Z]{4}0\d{6}$/.test(text.slice(start, end)))
      yield { kind: "bank-account", start, end, confidence: 0.8 };
}
