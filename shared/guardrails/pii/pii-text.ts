import { namingCues } from "./cue-words.ts";
import { type IbanShape, readIbanShapes } from "./read-iban-shapes.ts";
import { type NumberRun, readNumbers } from "./read-numbers.ts";
import { type MixedWord, type Phrase, readPhrases } from "./read-phrases.ts";

/** A text with what several families of rules read in it, read once and only if one of them asks. */
export class PiiText {
  readonly text: string;
  #ibanShapes: readonly IbanShape[] | undefined;
  #numbers: readonly NumberRun[] | undefined;
  #words: { readonly phrases: readonly Phrase[]; readonly mixed: readonly MixedWord[] } | undefined;
  #naming: readonly Phrase[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get numbers(): readonly NumberRun[] {
    return (this.#numbers ??= readNumbers(this.text));
  }

  get ibanShapes(): readonly IbanShape[] {
    return (this.#ibanShapes ??= readIbanShapes(this.text));
  }

  get phrases(): readonly Phrase[] {
    return (this.#words ??= readPhrases(this.text)).phrases;
  }

  get mixedWords(): readonly MixedWord[] {
    return (this.#words ??= readPhrases(this.text)).mixed;
  }

  /** The text is nothing but this span, as the value of a form's field is: no words can say what it is. */
  isBare(start: number, end: number): boolean {
    return this.text.length - (end - start) <= 8 && this.text.trim().length === end - start;
  }

  /** The cue bits of the nearest naming phrase that ends before an offset, at most so many characters away; 0 if none. */
  cuesBefore(offset: number, distance: number): number {
    const phrases = (this.#naming ??= this.phrases.filter(({ cues }) => (cues & namingCues) !== 0));
    const phrase = phrases[this.#countBefore(phrases, offset) - 1];
    return phrase === undefined || offset - phrase.end > distance ? 0 : phrase.cues;
  }

  /** The cue bits of the nearest naming phrase that begins after an offset, at most so many characters away; 0 if none. */
  cuesAfter(offset: number, distance: number): number {
    const phrases = (this.#naming ??= this.phrases.filter(({ cues }) => (cues & namingCues) !== 0));
    const phrase = phrases[this.#countBefore(phrases, offset)];
    return phrase === undefined || phrase.start < offset || phrase.start - offset > distance
      ? 0
      : phrase.cues;
  }

  /** How many of the phrases end at or before an offset. */
  #countBefore(phrases: readonly Phrase[], offset: number): number {
    let low = 0;
    let high = phrases.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((phrases[middle]?.end ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
