import type { Detector, Match } from "../detector.ts";
import { cue } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";
import { readValue } from "./read-value.ts";

const shortest = 5;
const longest = 22;

const personCues = cue.idName | cue.idOwner | cue.card;

/** Numbers that tie a record to a person by the words before them: "customer number", "employee ID", "PESEL". */
export const namedIdDetector: Detector<PiiText> = {
  name: "named-id",
  version: "1",
  find: ({ text, phrases }) => {
    const matches: Match[] = [];
    for (const { cues, value: offset } of phrases) {
      if (offset === undefined || (cues & personCues) === 0) continue;
      const value = readValue(text, offset);
      if (
        value === undefined ||
        !namesPerson(cues, value.code) ||
        value.digits < 3 ||
        isYearOrDate(value.code)
      )
        continue;
      if (value.code.length < shortest || value.code.length > longest) continue;
      matches.push({ kind: "id-number", start: value.start, end: value.end, confidence: 0.7 });
    }
    return matches;
  },
};

/** An owner alone says too little: "customer 12345 times". A card that has letters in its number is no payment card. */
function namesPerson(cues: number, code: string): boolean {
  if ((cues & (cue.phone | cue.passport | cue.account | cue.routing | cue.version)) !== 0) return false;
  if ((cues & cue.card) !== 0) return (cues & cue.number) !== 0 && /[A-Z]/.test(code);
  return (cues & cue.idName) !== 0 || ((cues & cue.idOwner) !== 0 && (cues & cue.number) !== 0);
}

function isYearOrDate(code: string): boolean {
  return /^(?:19|20)\d\d(?:[01]\d[0-3]\d)?$/.test(code);
}
