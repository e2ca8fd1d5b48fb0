import type { MixedWord } from "./read-phrases.ts";

/** What stands after "passport number is" and its like: where it is and its letters and digits alone, in capitals. */
export interface Value extends MixedWord {
  readonly code: string;
  readonly digits: number;
}

const head = /[A-Za-z\d]{1,40}(?:[-/.][A-Za-z\d]{1,40}){0,8}/y;
/** A further group after a space: it has a digit, or is one capital at the end. */
const tail = / (?:(?=[A-Z]{0,4}\d)[A-Z\d]{1,8}|[A-Z])(?![A-Za-z\d])/y;
const longestSpaced = 14;

/** Reads the value that begins at an offset; undefined where none does or it goes on for too long. */
export function readValue(text: string, start: number): Value | undefined {
  head.lastIndex = start;
  if (!head.test(text)) return undefined;
  let end = head.lastIndex;
  if (/[A-Za-z\d]/.test(text[end] ?? "")) return undefined;
  // "A1234567.Then": a full stop joins only what has digits.
  const sentence = /\.[A-Za-z]+$/.exec(text.slice(start, end));
  if (sentence !== null) end = start + sentence.index;
  for (tail.lastIndex = end; end - start < longestSpaced && tail.test(text); tail.lastIndex = end)
    end = tail.lastIndex;
  const code = text
    .slice(start, end)
    .toUpperCase()
    .replace(/[^A-Z\d]/g, "");
  return { start, end, code, digits: code.replace(/\D/g, "").length };
}
