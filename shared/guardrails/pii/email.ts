import type { Detector, Match } from "../detector.ts";
import { isDigitCode, isSpacedLetterCode, isUnspacedLetterCode } from "./characters.ts";
import type { PiiText } from "./pii-text.ts";

/** RFC 5321 section 4.5.3.1. */
const longestLocalPart = 64;
const longestDomain = 255;

/** Domains never end so; `icon@2x.png` does. */
const fileEndings = new Set(
  "png jpg jpeg gif svg webp avif css scss js mjs cjs ts tsx jsx json md html pdf zip".split(" "),
);

/** Addresses around an `@`, and those that somebody wrote out: `ada [at] example [dot] org`. */
export const emailDetector: Detector<PiiText> = {
  name: "email",
  version: "1",
  find: ({ text }) => {
    const matches: Match[] = [];
    for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
      const match = readAround(text, at);
      if (match !== undefined) matches.push(match);
    }
    return /at ?[\])]/i.test(text) ? [...matches, ...findWrittenOut(text)] : matches;
  },
};

function readAround(text: string, at: number): Match | undefined {
  const start = readLocalPart(text, at);
  const end = readDomain(text, at + 1);
  if (start === at || end === undefined) return undefined;
  return { kind: "email", start, end, confidence: 0.95 };
}

function readLocalPart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < longestLocalPart && isLocalCode(text.charCodeAt(start - 1))) start -= 1;
  // Neither a dot nor a quote begins an address; they end what stands before it.
  while (start < at && ".'-&=/?!*+{}|~^`#$%".includes(text[start] ?? "")) start += 1;
  return start;
}

function isLocalCode(code: number): boolean {
  if (isDigitCode(code) || isSpacedLetterCode(code) || isUnspacedLetterCode(code)) return true;
  return ".+-'%&".includes(String.fromCharCode(code));
}

/** Where the domain that begins here ends; undefined if it is none: two labels, the last of letters. */
function readDomain(text: string, start: number): number | undefined {
  let end = start;
  while (end - start < longestDomain && isDomainCode(text.charCodeAt(end))) end += 1;
  while (end > start && ".-".includes(text[end - 1] ?? "")) end -= 1;
  const labels = text.slice(start, end).split(".");
  // A sentence that goes on without a space: `ada@example.org.Then`.
  while (
    labels.length > 2 &&
    /^[A-Z][a-z]+$/.test(labels.at(-1) ?? "") &&
    /^[a-z]+$/.test(labels.at(-2) ?? "")
  )
    end -= (labels.pop() ?? "").length + 1;
  const top = labels.at(-1) ?? "";
  if (labels.length < 2 || labels.includes("")) return undefined;
  const isTop = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/u.test(top) && !fileEndings.has(top.toLowerCase());
  return isTop ? end : undefined;
}

function isDomainCode(code: number): boolean {
  // 45 is "-", 46 is ".", 95 is "_", which no host name has.
  if (code === 45 || code === 46) return true;
  return code !== 95 && (isDigitCode(code) || isSpacedLetterCode(code) || isUnspacedLetterCode(code));
}

const writtenAt = /[[(] ?at ?[\])]/gi;
const localPartBefore = /[\w.+-]{1,64} ?$/;
const domainAfter = / ?[a-z\d-]{1,63}(?: ?(?:\.|[[(] ?dot ?[\])]) ?[a-z\d-]{2,63}){1,4}/iy;

function* findWrittenOut(text: string): Generator<Match, undefined> {
  for (const { 0: found, index } of text.matchAll(writtenAt)) {
    const local = localPartBefore.exec(text.slice(Math.max(0, index - longestLocalPart - 1), index));
    domainAfter.lastIndex = index + found.length;
    if (local === null || !domainAfter.test(text)) continue;
    yield { kind: "email", start: index - local[0].length, end: domainAfter.lastIndex, confidence: 0.8 };
  }
}
