import type { Detector, Match } from "../detector.ts";
import { cue, namingCues } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";
import type { NumberRun } from "./read-numbers.ts";

const cueDistance = 40;

/** US social security numbers: 3-2-4 by themselves, nine digits together where words name them. */
export const usSsnDetector: Detector<PiiText> = {
  name: "us-ssn",
  version: "1",
  find: (source) => {
    const matches: Match[] = [];
    for (const run of source.numbers) {
      if (run.digits.length !== 9 || run.attached || !isPossible(run.digits)) continue;
      const confidence = judge(source, run);
      if (confidence > 0) matches.push({ kind: "us-ssn", start: run.start, end: run.end, confidence });
    }
    return matches;
  },
};

function judge(source: PiiText, { start, end, layout }: NumberRun): number {
  const before = source.cuesBefore(start, cueDistance);
  const isNamed = (before & cue.ssn) !== 0 || (source.cuesAfter(end, 6) & cue.ssn) !== 0;
  if (isNamed) return 0.95;
  if (layout === "3-2-4") return 0.85;
  if (layout === "3 2 4" || layout === "3.2.4") return (before & namingCues) === 0 ? 0.6 : 0;
  return 0;
}

/** The Social Security Administration never issued area 000, 666 or 9xx, group 00, serial 0000. */
function isPossible(digits: string): boolean {
  return (
    !/^(?:000|666|9)/.test(digits) &&
    digits.slice(3, 5) !== "00" &&
    !digits.endsWith("0000") &&
    !/^(\d)\1+$/.test(digits)
  );
}
