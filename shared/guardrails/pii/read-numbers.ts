import { isDigitCode, isSpacedLetterCode, isWordCode } from "./characters.ts";

/** Groups of digits that separators hold together, such as `+44 20 7946 0958` or `4111-1111-1111-1111`. */
export interface NumberRun {
  /** Of the first digit, or of the `+` or `(` before it. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly digits: string;
  readonly groups: readonly DigitGroup[];
  /** The run's outline: group lengths and separators, as in `(3) 3-4`; dashes and spaces of all kinds are one. */
  readonly layout: string;
  /** More of it follows: it is the head of a word, an amount, a time. */
  readonly attached: boolean;
}

export interface DigitGroup {
  readonly start: number;
  readonly end: number;
}

/** What may stand between two groups of one number. */
const separators: ReadonlySet<string> = new Set([
  " ",
  "-",
  ".",
  "/",
  " - ",
  ") ",
  ")",
  " (",
  "(",
  ")-",
  "-(",
  ") -",
  "/ ",
  ")(",
]);
const longestSeparator = 3;

/** More groups than any single number has; a longer run is read in parts. */
const mostGroups = 12;

/** Reads the runs of digits in the order of the text. */
export function readNumbers(text: string): NumberRun[] {
  const runs: NumberRun[] = [];
  let groups: DigitGroup[] = [];
  let layout = "";
  let index = 0;
  while (index < text.length) {
    if (!isDigitCode(text.charCodeAt(index))) {
      index += 1;
      continue;
    }
    const start = index;
    while (isDigitCode(text.charCodeAt(index))) index += 1;
    const previous = groups.at(-1);
    if (previous !== undefined) {
      const separator = readSeparator(text, previous.end, start);
      if (separator === undefined || groups.length === mostGroups) {
        addRuns(runs, text, groups, layout);
        groups = [];
        layout = "";
      } else {
        layout += separator;
      }
    }
    groups.push({ start, end: index });
    layout += String(index - start);
  }
  if (groups.length > 0) addRuns(runs, text, groups, layout);
  return runs;
}

/** As the layout writes it; undefined where the groups are two numbers. */
function readSeparator(text: string, start: number, end: number): string | undefined {
  if (end - start > longestSeparator) return undefined;
  let plain = "";
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    // No-break, figure, thin and narrow spaces; hyphens, dashes and the minus sign.
    if (code === 0xa0 || code === 0x2007 || code === 0x2009 || code === 0x202f) plain += " ";
    else if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) plain += "-";
    else plain += text[index] ?? "";
  }
  return separators.has(plain) ? plain : undefined;
}

/**
 * Two numbers side by side, such as `078-05-1120 4111-1111-1111-1111`, are read as one run and then parted at the spaces;
 * a run that only spaces hold together stays whole.
 */
function addRuns(runs: NumberRun[], text: string, groups: readonly DigitGroup[], layout: string): void {
  addRun(runs, text, groups, layout);
  if (groups.length < 4 || !/\d[-./]\d+[-./]/.test(layout) || !layout.includes(" ")) return;
  let first = 0;
  for (const part of layout.split(" ")) {
    const count = part.split(/\D+/).filter((length) => length !== "").length;
    if (count > 0) addRun(runs, text, groups.slice(first, first + count), part);
    first += count;
  }
}

/** Adds the run unless it is the tail of a word, an amount or a time. */
function addRun(runs: NumberRun[], text: string, groups: readonly DigitGroup[], outline: string): void {
  let start = groups[0]?.start ?? 0;
  const end = groups.at(-1)?.end ?? 0;
  let layout = outline;
  for (const lead of ["(", "+", "("]) {
    if (text[start - 1] !== lead || layout.startsWith(lead)) continue;
    // A bracket that is not closed within the number stands around all of it.
    if (lead === "(" && !layout.includes(")")) continue;
    start -= 1;
    layout = lead + layout;
  }
  if (isTail(text, start)) return;
  let digits = "";
  for (const group of groups) digits += text.slice(group.start, group.end);
  runs.push({ start, end, digits, groups, layout, attached: isHead(text, end) });
}

const currencies = "$€£¥₹";

/** Whether what stands before an offset and what begins there are one word, amount or time. */
function isTail(text: string, start: number): boolean {
  if (start === 0) return false;
  const code = text.charCodeAt(start - 1);
  // A space stands before most numbers: nothing more to look at.
  if (code === 32 || code === 10) return false;
  if (isWordCode(code)) return true;
  const before = text[start - 1] ?? "";
  if (currencies.includes(before) || before === "%") return true;
  const beyond = text.charCodeAt(start - 2);
  if (before === "-") return isWordCode(beyond);
  return (before === "," || before === "." || before === ":") && isDigitCode(beyond);
}

/** Whether a number that ends here is the head of a word, an amount, a time or an address. */
function isHead(text: string, end: number): boolean {
  if (end === text.length) return false;
  const code = text.charCodeAt(end);
  if (isSpacedLetterCode(code)) return true;
  const after = text[end] ?? "";
  if ("%€@°".includes(after)) return true;
  return (after === "," || after === "." || after === ":") && isDigitCode(text.charCodeAt(end + 1));
}
