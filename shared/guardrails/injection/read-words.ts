import { foldWord } from "./fold-word.ts";
import { type Entry, isUnspaced, type Lexicon, openLexicon, scrambleKey, stemKey } from "./lexicon.ts";
import { WordClass } from "./word-class.ts";

/** A word or phrase of a text that has a class. */
export interface Hit {
  readonly classes: number;
  /** How many words come before it; the end of a sentence counts three, so that nearness means the same sentence. */
  readonly order: number;
  readonly start: number;
  readonly end: number;
  /** It begins a sentence, a line, a quotation or a value, and something follows: a field's name does not. */
  readonly opens: boolean;
  readonly capitals: boolean;
}

const SENTENCE_END_COUNT = 3;
const LETTER = 1;
const ENDING = 2;
const OPENING = 3;
const SPACE = 4;
const KINDS = classifyAscii();
const SHORTEST_SPACED = 4;
const LONGEST_SPACED = 200;

/** Names of jailbreaks that are words or names otherwise: they count in capitals only. */
const CAPITAL_PERSONAS = new Set(["dan", "dans", "stan", "dude", "aim"]);
const CAPITALS_ONLY = WordClass.persona;

/** The classed words of a text in its order. One walk over the text, a bounded number of looks at each word. */
export function readWords(text: string): readonly Hit[] {
  return new WordReader(text, openLexicon()).read();
}

class WordReader {
  readonly #text: string;
  readonly #lower: string;
  readonly #lexicon: Lexicon;
  readonly #isAscii: boolean;
  readonly #hits: Hit[] = [];
  #order = 0;
  #at = 0;
  #opens = true;

  constructor(text: string, lexicon: Lexicon) {
    this.#text = text;
    const lower = text.toLowerCase();
    // U+0130 is the one character whose lower case is longer; it must not move the offsets.
    this.#lower = lower.length === text.length ? lower : text.replaceAll("\u0130", "I").toLowerCase();
    this.#lexicon = lexicon;
    this.#isAscii = ASCII.test(text);
  }

  read(): readonly Hit[] {
    const { length } = this.#lower;
    while (this.#at < length) {
      const code = this.#lower.charCodeAt(this.#at);
      if (isUnspaced(code)) this.#readUnspaced();
      else if (isWordCode(code)) this.#readWord();
      else this.#passMark(code);
    }
    return this.#hits;
  }

  #passMark(code: number): void {
    const kind =
      code < 128 ? KINDS[code] : code === 0x3002 || code === 0x300c || code === 0x201c ? OPENING : SPACE;
    this.#at++;
    if (kind === ENDING) {
      const next = this.#lower.charCodeAt(this.#at);
      if (code !== 46 || !(next > 47)) this.#endSentence();
    } else if (kind === OPENING || kind === undefined) {
      if (code === 0x3002) this.#endSentence();
      this.#opens = true;
    }
  }

  #endSentence(): void {
    if (!this.#opens) this.#order += SENTENCE_END_COUNT;
    this.#opens = true;
  }

  /** The longest entry that starts here, or one character of a word that has no class. */
  #readUnspaced(): void {
    const entries = this.#lexicon.unspaced.get(this.#lower.charAt(this.#at));
    const entry = entries?.find(({ stem }) => this.#lower.startsWith(stem, this.#at));
    this.#push(entry?.classes ?? 0, this.#at, this.#at + (entry?.stem.length ?? 1));
  }

  #readWord(): void {
    const start = this.#at;
    const end = this.#findWordEnd(start);
    const word = this.#fold(this.#lower.slice(start, end));
    const entry = this.#lexicon.words.get(word);
    if (entry !== undefined && this.#readPhrase(entry, word, start, end)) return;
    if (end - start === 1 && this.#readSpacedLetters(start)) return;
    this.#push(this.#classify(word, entry) | this.#classifyAddress(word, start, end), start, end);
  }

  #findWordEnd(start: number): number {
    let end = start + 1;
    for (; end < this.#lower.length; end++) {
      const code = this.#lower.charCodeAt(end);
      if (isWordCode(code) && !isUnspaced(code)) continue;
      // An apostrophe within a word: don't, you're.
      const isApostrophe = code === 39 || code === 0x2019;
      if (!isApostrophe || !isWordCode(this.#lower.charCodeAt(end + 1))) break;
    }
    return end;
  }

  #readPhrase(entry: Entry, word: string, start: number, end: number): boolean {
    for (const { rest, classes } of entry.phrases) {
      const phraseEnd = this.#matchRest(rest, end);
      if (phraseEnd === undefined) continue;
      this.#push(classes | this.#classify(word, entry), start, phraseEnd);
      return true;
    }
    return false;
  }

  /** Where the words of `rest` end if they follow, each after one or two characters that are no letters. */
  #matchRest(rest: readonly string[], from: number): number | undefined {
    let at = from;
    for (const word of rest) {
      let gap = at;
      while (gap < at + 2 && gap < this.#lower.length && !isWordCode(this.#lower.charCodeAt(gap))) gap++;
      if (gap === at) return undefined;
      if (this.#lower.startsWith(word, gap)) {
        at = gap + word.length;
        if (isWordCode(this.#lower.charCodeAt(at)) && !isUnspaced(this.#lower.charCodeAt(at)))
          return undefined;
        continue;
      }
      if (this.#isAscii || gap >= this.#lower.length) return undefined;
      at = this.#findWordEnd(gap);
      if (at - gap > word.length + 4 || foldWord(this.#lower.slice(gap, at)) !== word) return undefined;
    }
    return at;
  }

  /** `i g n o r e`: single letters with one character between, as the words of attacks that they spell. */
  #readSpacedLetters(start: number): boolean {
    const gap = this.#lower.charCodeAt(start + 1);
    if (isWordCode(gap) || !isLetter(this.#lower.charCodeAt(start))) return false;
    let letters = "";
    let at = start;
    while (letters.length < LONGEST_SPACED && isLetter(this.#lower.charCodeAt(at))) {
      if (isWordCode(this.#lower.charCodeAt(at + 1))) break;
      letters += this.#lower.charAt(at);
      at += 2;
      if (this.#lower.charCodeAt(at - 1) !== gap) break;
    }
    if (letters.length < SHORTEST_SPACED) return false;
    const end = Math.min(at - 1, this.#lower.length);
    for (let from = 0; from < letters.length;) {
      const candidates = this.#lexicon.spaced.get(letters.charAt(from));
      const word = candidates?.find((candidate) => letters.startsWith(candidate, from)) ?? "";
      this.#push(word === "" ? 0 : this.#classifyWhole(word), start, end);
      from += Math.max(1, word.length);
    }
    this.#at = end;
    return true;
  }

  #classifyWhole(word: string): number {
    return this.#classify(word, this.#lexicon.words.get(word));
  }

  /** The classes of a folded word, `entry` being what the lexicon has of the whole of it. */
  #classify(word: string, entry: Entry | undefined): number {
    let classes = entry?.classes ?? 0;
    if (word.length < 3 && word.charCodeAt(0) < 128) return classes;
    const stems = this.#lexicon.stems.get(stemKey(word));
    if (stems !== undefined) {
      for (const { stem, classes: ofStem } of stems) if (word.startsWith(stem)) classes |= ofStem;
    }
    return classes === 0 ? this.#classifyUnknown(word) : classes;
  }

  /** Words with an apostrophe by their longer part, words with digits for letters, words with letters out of order. */
  #classifyUnknown(word: string): number {
    if (word.length > LONGEST_DISGUISED) return 0;
    let letters = 0;
    for (let at = 0; at < word.length; at++) {
      const code = word.charCodeAt(at);
      if (code >= 97 && code <= 122) letters++;
      else if (code === 39) return this.#classifyParts(word, at);
    }
    const { words, scrambled } = this.#lexicon;
    if (letters === 0) return 0;
    if (letters < word.length) {
      return words.get(word.replace(DIGITS, (digit) => LETTER_OF_DIGIT[digit] ?? digit))?.classes ?? 0;
    }
    const candidates = letters < SHORTEST_SCRAMBLED ? undefined : scrambled.get(scrambleKey(word));
    if (candidates === undefined) return 0;
    const sorted = Array.from(word).toSorted().join("");
    return candidates.find(({ stem }) => stem === sorted)?.classes ?? 0;
  }

  /** `l'istruzione`, `openai's`: the part that is no article and no ending. */
  #classifyParts(word: string, apostrophe: number): number {
    const part = apostrophe < 3 ? word.slice(apostrophe + 1) : word.slice(0, apostrophe);
    return part === "" || part.includes("'") ? 0 : this.#classifyWhole(part);
  }

  #fold(word: string): string {
    return this.#isAscii ? word : foldWord(word);
  }

  /** An address that something can be sent to: e-mail, URL, account number. */
  #classifyAddress(word: string, start: number, end: number): number {
    const next = this.#lower.charCodeAt(end);
    if (next === 64 && isWordCode(this.#lower.charCodeAt(end + 1))) return WordClass.recipient;
    if (next === 58 && (word === "http" || word === "https")) return WordClass.recipient;
    if (word === "www" && next === 46) return WordClass.recipient;
    if (word.length < 8) return 0;
    const first = this.#lower.charCodeAt(start);
    const third = this.#lower.charCodeAt(start + 2);
    const isNumber = isDigit(first) || (isDigit(third) && isDigit(this.#lower.charCodeAt(start + 3)));
    return isNumber && isDigit(this.#lower.charCodeAt(end - 1)) ? WordClass.recipient : 0;
  }

  #push(classes: number, start: number, end: number): void {
    let kept = classes;
    const capitals = classes !== 0 && this.#isCapital(start, end);
    if ((kept & CAPITALS_ONLY) !== 0 && !capitals && CAPITAL_PERSONAS.has(this.#lower.slice(start, end))) {
      kept &= ~CAPITALS_ONLY;
    }
    if (kept !== 0) {
      const opens = this.#opens && this.#lower.charCodeAt(end) === 32;
      this.#hits.push({ classes: kept, order: this.#order, start, end, opens, capitals });
    }
    this.#order++;
    this.#at = end;
    this.#opens = false;
  }

  #isCapital(start: number, end: number): boolean {
    if (end - start < 3) return false;
    return (
      this.#text.charCodeAt(start) !== this.#lower.charCodeAt(start) &&
      this.#text.charCodeAt(end - 1) !== this.#lower.charCodeAt(end - 1)
    );
  }
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/u;
const LONGEST_DISGUISED = 14;
const SHORTEST_SCRAMBLED = 6;
const DIGITS = /[013457]/gu;
const LETTER_OF_DIGIT: Readonly<Record<string, string>> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t" };
function isLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A letter, digit or mark; general punctuation, symbols and pictures are none. */
function isWordCode(code: number): boolean {
  if (code < 128) return KINDS[code] === LETTER;
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba;
  if (code < 0x2000)
    return (
      code !== 0xd7 && code !== 0xf7 && code !== 0x60c && code !== 0x61b && code !== 0x61f && code !== 0x6d4
    );
  if (code < 0x2c00) return false;
  return (
    code >= 0x3040 &&
    (code < 0xd800 || code >= 0xf900) &&
    !(code >= 0xfe00 && code <= 0xfe6f) &&
    code < 0xff60
  );
}

function classifyAscii(): Uint8Array {
  const kinds = new Uint8Array(128).fill(OPENING);
  for (let code = 0; code < 128; code++) {
    const lower = code | 32;
    if (isDigit(code) || (code >= 65 && lower >= 97 && lower <= 122)) kinds[code] = LETTER;
  }
  for (const mark of ".!?;") kinds[mark.charCodeAt(0)] = ENDING;
  for (const mark of " \t\r/&%$@#+=_") kinds[mark.charCodeAt(0)] = SPACE;
  return kinds;
}
