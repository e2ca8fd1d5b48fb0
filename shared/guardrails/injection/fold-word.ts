const ACCENTS = /[\u0300-\u036f]/gu;
const LETTERS_WITHOUT_ACCENT = /[’ßłıøæœđ]/gu;
const PLAIN: Readonly<Record<string, string>> = {
  "’": "'",
  ß: "ss",
  ł: "l",
  ı: "i",
  ø: "o",
  æ: "ae",
  œ: "oe",
  đ: "d",
};

/** A lower-case word of an alphabet without its diacritics, as the lexicon is kept: `über` is `uber`. */
export function foldWord(word: string): string {
  let at = 0;
  while (at < word.length && word.charCodeAt(at) < 128) at++;
  if (at === word.length) return word;
  // Arabic and what comes after it in Unicode keeps its marks: they are letters of the word there.
  if (word.charCodeAt(0) >= 0x590 && word.charCodeAt(0) !== 0x2019) return word;
  return word
    .replace(LETTERS_WITHOUT_ACCENT, (letter) => PLAIN[letter] ?? letter)
    .normalize("NFD")
    .replace(ACCENTS, "");
}

export function isHangul(code: number): boolean {
  return code >= 0xac00 && code <= 0xd7a3;
}
