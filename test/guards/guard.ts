/** One place of the code that holds a rule, and the tests that must turn red when it is gone. */
export interface Guard {
  /** Rule or threat of docs/threat-model.md, as it is numbered or named there. */
  readonly rule: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly code: string;
  /** What stands there when the guard is out; the file still parses. */
  readonly out: string;
  /** Test files or folders. */
  readonly tests: readonly string[];
}

/** The text without its guard. Throws where the list no longer fits the code. */
export function takeOut(text: string, { file, code, out }: Guard): string {
  const [before, after, ...others] = text.split(code);
  if (before === undefined || after === undefined) {
    throw new Error(`${file} no longer has the guard ${JSON.stringify(code)}: mend test/guards/guards.ts.`);
  }
  if (others.length > 0) {
    throw new Error(`${file} has ${JSON.stringify(code)} ${others.length + 1} times: name more of it.`);
  }
  return before + out + after;
}
