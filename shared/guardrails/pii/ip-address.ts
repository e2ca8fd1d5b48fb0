import type { Detector, Match } from "../detector.ts";
import { isWordCode } from "./characters.ts";
import { cue } from "./cue-words.ts";
import type { PiiText } from "./pii-text.ts";

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = new RegExp(`\\b${octet}(?:\\.${octet}){3}(?![\\w-]|\\.\\d)`, "g");

/** IPv4 in dotted form, unless it is a version number, and IPv6 in every form of RFC 4291 section 2.2. */
export const ipAddressDetector: Detector<PiiText> = {
  name: "ip-address",
  version: "1",
  find: (source) => [...findIpv4(source), ...findIpv6(source.text)],
};

function* findIpv4(source: PiiText): Generator<Match, undefined> {
  const { text } = source;
  for (const { 0: found, index } of text.matchAll(ipv4)) {
    const before = text[index - 1] ?? "";
    // A fifth number or a dash before it: no address, but a part of a version or of an object identifier.
    if (before === "." || before === "-" || before === ":") continue;
    if ((source.cuesBefore(index, 12) & cue.version) !== 0) continue;
    yield { kind: "ip-address", start: index, end: index + found.length, confidence: 0.95 };
  }
}

const wholeIpv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

const longestIpv6 = 45;

/** Every address has two colons, so the search goes from colon to colon. */
function* findIpv6(text: string): Generator<Match, undefined> {
  let from = 0;
  for (let colon = text.indexOf(":"); colon >= 0; colon = text.indexOf(":", Math.max(from, colon + 1))) {
    let start = colon;
    while (start > from && colon - start < 4 && isHexCode(text.charCodeAt(start - 1))) start -= 1;
    let end = colon;
    while (end - start <= longestIpv6 && isIpv6Code(text.charCodeAt(end))) end += 1;
    from = end;
    while (end > start && text[end - 1] === ".") end -= 1;
    // One colon at the end is a sentence's; two are an address's.
    if (text[end - 1] === ":" && text[end - 2] !== ":") end -= 1;
    if (isWordCode(text.charCodeAt(start - 1)) || isWordCode(text.charCodeAt(end))) continue;
    const address = text.slice(start, end);
    if (!isIpv6(address) || (address === "::" && !standsForAny(text, start, end))) continue;
    yield { kind: "ip-address", start, end, confidence: 0.95 };
  }
}

/** `::` alone is also an operator of programming languages; only an assignment or a prefix length makes it an address. */
function standsForAny(text: string, start: number, end: number): boolean {
  return (text[start - 1] === "=" && /^(?:\s|$)/.test(text.slice(end, end + 1))) || text[end] === "/";
}

function isHexCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

function isIpv6Code(code: number): boolean {
  return isHexCode(code) || code === 58 || code === 46;
}

function isIpv6(address: string): boolean {
  const halves = address.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    const last = parts.at(-1) ?? "";
    // The last 32 bits may be written as IPv4.
    if (last.includes(".")) {
      if (index !== halves.length - 1 || !wholeIpv4.test(last)) return false;
      parts.splice(-1, 1, "0", "0");
    }
    if (!parts.every((part) => /^[\da-f]{1,4}$/i.test(part))) return false;
    groups += parts.length;
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}
