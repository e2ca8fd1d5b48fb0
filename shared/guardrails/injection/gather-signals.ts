import { reportCommand } from "./command-rules.ts";
import { reportExtraction } from "./extraction-rules.ts";
import type { Signal } from "./family.ts";
import type { HitWindow } from "./hit-window.ts";
import { reportMarkup } from "./markup-rules.ts";
import { reportOverride } from "./override-rules.ts";
import { reportPersona } from "./persona-rules.ts";
import { reportPressure } from "./pressure-rules.ts";

/** What kind of text the rules read. */
export interface TextKind {
  /** A tool's result: it may tell, and not order. */
  readonly isData: boolean;
  /** A record of fields: JSON, or what Python prints of a dictionary. */
  readonly inRecord: boolean;
}

/** The heaviest signal of each rule. A rule looks at a bounded number of words around each word. */
export function gatherSignals(
  text: string,
  window: HitWindow,
  { isData, inRecord }: TextKind,
): readonly Signal[] {
  const heaviest = new Map<string, Signal>();
  const report = (rule: string, signal: Signal): void => {
    if (signal.weight > (heaviest.get(rule)?.weight ?? 0)) heaviest.set(rule, signal);
  };
  for (let at = 0; at < window.hits.length; at++) {
    reportOverride(window, at, report);
    reportExtraction(window, at, report);
    reportPersona(window, at, report);
    reportPressure(window, at, report);
    if (isData) reportCommand(window, at, inRecord, report);
  }
  reportMarkup(text, report);
  return [...heaviest.values()];
}
