import { characterClass, classifyCode, isDigitCode } from "./characters.ts";
import { cue, namingCues, readCue, readPairCue } from "./cue-words.ts";

/** Words beside each other that together name a kind of number, such as "bank account number is". */
export interface Phrase {
  readonly start: number;
  readonly end: number;
  /** Bits of `cue`. */
  readonly cues: number;
  /** Where the value begins that the phrase is followed by; undefined if other words follow. */
  readonly value: number | undefined;
}

/** A word of letters and digits. */
export interface MixedWord {
  readonly start: number;
  readonly end: number;
}

/** How far a phrase's words and its value may be apart: brackets, quotes, a line's end. */
const longestGap = 12;
const longestName = 40;

/** Reads every word once: the phrases that name numbers, and the words that mix letters and digits. */
export function readPhrases(text: string): { readonly phrases: Phrase[]; readonly mixed: MixedWord[] } {
  const reader = new PhraseReader(text);
  const { length } = text;
  let index = 0;
  while (index < length) {
    const start = index;
    let digits = 0;
    let kind = classifyCode(text.charCodeAt(index));
    while (kind === characterClass.letter || kind === characterClass.digit) {
      digits += kind === characterClass.digit ? 1 : 0;
      index += 1;
      kind = index < length ? classifyCode(text.charCodeAt(index)) : characterClass.other;
    }
    if (index > start) reader.takeWord(start, index, digits);
    if (kind === characterClass.unspacedLetter) reader.takePair(index);
    index += 1;
  }
  reader.endPhrase();
  return reader;
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90;
}

class PhraseReader {
  readonly phrases: Phrase[] = [];
  readonly mixed: MixedWord[] = [];
  readonly #text: string;
  #start = 0;
  #end = 0;
  #cues = 0;

  constructor(text: string) {
    this.#text = text;
  }

  takePair(start: number): void {
    const cues = readPairCue(this.#text.slice(start, start + 2));
    if (cues !== 0) this.#addCue(start, start + 2, cues);
    // Chinese for "number" and "is" stand between a name and its number.
    else if (this.#cues !== 0 && start - this.#end <= 4) this.#end = Math.max(this.#end, start + 1);
  }

  takeWord(start: number, end: number, digits: number): void {
    if (digits > 0) {
      if (digits < end - start) this.mixed.push({ start, end });
      if (this.#cues !== 0) this.#takeValue(start);
      return;
    }
    const cues = this.#readCues(start, end);
    if (cues !== 0) this.#addCue(start, end, cues);
    else if (this.#cues === 0) return;
    else if (this.#beginsCode(start, end)) this.#takeValue(start);
    else this.endPhrase();
  }

  /** A name in camel case says what its words say. */
  #readCues(start: number, end: number): number {
    const text = this.#text;
    let cues = readCue(text, start, end);
    if (cues !== 0 || end - start > longestName) return cues;
    let from = start;
    for (let index = start + 1; index <= end; index++) {
      const isSeam =
        index < end && isCapital(text.charCodeAt(index)) && !isCapital(text.charCodeAt(index - 1));
      // A word without a seam was looked up as a whole.
      if (!isSeam && (index < end || from === start)) continue;
      cues |= readCue(text, from, index);
      from = index;
    }
    return cues;
  }

  #addCue(start: number, end: number, cues: number): void {
    if (start - this.#end > longestGap) this.endPhrase();
    if (this.#cues === 0) this.#start = start;
    this.#cues |= cues;
    this.#end = end;
  }

  #takeValue(start: number): void {
    this.endPhrase(start - this.#end > longestGap ? undefined : start);
  }

  /** Whether a word of letters is the head of a code such as `EP-564912`, or a bank's BIC, which may have no digits. */
  #beginsCode(start: number, end: number): boolean {
    const text = this.#text;
    if ((this.#cues & cue.bankCode) !== 0 && /^[A-Z]{8}(?:[A-Z]{3})?$/.test(text.slice(start, end)))
      return true;
    return end - start <= 5 && "- ./".includes(text[end] ?? "_") && isDigitCode(text.charCodeAt(end + 1));
  }

  endPhrase(value?: number): void {
    const cues = this.#cues;
    this.#cues = 0;
    if ((cues & (namingCues | cue.number)) === 0) return;
    this.phrases.push({ start: this.#start, end: this.#end, cues, value });
  }
}
