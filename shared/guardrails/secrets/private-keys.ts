import type { Detector, Match } from "../detector.ts";

const begin = /-----BEGIN [A-Z\d ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;
const end = "-----END";
/** An RSA key of 16,384 bits in PEM has 12,600 characters. */
const longestKey = 16_384;

/** Private keys in PEM or OpenPGP armour, to their end or as far as the text holds them. */
export const privateKeyDetector: Detector<string> = {
  name: "private-key",
  version: "1",
  find: (text) => {
    const matches: Match[] = [];
    let from = 0;
    for (const { 0: header, index } of text.matchAll(begin)) {
      if (index < from) continue;
      from = findEnd(text, index + header.length);
      // A header alone, as in a sentence about keys, holds nothing.
      if (/[A-Za-z\d+/]{16}/.test(text.slice(index + header.length, index + header.length + 400)))
        matches.push({ kind: "secret", start: index, end: from, confidence: 0.99 });
    }
    return matches;
  },
};

/** The end of the closing line, or of the Base64 that the text was cut off in; line ends may be written `\n`. */
function findEnd(text: string, start: number): number {
  const body = text.slice(start, start + longestKey);
  const closing = body.indexOf(end);
  if (closing >= 0) {
    const line = /^-----END [A-Z\d ]{0,40}-----/.exec(body.slice(closing, closing + 64));
    return start + closing + (line?.[0].length ?? end.length);
  }
  return start + (/^[A-Za-z\d+/=\s\\:,.-]*/.exec(body)?.[0].trimEnd().length ?? 0);
}
