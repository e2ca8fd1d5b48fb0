/** Ways in which attackers hide ASCII text in characters that show nothing. */
export const hidings: Readonly<Record<string, (text: string) => string>> = {
  "tag characters": (text) => mapCharacters(text, (code) => String.fromCodePoint(0xe0000 + code)),
  "variation selectors": (text) => mapCharacters(text, selectByte),
  "zero-width bits": (text) => mapCharacters(text, (code) => writeBits(code, 8, "\u200b", "\u200c")),
  "zero-width bits of another alphabet": (text) =>
    mapCharacters(text, (code) => writeBits(code, 8, "\u2063", "\u2062")),
  "zero-width bits with a separator": (text) =>
    Array.from(text, (character) => writeBits(character.charCodeAt(0), 1, "\u200b", "\u200c")).join("\u200d"),
  "seven zero-width bits": (text) => mapCharacters(text, (code) => writeBits(code, 7, "\u200c", "\u200d")),
};

/** Ways in which a text stays in sight and is kept from filters. */
export const disguises: Readonly<Record<string, (text: string) => string>> = {
  "zero-width spaces in its words": (text) => spread(text, "\u200b"),
  "non-joiners in its words": (text) => spread(text, "\u200c"),
  "joiners in its words": (text) => spread(text, "\u200d"),
  "word joiners in its words": (text) => spread(text, "\u2060"),
  "soft hyphens in its words": (text) => spread(text, "\u00ad"),
  "tag characters in its words": (text) => spread(text, "\u{e0001}"),
  "left-to-right marks in its words": (text) => spread(text, "\u200e"),
  "right-to-left marks in its words": (text) => spread(text, "\u200f"),
  "isolates in its words": (text) => spread(text, "\u2068\u2069"),
  "grapheme joiners in its words": (text) => spread(text, "\u034f"),
  "the order turned round": (text) => `\u202e${Array.from(text).toReversed().join("")}\u202c`,
};

function mapCharacters(text: string, encode: (code: number) => string): string {
  return Array.from(text, (character) => encode(character.charCodeAt(0))).join("");
}

function selectByte(byte: number): string {
  return String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16);
}

function writeBits(code: number, width: number, zero: string, one: string): string {
  return Array.from(code.toString(2).padStart(width, "0"), (bit) => (bit === "0" ? zero : one)).join("");
}

function spread(text: string, between: string): string {
  return text.replaceAll(/(?<=\w)(?=\w)/gu, between);
}
