import type { Signal } from "./family.ts";
import { WordClass } from "./word-class.ts";
import type { Hit } from "./read-words.ts";

const QUOTE_REACH = 160;
/** How far from a signal, in UTF-16 units, words of talk count. */
const TALK_BEFORE = 400;
const TALK_AFTER = 200;
const OPENING_QUOTES = "\"“„«‘'`「『";
const CLOSING_QUOTES = "\"”“»’'`」』";
/** What is quoted in talk about attacks counts this much. */
const QUOTED_FACTOR = 0.4;

/** Talk about attacks: a signal in quotation marks counts less if the words around it explain, teach or classify. */
export function discountQuoted(
  text: string,
  hits: readonly Hit[],
  signals: readonly Signal[],
): readonly Signal[] {
  const talk = hits.filter(({ classes }) => (classes & WordClass.discuss) !== 0);
  if (talk.length === 0) return signals;
  return signals.map((signal) =>
    isDiscussed(talk, signal) && isQuoted(text, signal)
      ? { ...signal, weight: signal.weight * QUOTED_FACTOR }
      : signal,
  );
}

/** Between a quotation mark that opens before it and one that closes after it, both near. */
function isQuoted(text: string, { start, end }: Signal): boolean {
  const before = text.slice(Math.max(0, start - QUOTE_REACH), start);
  const after = text.slice(end, end + QUOTE_REACH);
  for (let at = before.length - 1; at >= 0; at--) {
    const kind = OPENING_QUOTES.indexOf(before.charAt(at));
    if (kind < 0 || !isOpening(before, at)) continue;
    return after.includes(CLOSING_QUOTES.charAt(kind));
  }
  return false;
}

function isOpening(before: string, at: number): boolean {
  return at === 0 || /[\s(:[>]/u.test(before.charAt(at - 1));
}

/** A word of such talk stands near, outside the signal itself. */
function isDiscussed(talk: readonly Hit[], { start, end }: Signal): boolean {
  return talk.some(
    (hit) =>
      (hit.end <= start && hit.end > start - TALK_BEFORE) ||
      (hit.start >= end && hit.start < end + TALK_AFTER),
  );
}
