/** How a URL stands in the text: what renders fetches an image at once, a link waits for a click. */
export type UrlPlace = "image" | "link" | "plain";

export interface FoundUrl {
  readonly text: string;
  /** Offsets in the text that was read, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly place: UrlPlace;
  /** Lower case, with its colon. */
  readonly scheme: string;
  /** Lower case, without user and port; empty for `data:` and `javascript:`. */
  readonly host: string;
  readonly user: string;
  /** Path, query and fragment as they stand. */
  readonly rest: string;
}

const LONGEST_URL = 4_096;
/** How far before a URL its frame is looked for: `![a caption](`, `<img alt="…" src=`. */
const FRAME_REACH = 200;

const SCHEME =
  /\b(?:https?|wss?|ftp):\/{2}|(?<=["'(=\s])\/\/(?=[\w-]{1,63}\.)|\b(?:data|javascript|vbscript):(?=[^\s])/giu;
const URL_END = /[\s<>"'`)\]|\\^]/u;
const AUTHORITY_END = /[/?#]/u;

/** The URLs of a text in its order, at most `most`. Linear: a URL is read once, up to a bounded length. */
export function readUrls(text: string, most: number): readonly FoundUrl[] {
  const urls: FoundUrl[] = [];
  if (!/[:/]/u.test(text)) return urls;
  let readTo = 0;
  for (const match of text.matchAll(SCHEME)) {
    if (match.index < readTo) continue;
    const end = findEnd(text, match.index + match[0].length);
    if (end === match.index + match[0].length) continue;
    readTo = end;
    urls.push(split(text, match.index, match[0].length, end));
    if (urls.length >= most) break;
  }
  return urls;
}

function findEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && end - from < LONGEST_URL && !URL_END.test(text.charAt(end))) end++;
  while (end > from && ".,;:!?".includes(text.charAt(end - 1))) end--;
  return end;
}

function split(text: string, start: number, schemeLength: number, end: number): FoundUrl {
  const scheme =
    text
      .slice(start, start + schemeLength)
      .replace("//", "")
      .toLowerCase() || "https:";
  const whole = text.slice(start, end);
  const place = findPlace(text, start);
  const hasHost = whole.startsWith("//", schemeLength - 2);
  if (!hasHost)
    return { text: whole, start, end, place, scheme, host: "", user: "", rest: whole.slice(schemeLength) };
  const afterScheme = whole.slice(schemeLength);
  const authorityEnd = afterScheme.search(AUTHORITY_END);
  const authority = authorityEnd < 0 ? afterScheme : afterScheme.slice(0, authorityEnd);
  const at = authority.lastIndexOf("@");
  return {
    text: whole,
    start,
    end,
    place,
    scheme,
    host: authority
      .slice(at + 1)
      .replace(/:\d{0,5}$/u, "")
      .toLowerCase(),
    user: at < 0 ? "" : authority.slice(0, at),
    rest: authorityEnd < 0 ? "" : afterScheme.slice(authorityEnd),
  };
}

function findPlace(text: string, start: number): UrlPlace {
  const before = text.slice(Math.max(0, start - FRAME_REACH), start);
  if (/\]\(\s{0,3}<?$/u.test(before)) return isImage(before) ? "image" : "link";
  if (/\]:\s{0,3}<?$/u.test(before)) return "link";
  const tag = before.slice(before.lastIndexOf("<"));
  if (!tag.startsWith("<")) return /url\(\s{0,3}["']?$/iu.test(before) ? "image" : "plain";
  if (/^<(?:img|image|video|audio|iframe|source|embed|script|link|object|input|track)\b/iu.test(tag))
    return "image";
  if (/url\(\s{0,3}["']?$/iu.test(tag)) return "image";
  return /\b(?:href|action|formaction|xlink:href|src|data|content)\s{0,3}=\s{0,3}["']?[^"']{0,20}$/iu.test(
    tag,
  )
    ? "link"
    : "plain";
}

/** `![caption](`: the bracket that the caption opens has an exclamation mark before it. */
function isImage(before: string): boolean {
  const opening = before.lastIndexOf("[", before.length - 3);
  return opening > 0 && before.charAt(opening - 1) === "!";
}
