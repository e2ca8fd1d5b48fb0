import type { Finding, FindingKind } from "./finding.ts";

/** A finding before it carries its detector's name. */
export interface Match {
  readonly kind: FindingKind;
  /** UTF-16 offset. */
  readonly start: number;
  /** UTF-16 offset, exclusive. */
  readonly end: number;
  /** 0 to 1. */
  readonly confidence: number;
}

/** One family of rules over a text, or over what was read from it once for several families. */
export interface Detector<Input> {
  readonly name: string;
  readonly version: string;
  /** Takes time linear in the text's length, whatever the text. */
  readonly find: (input: Input) => readonly Match[];
}

export function runDetectors<Input>(detectors: readonly Detector<Input>[], input: Input): Finding[] {
  return detectors.flatMap(({ name, version, find }) =>
    find(input).map((match) => ({ ...match, detector: name, version })),
  );
}
