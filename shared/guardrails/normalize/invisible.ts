/**
 * Characters that show nothing: default-ignorable ones (joiners, tags, variation selectors, bidi controls, fillers),
 * interlinear annotation, and control characters other than white space.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex
  /[\p{DI}\u{e0000}-\u{e007f}\ufff9-\ufffb\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/u;

const JOINER = /^[\u200c\u200d]$/u;
const BIDI_MARK = /^[\u200e\u200f\u061c\u202a\u202b\u202c\u2066-\u2069]$/u;
const BIDI_OVERRIDE = /[\u202d\u202e]/u;
/** Hebrew to Thaana and Adlam, with the presentation forms. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{1e900}-\u{1e95f}]/u;
/** Scripts whose spelling uses joiners between letters: Arabic and its kin, the Indic ones, Khmer, Mongolian, Tibetan. */
const JOINING = /[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\u{1e900}-\u{1e95f}]/u;
/** Scripts written without spaces, where a zero-width space marks a place to break the line. */
const UNSPACED = /[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/u;
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\u20e3]/u;
const EMOJI_BASE = /[\p{Emoji}\p{Extended_Pictographic}]/u;
const STYLED_BASE = /[\p{Ideographic}\p{Sm}\p{So}\u1000-\u109f\u1800-\u18af\ua840-\ua87f]/u;
const LATIN = /[A-Za-z0-9]/u;
const LETTER = /\p{L}/u;
const SPACE = /[\s\p{P}]/u;

/** The flags of subdivisions that fonts draw: England, Scotland, Wales; and the states and provinces some of them do. */
const SUBDIVISION = /^(?:gb(?:eng|sct|wls|nir)|us[a-z]{2}|ca[a-z]{2})$/u;

/** A run of invisible characters with what stands around it. */
export interface InvisibleRun {
  /** Its code points. */
  readonly characters: readonly string[];
  /** The visible characters before and after; empty at the text's ends. */
  readonly before: string;
  readonly after: string;
  /** The one before `before`, and the one after `after`. */
  readonly farBefore: string;
  readonly farAfter: string;
  readonly atStart: boolean;
  readonly inRightToLeftText: boolean;
}

/** The first invisible character, as a test over a whole text. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

export function isInvisible(character: string): boolean {
  const code = character.charCodeAt(0);
  return (code >= 0x200b && code <= 0x200f) || (mayBeInvisible(code) && INVISIBLE.test(character));
}

/** Whether a UTF-16 unit is, or begins, something from the blocks that have invisible characters. */
export function mayBeInvisible(code: number): boolean {
  if (code < 0x2000) {
    return (
      code < 0x20 ||
      (code >= 0x7f && code <= 0xad) ||
      code === 0x34f ||
      code === 0x61c ||
      (code >= 0x115f && code <= 0x1160) ||
      (code >= 0x17b4 && code <= 0x17b5) ||
      (code >= 0x180b && code <= 0x180f)
    );
  }
  return code < 0x2070 || code === 0x3164 || (code >= 0xd800 && code < 0xdc00) || code >= 0xfe00;
}

export function hasRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/** How sure it is that a run hides something, 0 to 1; `undefined` for a run that spelling or emoji ask for. */
export function judgeInvisible(run: InvisibleRun): number | undefined {
  const [first = "", second] = run.characters;
  if (isTagSequence(run)) return undefined;
  if (run.characters.some((character) => character >= "\u{e0000}" && character <= "\u{e007f}")) return 0.99;
  if (run.characters.some((character) => BIDI_OVERRIDE.test(character))) return 0.9;
  if (run.inRightToLeftText && isBidiSpelling(run)) return undefined;
  if (second === undefined) return judgeOne(first, run);
  if (isEmojiJoin(run)) return undefined;
  const isSelectorRun = run.characters.every(isVariationSelector);
  return isSelectorRun || run.characters.length > 2 ? 0.95 : 0.7;
}

/** U+1F3F4 and tags, which are invisible letters, spell the flag of a subdivision: `gbsct` and an end. */
function isTagSequence(run: InvisibleRun): boolean {
  if (run.before !== "\u{1f3f4}" || run.characters.at(-1) !== "\u{e007f}") return false;
  return SUBDIVISION.test(readTags(run.characters.slice(0, -1)));
}

/** The ASCII text that tag characters (U+E0020 to U+E007E) mirror; other characters are left out. */
export function readTags(characters: readonly string[]): string {
  let text = "";
  for (const character of characters) {
    const code = (character.codePointAt(0) ?? 0) - 0xe0000;
    if (code >= 0x20 && code < 0x7f) text += String.fromCharCode(code);
  }
  return text;
}

/** Marks, embeddings and isolates, which mixed-direction text needs; but not between two Latin letters. */
function isBidiSpelling(run: InvisibleRun): boolean {
  if (run.characters.length > 4 || !run.characters.every((character) => BIDI_MARK.test(character)))
    return false;
  return !(LATIN.test(run.before) && LATIN.test(run.after));
}

/** A variation selector and a joiner between two pictures. */
function isEmojiJoin({ characters, before, after }: InvisibleRun): boolean {
  return (
    characters.length === 2 &&
    characters[0] === "\ufe0f" &&
    characters[1] === "\u200d" &&
    PICTURE.test(before) &&
    PICTURE.test(after)
  );
}

function judgeOne(character: string, run: InvisibleRun): number | undefined {
  const { before, after } = run;
  if (JOINER.test(character))
    return isJoinerSpelling(character, run) ? undefined : judgeBetween(before, after);
  if (character === "\ufe0e" || character === "\ufe0f") {
    return EMOJI_BASE.test(before) || STYLED_BASE.test(before) ? undefined : 0.6;
  }
  if (isVariationSelector(character)) return STYLED_BASE.test(before) ? undefined : 0.8;
  if (character >= "\u180b" && character <= "\u180f") return JOINING.test(before) ? undefined : 0.8;
  if (character === "\u00ad") return isHyphenation(run) ? undefined : 0.6;
  if (character === "\ufeff") return run.atStart ? undefined : judgeBetween(before, after);
  if (character === "\u200b" || character === "\u2060") {
    return UNSPACED.test(before) || UNSPACED.test(after) ? undefined : judgeBetween(before, after);
  }
  if (character === "\u034f") return /\p{M}/u.test(before) ? undefined : 0.6;
  if (character >= "\u115f" && character <= "\u1160")
    return /\p{Script=Hang}/u.test(before + after) ? undefined : 0.6;
  if (character >= "\u17b4" && character <= "\u17b5") return undefined;
  return judgeBetween(before, after);
}

function isJoinerSpelling(character: string, { before, after }: InvisibleRun): boolean {
  if (JOINING.test(before)) return !LATIN.test(after);
  if (/\p{M}/u.test(before)) return JOINING.test(after);
  return character === "\u200d" && PICTURE.test(before) && PICTURE.test(after);
}

/** A soft hyphen with two letters on either side. */
function isHyphenation({ before, after, farBefore, farAfter }: InvisibleRun): boolean {
  return [before, after, farBefore, farAfter].every((character) => LETTER.test(character));
}

/** In a word it splits what filters look for; beside white space it is mostly left over from a web page. */
function judgeBetween(before: string, after: string): number {
  if (before === "" || after === "" || SPACE.test(before) || SPACE.test(after)) return 0.4;
  return 0.9;
}

export function isVariationSelector(character: string): boolean {
  return (
    (character >= "\ufe00" && character <= "\ufe0f") || (character >= "\u{e0100}" && character <= "\u{e01ef}")
  );
}
