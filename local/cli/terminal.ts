import { escapeJsonText, showHidden } from "./visible-text.ts";

/** What a command writes to: `process.stdout`, or a test's own. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export type Emphasis = "strong" | "faint";

/**
 * The only way from a command to the terminal. Every line is escaped here, so no text of a server, a model or a person
 * can move the cursor, hide itself or forge a second line, whichever command prints it.
 */
export interface Terminal {
  /** One line for people on stdout. */
  print(line: string, emphasis?: Emphasis): void;
  /** One line on stderr. */
  warn(line: string): void;
  /** The next command to type, complete; `words` are those after `npx countersign`. */
  printNext(words: string): void;
  /** The same on stderr, after a refusal. */
  warnNext(words: string): void;
  /** JSON text as it came, one value or one line of JSON lines. */
  printJson(json: string): void;
}

const sgr = { strong: "\u001b[1m", faint: "\u001b[2m", reset: "\u001b[0m" };

/** Colours only on a terminal and only without NO_COLOR (no-color.org: set and not empty). */
export function createTerminal(output: {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly noColor: string | undefined;
}): Terminal {
  const { stdout, stderr, noColor = "" } = output;
  const hasColours = stdout.isTTY === true && noColor === "";

  const print = (line: string, emphasis?: Emphasis): void => {
    const shown = showHidden(line);
    const styled = emphasis !== undefined && hasColours ? `${sgr[emphasis]}${shown}${sgr.reset}` : shown;
    stdout.write(`${styled}\n`);
  };
  const warn = (line: string): void => {
    stderr.write(`${showHidden(line)}\n`);
  };
  return {
    print,
    warn,
    printNext: (words) => print(`Next: npx countersign ${words}`, "strong"),
    warnNext: (words) => warn(`Next: npx countersign ${words}`),
    printJson: (json) => {
      stdout.write(`${escapeJsonText(json).trimEnd()}\n`);
    },
  };
}
