import type { Detector, Match } from "../detector.ts";
import { cue } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";
import { readValue } from "./read-value.ts";

/** Two letters at most, then digits; some countries end with a letter or mix them (Germany, France, Italy). */
const pattern =
  /^(?=.{6,10}$)(?:[A-Z]{0,3}\d{5,9}[A-Z]?|[A-Z]\d{2}[A-Z]{2}\d{5}|\d{2}[A-Z]{2}\d{5}|[CFGHJKLMNPRTVWXYZ\d]{9,10})$/;

/** Passport numbers that words name: no pattern is telling enough by itself. */
export const passportDetector: Detector<PiiText> = {
  name: "passport",
  version: "1",
  find: ({ text, phrases }) => {
    const matches: Match[] = [];
    for (const { cues, value: offset } of phrases) {
      if (offset === undefined || (cues & cue.passport) === 0) continue;
      const value = readValue(text, offset);
      if (value === undefined || value.digits < 3 || !pattern.test(value.code)) continue;
      matches.push({ kind: "passport", start: value.start, end: value.end, confidence: 0.9 });
    }
    return matches;
  },
};
