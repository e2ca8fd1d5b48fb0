import type { Detector, Match } from "../detector.ts";
import { cue, namingCues } from "./cue-words.ts";
import { type NumericId, numericIds } from "./numeric-ids.ts";
import type { PiiText } from "./pii-text.ts";
import type { NumberRun } from "./read-numbers.ts";

const cueDistance = 40;

const idsOfLayout = new Map<string, NumericId[]>();
for (const id of numericIds)
  for (const layout of id.layouts) idsOfLayout.set(layout, [...(idsOfLayout.get(layout) ?? []), id]);

/**
 * Identity and tax numbers of digits, by outline and check digits. Nine to eleven digits pass some country's check too
 * often: those need a word that names them, or to be the whole text.
 */
export const nationalIdDetector: Detector<PiiText> = {
  name: "national-id",
  version: "1",
  find: (source) => {
    const matches: Match[] = [];
    for (const run of source.numbers) {
      const ids = run.attached ? undefined : idsOfLayout.get(run.layout);
      const confidence = ids === undefined ? 0 : judge(source, run, ids);
      if (confidence > 0) matches.push({ kind: "id-number", start: run.start, end: run.end, confidence });
    }
    return matches;
  },
};

function judge(source: PiiText, run: NumberRun, ids: readonly NumericId[]): number {
  const valid = ids.filter(({ isValid }) => isValid(run.digits));
  if (valid.length === 0 || /^(\d)\1+$/.test(run.digits)) return 0;
  const before = source.cuesBefore(run.start, cueDistance) & namingCues;
  if ((before & (cue.idName | cue.idOwner | cue.ssn)) !== 0) return 0.9;
  if ((before & (cue.phone | cue.account | cue.routing | cue.version)) !== 0) return 0;
  if (valid.some(({ clear }) => clear.includes(run.layout))) return 0.88;
  return source.isBare(run.start, run.end) ? 0.5 : 0;
}
