import type { Detector, Match } from "../detector.ts";
import { isMonthAndDay } from "./check-digits.ts";
import { cue, namingCues } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";
import type { NumberRun } from "./read-numbers.ts";

const fewestDigits = 6;
/** ITU-T E.164. */
const mostDigits = 15;

/** How near a word must be; "call" and "office" say little about what is far away. */
const cueDistance = 45;
const weakCueDistance = 28;
const trailingCueDistance = 3;
/** "030 901820 or 0171 1234567": the second number of a list needs no word of its own. */
const listDistance = 10;

const extension =
  /[ ,]{0,2}(?:x|ext\.?|extension|poste|durchwahl|anexo|ramal|int\.) ?\d{1,6}(?![\p{L}\d])/iuy;

/** Phone numbers: written as only phone numbers are, or any number of their length that words call one. */
export const phoneDetector: Detector<PiiText> = {
  name: "phone",
  version: "1",
  find: (source) => {
    const matches: Match[] = [];
    for (const run of source.numbers) {
      if (run.digits.length < fewestDigits || run.digits.length > mostDigits + 2) continue;
      const end = readExtension(source.text, run.end);
      // What follows an attached number makes it part of something else, unless that is an extension.
      if (run.attached && end === run.end) continue;
      const isSecond = run.start - (matches.at(-1)?.end ?? -Infinity) <= listDistance;
      const confidence = judge(source, run, isSecond);
      if (confidence > 0) matches.push({ kind: "phone", start: run.start, end, confidence });
    }
    return [...matches, ...findMasked(source)];
  },
};

function readExtension(text: string, end: number): number {
  extension.lastIndex = end;
  return extension.test(text) ? extension.lastIndex : end;
}

/** 0 if the run is no phone number. */
function judge(source: PiiText, run: NumberRun, isSecond: boolean): number {
  if (isDate(run) || isOtherNumber(run)) return 0;
  const shape = judgeShape(run);
  const before = source.cuesBefore(run.start, cueDistance);
  if ((before & cue.version) !== 0) return 0;
  if ((before & cue.phone) !== 0) return Math.max(0.85, shape);
  // Words that name another kind of number are believed before all but the clearest outlines.
  if ((before & namingCues & ~cue.maybePhone) !== 0) return shape >= 0.8 ? shape : 0;
  if (hasWeakCue(source, run)) return Math.max(0.65, shape);
  if (shape >= 0.6) return shape;
  return shape > 0 && (isSecond || isNumberOfPerson(source, run)) ? 0.6 : 0;
}

function hasWeakCue(source: PiiText, run: NumberRun): boolean {
  const { start, end, digits } = run;
  // "A call takes 1500000 ms": without separators fewer digits are any number.
  if (run.groups.length < 2 && (digits.length < 9 || digits.endsWith("0000"))) return false;
  if ((source.cuesBefore(start, weakCueDistance) & cue.maybePhone) !== 0) return true;
  return (source.cuesAfter(end, trailingCueDistance) & (cue.phone | cue.maybePhone)) !== 0;
}

/** How surely the outline alone says phone; 0 if it says nothing. */
function judgeShape({ layout, digits }: NumberRun): number {
  if (layout.includes("+"))
    return digits.length >= 7 && digits.length <= mostDigits && !digits.startsWith("0") ? 0.9 : 0;
  if (digits.length > mostDigits && !digits.startsWith("00")) return 0;
  if (isNorthAmerican(layout, digits)) return 0.85;
  // An area code in brackets; a year in brackets belongs to a citation.
  if (/^\(\d\)[ -]{0,2}\d/.test(layout))
    return digits.length >= 7 && !/^(?:19|20)\d\d/.test(digits) ? 0.75 : 0;
  if (/^0[1-9]/.test(digits) && digits.length >= 9 && isGrouped(layout)) return judgeTrunk(layout, digits);
  if (/^00[1-9]/.test(digits) && digits.length >= 9 && isGrouped(layout)) return 0.7;
  // Mobile numbers of China and their like, typed together.
  return digits.length === 11 && /^1[3-9]/.test(digits) && layout === "11" ? 0.4 : 0;
}

/** National numbers begin with 0 in most of the world; three groups of ten or eleven digits are hardly anything else. */
function judgeTrunk(layout: string, digits: string): number {
  return digits.length <= 11 && digits.length >= 10 && /^[2-9]([-. ])\d+\1\d+(?:\1\d+){0,2}$/.test(layout)
    ? 0.6
    : 0.4;
}

/** Area and exchange begin with 2 to 9 (NANP); a leading 1 or 001 is the country's. */
function isNorthAmerican(layout: string, digits: string): boolean {
  if (!/^(?:[13][-. ])?(?:3([-. ])3\1|\(3\) ?3[-. ]|3\/3[-. ])4$/.test(layout)) return false;
  const local = digits.slice(-10);
  const isPrefixed = digits.length === 10 || digits.slice(0, -10) === "1" || digits.slice(0, -10) === "001";
  return isPrefixed && /^[2-9]\d\d[2-9]/.test(local);
}

function isGrouped(layout: string): boolean {
  return /^\d+(?:[-. /]{1,3}\d+){1,5}$/.test(layout) && !layout.includes("1-1");
}

/** A number in brackets after a name: "Li Na (13812345678)". */
function isNumberOfPerson({ text }: PiiText, { start, end, digits }: NumberRun): boolean {
  return digits.length === 11 && text[start - 1] === "(" && text[end] === ")";
}

/** ISO, European and American dates, and pairs of years. */
function isDate({ layout, digits }: NumberRun): boolean {
  if (/^4[-./]2[-./]2/.test(layout)) return isMonthAndDay(digits.slice(4, 6), digits.slice(6, 8));
  if (/^[12][-./][12][-./](?:2|4)(?: |$)/.test(layout)) {
    const [first = 0, second = 0] = layout.split(/[-./ ]/).map(Number);
    const day = digits.slice(0, first);
    const month = digits.slice(first, first + second);
    return isMonthAndDay(month, day) || isMonthAndDay(day, month);
  }
  if (layout === "8")
    return /^(?:19|20)\d\d/.test(digits) && isMonthAndDay(digits.slice(4, 6), digits.slice(6));
  return /^4( - |[-/ ])4$/.test(layout) && /^(?:1[89]|20)\d\d(?:1[89]|20)\d\d$/.test(digits);
}

/** A US social security number, a version, a dotted quad, a fraction. */
function isOtherNumber({ layout, digits }: NumberRun): boolean {
  return layout === "3-2-4" || /^(?:1\.1|\d+\.\d+$)/.test(layout) || /^(\d)\1+$/.test(digits);
}

const masked = /(?<![\w*])(?:\+?\d{1,4}[ -]?)?\d{1,4}[*•]{3,6}\d{2,4}(?![\w*])/g;

/** A number with its middle hidden, which still says whose it is beside a name. */
function findMasked(source: PiiText): Match[] {
  if (!source.text.includes("**") && !source.text.includes("••")) return [];
  const matches: Match[] = [];
  for (const { 0: found, index } of source.text.matchAll(masked)) {
    if ((source.cuesBefore(index, 12) & cue.phone) === 0) continue;
    matches.push({ kind: "phone", start: index, end: index + found.length, confidence: 0.7 });
  }
  return matches;
}
