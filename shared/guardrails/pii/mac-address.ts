import type { Detector, Match } from "../detector.ts";
import type { PiiText } from "./pii-text.ts";

const mac =
  /\b(?:[\da-f]{2}(?::[\da-f]{2}){5}|[\da-f]{2}(?:-[\da-f]{2}){5}|[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4})(?![\w-]|:[\da-f])/gi;

/** Six octets in one of the three common forms; broadcast and null name no device. */
export const macAddressDetector: Detector<PiiText> = {
  name: "mac-address",
  version: "1",
  find: ({ text }) => {
    const matches: Match[] = [];
    // Most texts are done here: each form has two hexadecimal digits on either side of a separator.
    if (!/[\da-f]{2}[:.-][\da-f]{2}/i.test(text)) return matches;
    for (const { 0: found, index } of text.matchAll(mac)) {
      if (":-".includes(text[index - 1] ?? " ")) continue;
      if (/^(?:[f:.-]+|[0:.-]+)$/i.test(found)) continue;
      const confidence = found.includes(".") ? 0.7 : 0.95;
      matches.push({ kind: "mac-address", start: index, end: index + found.length, confidence });
    }
    return matches;
  },
};
