import type { Detector, Match } from "../detector.ts";
import { passesLuhn } from "./check-digits.ts";
import { cue } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";
import type { DigitGroup, NumberRun } from "./read-numbers.ts";

/** How cards are printed and typed, besides in one group. */
const layouts = new Set(
  ["4 4 4 4", "4 4 4 4 3", "4 6 5", "4 6 4", "4 4 4 3", "4 4 4 2", "4 4 4 1", "8 8"].map((layout) =>
    layout.split(" ").reduce((key, length) => key * 20 + Number(length), 0),
  ),
);
const mostGroups = 5;
const shortestCard = 12;
const longestCard = 19;

const cueDistance = 60;

/** Payment cards: Luhn always, and an issuer's prefix or a word that says card. */
export const cardDetector: Detector<PiiText> = {
  name: "card",
  version: "1",
  find: (source) =>
    source.numbers.flatMap((run) =>
      run.digits.length < shortestCard || run.attached ? [] : findInRun(source, run),
    ),
};

function findInRun(source: PiiText, { digits, groups }: NumberRun): Match[] {
  const matches: Match[] = [];
  let offset = 0;
  let first = 0;
  while (first < groups.length) {
    const start = groups[first]?.start ?? 0;
    const isNamed = (source.cuesBefore(start, cueDistance) & cue.card) !== 0;
    const count = countGroups(digits.slice(offset, offset + longestCard), groups, first, isNamed);
    const end = groups[first + count - 1]?.end ?? start;
    if (count > 0) matches.push({ kind: "credit-card", start, end, confidence: 0.95 });
    for (const next = first + Math.max(1, count); first < next; first++) offset += lengthOf(groups[first]);
  }
  return matches;
}

/** How many groups from here on are a card; 0 if none are. */
function countGroups(digits: string, groups: NumberRun["groups"], first: number, isNamed: boolean): number {
  let length = 0;
  let key = 0;
  let found = 0;
  for (let count = 1; count <= mostGroups && first + count <= groups.length; count++) {
    const next = lengthOf(groups[first + count - 1]);
    length += next;
    key = key * 20 + next;
    if (length > longestCard) break;
    if (length < shortestCard || (count > 1 && !layouts.has(key))) continue;
    if (isCard(digits.slice(0, length), isNamed)) found = count;
  }
  return found;
}

function lengthOf(group: DigitGroup | undefined): number {
  return group === undefined ? 0 : group.end - group.start;
}

function isCard(digits: string, isNamed: boolean): boolean {
  return (isNamed || hasIssuer(digits)) && passesLuhn(digits) && !/^(\d)\1+$/.test(digits);
}

/** Issuer prefixes (ISO/IEC 7812-1 registrations as the schemes publish them) with the lengths they are issued in. */
function hasIssuer(digits: string): boolean {
  const { length } = digits;
  const head = Number(digits.slice(0, 4));
  if (digits.startsWith("4")) return length === 13 || length === 16 || length === 19;
  if ((head >= 5100 && head < 5600) || (head >= 2221 && head <= 2720)) return length === 16;
  if ((head >= 3400 && head < 3500) || (head >= 3700 && head < 3800)) return length === 15;
  // JCB's old cards have 15 digits.
  if (head === 1800 || head === 2131) return length === 15;
  if (head >= 3528 && head <= 3589) return length >= 16;
  if ((head >= 3000 && head <= 3059) || (head >= 3600 && head < 3700) || (head >= 3800 && head < 4000))
    return length === 14 || length === 16;
  if (head === 6011 || (head >= 6440 && head < 6600) || (head >= 6200 && head < 6300)) return length >= 16;
  // RuPay, Mir, Maestro, Elo, Hipercard.
  if ((head >= 2200 && head <= 2204) || (head >= 8100 && head < 8300) || (head >= 6060 && head < 6100))
    return length >= 16;
  return (
    ((head >= 5000 && head < 5100) ||
      (head >= 5600 && head < 5900) ||
      (head >= 6300 && head < 6400) ||
      (head >= 6700 && head < 6800)) &&
    length >= 16
  );
}
