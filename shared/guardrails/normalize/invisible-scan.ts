import type { Finding } from "../finding.ts";
import { readHiddenRun, readZeroWidthBits } from "./hidden-text.ts";
import { hasRightToLeft, isInvisible, judgeInvisible } from "./invisible.ts";
import type { Span } from "./text-view.ts";

const DETECTOR = "invisible-text";
const VERSION = "1";

/** Runs closer together than this, in UTF-16 units, are one finding: letters with something between each two. */
const JOINED_GAP = 3;

/** After so many suspect runs every further one is suspect without a closer look. */
const ENOUGH_RUNS = 256;

/** At most so many hidden texts are read. */
const MOST_HIDDEN = 64;

export interface HiddenText {
  readonly text: string;
  readonly span: Span;
}

/** Collects, as a text is read from left to right, what its invisible characters are and what they hide. */
export class InvisibleScan {
  readonly #text: string;
  readonly #inRightToLeftText: boolean;
  readonly #found: { start: number; end: number; confidence: number }[] = [];
  readonly #hidden: HiddenText[] = [];
  #suspects = 0;
  #bits = "";
  #bitsFrom = 0;
  #bitsTo = 0;

  constructor(text: string) {
    this.#text = text;
    this.#inRightToLeftText = hasRightToLeft(text);
  }

  /** The end of the run of invisible characters that starts at `start`; `start` itself if none does. */
  readRun(start: number): number {
    const characters: string[] = [];
    let end = start;
    for (let next = this.#at(end); next !== "" && isInvisible(next); next = this.#at(end)) {
      characters.push(next);
      end += next.length;
    }
    if (end > start) this.#judge(characters, start, end);
    return end;
  }

  finish(): { findings: readonly Finding[]; hidden: readonly HiddenText[] } {
    const bits = readZeroWidthBits(this.#bits);
    if (bits !== undefined)
      this.#hidden.push({ text: bits, span: { start: this.#bitsFrom, end: this.#bitsTo } });
    const findings = this.#found.map((found): Finding => ({
      kind: "invisible-text",
      ...found,
      detector: DETECTOR,
      version: VERSION,
    }));
    return { findings, hidden: this.#hidden };
  }

  #judge(characters: readonly string[], start: number, end: number): void {
    const confidence = this.#suspects > ENOUGH_RUNS ? 0.9 : this.#judgeRun(characters, start, end);
    if (confidence === undefined) return;
    this.#suspects++;
    this.#report(start, end, confidence);
    if (this.#hidden.length < MOST_HIDDEN && mayHide(characters)) {
      const hidden = readHiddenRun(characters);
      if (hidden !== undefined) this.#hidden.push({ text: hidden, span: { start, end } });
      if (characters.includes("\u202e") || characters.includes("\u202d")) this.#readOverride(end);
    }
    for (const character of characters) {
      if (!isBit(character)) continue;
      if (this.#bits === "") this.#bitsFrom = start;
      this.#bits += character;
      this.#bitsTo = end;
    }
  }

  #judgeRun(characters: readonly string[], start: number, end: number): number | undefined {
    const before = this.#before(start);
    const after = this.#at(end);
    return judgeInvisible({
      characters,
      before,
      after,
      farBefore: this.#before(start - before.length),
      farAfter: this.#at(end + after.length),
      atStart: start === 0,
      inRightToLeftText: this.#inRightToLeftText,
    });
  }

  #report(start: number, end: number, confidence: number): void {
    const last = this.#found.at(-1);
    if (last === undefined || start - last.end > JOINED_GAP) {
      this.#found.push({ start, end, confidence });
      return;
    }
    last.end = end;
    last.confidence = Math.max(last.confidence, confidence);
  }

  /** What stands under an override, up to its end or the line's, is read backwards by people. */
  #readOverride(start: number): void {
    let end = start;
    while (
      end < this.#text.length &&
      end - start < 2_000 &&
      !/[\u202c-\u202e\n]/u.test(this.#text.charAt(end))
    )
      end++;
    if (end - start < 3) return;
    const backwards = Array.from(this.#text.slice(start, end)).toReversed().join("");
    this.#hidden.push({ text: backwards, span: { start, end } });
  }

  #at(at: number): string {
    const code = this.#text.codePointAt(at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  #before(end: number): string {
    if (end <= 0) return "";
    const unit = this.#text.charCodeAt(end - 1);
    const isLow = unit >= 0xdc00 && unit < 0xe000 && end > 1;
    return this.#at(isLow ? end - 2 : end - 1);
  }
}

/** A run that spells something alone: not one or two joiners. */
function mayHide(characters: readonly string[]): boolean {
  return (
    characters.length > 2 ||
    characters.some((character) => character.length > 1 || character === "\u202d" || character === "\u202e")
  );
}

function isBit(character: string): boolean {
  return (
    (character >= "\u200b" && character <= "\u200f") ||
    (character >= "\u2060" && character <= "\u2064") ||
    character === "\ufeff" ||
    character === "\u180e" ||
    character === "\u00ad"
  );
}
