import type { Detector, Match } from "../detector.ts";
import type { PiiText } from "./pii-text.ts";

/** The characters that end an address in running text. */
const address =
  /\b(?:(?:https?|ftps?|sftp|wss?):\/\/|www\.)[^\s<>"'`{}|\\^\u2018-\u201f\u3000-\u303f\uff00-\uff0f]+/gi;

const closingOf: Readonly<Record<string, string>> = { ")": "(", "]": "[" };

/** Web addresses with a scheme or `www.`; the host has a dot, or is an IP address or localhost with a port. */
export const urlDetector: Detector<PiiText> = {
  name: "url",
  version: "1",
  find: ({ text }) => {
    const matches: Match[] = [];
    for (const { 0: found, index } of text.matchAll(address)) {
      const url = trimEnd(found);
      if (hasHost(url))
        matches.push({ kind: "url", start: index, end: index + url.length, confidence: 0.95 });
    }
    return matches;
  },
};

/** Without what belongs to the sentence: a full stop, a bracket that was opened before the address. */
function trimEnd(found: string): string {
  let end = found.length;
  // Balanced brackets are counted once; each that is cut off changes its count by one.
  const counts: Record<string, number> = {};
  for (const character of found)
    if ("()[]".includes(character)) counts[character] = (counts[character] ?? 0) + 1;
  while (end > 0) {
    const last = found[end - 1] ?? "";
    const opening = closingOf[last];
    if (opening === undefined ? !".,;:!?*_~".includes(last) : (counts[opening] ?? 0) >= (counts[last] ?? 0))
      break;
    if (opening !== undefined) counts[last] = (counts[last] ?? 0) - 1;
    end -= 1;
  }
  return found.slice(0, end);
}

function hasHost(url: string): boolean {
  const host =
    /^(?:[a-z]{2,5}:\/\/)?(?:[^/?#@]{0,128}@)?(\[[\da-f:.]{2,45}\]|[^/?#:@]{1,253})/i.exec(url)?.[1] ?? "";
  if (host.startsWith("[")) return true;
  const labels = host.split(".");
  if (labels.length < (url.includes("://") ? 2 : 3) || labels.includes("")) return false;
  return /^(?:\p{L}[\p{L}\d-]{1,62}|\d{1,3})$/u.test(labels.at(-1) ?? "");
}
