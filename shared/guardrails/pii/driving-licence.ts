import type { Detector, Match } from "../detector.ts";
import { cue } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";
import { readValue } from "./read-value.ts";

const shortest = 5;
const longest = 20;

const layoutsOfKorea = new Set(["2-2-6-2", "2 2 6 2", "12"]);

/** Driving licence numbers that words name, and those of Korea, whose form says it: region, year, serial, check. */
export const drivingLicenceDetector: Detector<PiiText> = {
  name: "driving-licence",
  version: "1",
  find: (source) => [...findNamed(source), ...findKorean(source)],
};

function* findNamed({ text, phrases }: PiiText): Generator<Match, undefined> {
  for (const { cues, value: offset } of phrases) {
    if (offset === undefined || (cues & cue.licence) === 0) continue;
    // A licence may be one for software: without the driver its number must at least be called one.
    if ((cues & cue.driver) === 0) continue;
    const value = readValue(text, offset);
    if (value === undefined || value.digits < 4) continue;
    if (value.code.length < shortest || value.code.length > longest) continue;
    yield { kind: "driving-licence", start: value.start, end: value.end, confidence: 0.9 };
  }
}

function* findKorean(source: PiiText): Generator<Match, undefined> {
  for (const { start, end, layout, digits, attached } of source.numbers) {
    if (!layoutsOfKorea.has(layout) || attached || !/^(?:1[1-9]|2[0-8])/.test(digits)) continue;
    if (layout !== "12") yield { kind: "driving-licence", start, end, confidence: 0.85 };
    else if (source.isBare(start, end)) yield { kind: "driving-licence", start, end, confidence: 0.4 };
  }
}
