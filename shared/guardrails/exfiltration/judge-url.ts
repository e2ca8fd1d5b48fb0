import type { FoundUrl } from "./read-urls.ts";

const SHORTEST_BLOB = 24;
/** Bits per character; English runs at about 4 in 26 letters, so only long values of many kinds of characters pass. */
const HIGH_ENTROPY = 4.1;
const TEMPLATE =
  /\{\{?\s{0,3}[a-z][\w .-]{1,40}\}|%7B[a-z][\w.-]{1,40}%7D|\$\{[\w.]{1,40}|<[a-z][\w -]{2,40}>|\[[A-Z][A-Z_ -]{2,40}\]/iu;
const IP_HOST = /^(?:\d{1,3}\.){3}\d{1,3}$|^\[[\da-f:.]{2,45}\]$|^0x[\da-f]{1,8}$|^\d{8,10}$/u;

export interface UrlFacts {
  /** The host is one of the reader's own. */
  readonly isOwn: boolean;
  /** It carries a readable text in base64 or hex. */
  readonly carriesText: boolean;
}

/** How much a URL looks like a way out for data, 0 to 1. */
export function judgeUrl(url: FoundUrl, { isOwn, carriesText }: UrlFacts): number {
  if (url.scheme === "javascript:" || url.scheme === "vbscript:") return url.place === "plain" ? 0.5 : 0.9;
  if (url.scheme === "data:") return judgeDataUrl(url);
  if (isOwn) return 0;
  const host = judgeHost(url);
  const load = Math.max(judgeLoad(url.rest), carriesText ? 0.7 : 0);
  const image = url.place === "image" ? (url.rest.includes("?") ? 0.6 : 0.35) : 0;
  return 1 - (1 - host) * (1 - load) * (1 - image);
}

/** What runs in a browser; a picture in base64 is data and nothing more. */
function judgeDataUrl({ rest, place }: FoundUrl): number {
  if (/^(?:text\/(?:html|xml|javascript)|application\/(?:javascript|xhtml))/iu.test(rest))
    return place === "plain" ? 0.6 : 0.85;
  return /^image\/svg/iu.test(rest) ? 0.5 : 0;
}

/** Hosts that are not what they seem: punycode, letters of two scripts, a user that looks like a host, a bare address. */
function judgeHost({ host, user }: FoundUrl): number {
  if (host.split(".").some((label) => label.startsWith("xn--"))) return 0.6;
  // oxlint-disable-next-line no-control-regex
  if (/[^\u0000-\u007f]/u.test(host)) return 0.4;
  if (user.includes(".")) return 0.7;
  return IP_HOST.test(host) ? 0.3 : 0;
}

/** What path and query carry: a place for a value, or a long value. */
function judgeLoad(rest: string): number {
  if (TEMPLATE.test(rest)) return 0.6;
  let most = 0;
  for (const part of rest.split(/[/?&#;]/u)) {
    const value = part.slice(part.indexOf("=") + 1);
    if (value.length < SHORTEST_BLOB) continue;
    const isQuery = part.includes("=") && !part.endsWith("=");
    most = Math.max(most, judgeValue(value, isQuery));
  }
  return most;
}

function judgeValue(value: string, isQuery: boolean): number {
  const isBlob = measureEntropy(value) >= HIGH_ENTROPY && !/[-_.](?:[a-z]+[-_.]){2}/u.test(value);
  return isBlob ? (isQuery ? 0.5 : 0.3) : 0;
}

/** Shannon entropy of the characters, bits each. */
export function measureEntropy(text: string): number {
  const counts = new Map<string, number>();
  const sample = text.slice(0, 512);
  for (const character of sample) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / sample.length) * Math.log2(count / sample.length);
  return bits;
}
