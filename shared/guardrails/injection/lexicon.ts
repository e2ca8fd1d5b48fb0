import { foldWord, isHangul } from "./fold-word.ts";
import { LEXICON } from "./lexicon-entries.ts";
import { WordClass, type WordClassName } from "./word-class.ts";

/** Words that follow an entry's first one to make a phrase, with the phrase's classes. */
interface Phrase {
  readonly rest: readonly string[];
  readonly classes: number;
}

interface Stem {
  readonly stem: string;
  readonly classes: number;
}

/** What is known of a whole word: its classes, and the phrases that it begins, longest first. */
export interface Entry {
  classes: number;
  readonly phrases: readonly Phrase[];
}

/** The words of all classes, arranged for two looks at each word of a text. */
export interface Lexicon {
  readonly words: ReadonlyMap<string, Entry>;
  /** By `stemKey`, longest first. */
  readonly stems: ReadonlyMap<number, readonly Stem[]>;
  /** Words of scripts without spaces, by their first character, longest first. */
  readonly unspaced: ReadonlyMap<string, readonly Stem[]>;
  /** English words of attacks by `scrambleKey`, for words with their middle letters in another order. */
  readonly scrambled: ReadonlyMap<number, readonly Stem[]>;
  /** Words of attacks that are read where their letters stand apart, by their first letter, longest first. */
  readonly spaced: ReadonlyMap<string, readonly string[]>;
}

/** Chinese characters and kana: scripts written without spaces. */
export function isUnspaced(code: number): boolean {
  return (
    (code >= 0x3040 && code <= 0x30ff) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xf900 && code <= 0xfaff)
  );
}

const NO_PHRASES: readonly Phrase[] = [];
const LONGEST_PHRASE_FIRST = (a: Phrase, b: Phrase): number => b.rest.length - a.rest.length;
const LONGEST_STEM_FIRST = (a: Stem, b: Stem): number => b.stem.length - a.stem.length;

/** Words of attacks that are worth reading with their letters out of order. */
const SCRAMBLABLE = [
  "ignore",
  "disregard",
  "forget",
  "override",
  "bypass",
  "previous",
  "instructions",
  "instruction",
].concat(["system", "prompt", "reveal", "restrictions", "guidelines", "password", "unrestricted"]);
const SPACED = [
  "all",
  "above",
  "prior",
  "rules",
  "your",
  "you",
  "are",
  "now",
  "dan",
  "without",
  "send",
  "show",
  "print",
];

let lexicon: Lexicon | undefined;

/** The first three characters of a word as a number; of Hangul the first, which is a syllable already. */
export function stemKey(word: string): number {
  const first = word.charCodeAt(0);
  return isHangul(first) ? first : (first * 65_536 + word.charCodeAt(1)) * 65_536 + word.charCodeAt(2);
}

/** Built at the first use, so that loading the module costs nothing. */
export function openLexicon(): Lexicon {
  lexicon ??= buildLexicon();
  return lexicon;
}

/** Equal for two words of the same first and last letter, length, and sum of letters. */
export function scrambleKey(word: string): number {
  let sum = 0;
  for (let at = 0; at < word.length; at++) sum += word.charCodeAt(at);
  return ((word.charCodeAt(0) * 131 + word.charCodeAt(word.length - 1)) * 31 + word.length) * 8_192 + sum;
}

function buildLexicon(): Lexicon {
  const words = new Map<string, number>();
  const phrases = new Map<string, Map<string, number>>();
  const stems = new Map<string, number>();
  const unspaced = new Map<string, number>();
  for (const [names, entries] of LEXICON) {
    const bit = readClasses(names);
    for (const written of entries.trim().split(/\s+/u)) {
      const entry = foldWord(written);
      if (isUnspaced(entry.charCodeAt(0))) addTo(unspaced, entry, bit);
      else if (entry.endsWith("*") && !entry.includes("_")) addTo(stems, entry.slice(0, -1), bit);
      else if (/[_-]/u.test(entry)) addPhrase(phrases, entry.replace(/\*$/u, ""), bit);
      else addTo(isHangul(entry.charCodeAt(0)) ? stems : words, entry, bit);
    }
  }
  return {
    words: arrangeWords(words, phrases),
    stems: arrangeStems(stems, stemKey),
    unspaced: arrangeStems(unspaced, (stem) => stem.charAt(0)),
    scrambled: arrangeScrambled(words, stems),
    spaced: Map.groupBy(
      [...SCRAMBLABLE, ...SPACED].toSorted((a, b) => b.length - a.length),
      (word) => word.charAt(0),
    ),
  };
}

function readClasses(names: string): number {
  return names
    .split(" ")
    .reduce((classes, name) => (isClassName(name) ? classes | WordClass[name] : classes), 0);
}

function isClassName(name: string): name is WordClassName {
  return Object.hasOwn(WordClass, name);
}

function addTo(map: Map<string, number>, key: string, bit: number): void {
  map.set(key, (map.get(key) ?? 0) | bit);
}

function addPhrase(phrases: Map<string, Map<string, number>>, entry: string, bit: number): void {
  const [first = "", ...rest] = entry.split(/[_-]/u);
  const byRest = phrases.get(first) ?? new Map<string, number>();
  addTo(byRest, rest.join(" "), bit);
  phrases.set(first, byRest);
}

function arrangeWords(
  words: ReadonlyMap<string, number>,
  phrases: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Map<string, Entry> {
  const arranged = new Map<string, Entry>();
  for (const [first, byRest] of phrases) {
    const list = Array.from(byRest, ([rest, classes]): Phrase => ({ rest: rest.split(" "), classes }));
    arranged.set(first, { classes: 0, phrases: list.toSorted(LONGEST_PHRASE_FIRST) });
  }
  for (const [word, classes] of words) {
    const entry = arranged.get(word);
    if (entry === undefined) arranged.set(word, { classes, phrases: NO_PHRASES });
    else entry.classes = classes;
  }
  return arranged;
}

function arrangeStems<Key>(
  stems: ReadonlyMap<string, number>,
  keyOf: (stem: string) => Key,
): Map<Key, readonly Stem[]> {
  const arranged = new Map<Key, Stem[]>();
  for (const [stem, classes] of stems) {
    const list = arranged.get(keyOf(stem));
    if (list === undefined) arranged.set(keyOf(stem), [{ stem, classes }]);
    else list.push({ stem, classes });
  }
  for (const list of arranged.values()) list.sort(LONGEST_STEM_FIRST);
  return arranged;
}

function arrangeScrambled(
  words: ReadonlyMap<string, number>,
  stems: ReadonlyMap<string, number>,
): Map<number, Stem[]> {
  const arranged = new Map<number, Stem[]>();
  for (const word of SCRAMBLABLE) {
    const classes = words.get(word) ?? stems.get(word) ?? stems.get(word.replace(/s$/u, "")) ?? 0;
    const stem = Array.from(word).toSorted().join("");
    const list = arranged.get(scrambleKey(word)) ?? [];
    arranged.set(scrambleKey(word), [...list, { stem, classes }]);
  }
  return arranged;
}
