/** What a UTF-16 code unit is to the reading of words. */
export const characterClass = {
  other: 0,
  /** Of a script that puts spaces between words. */
  letter: 1,
  digit: 2,
  /** Han, kana, Hangul: a number may touch them. */
  unspacedLetter: 3,
  /** `_`, which stands between the words of one name. */
  joiner: 4,
} as const;

const asciiClasses = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) return characterClass.letter;
  if (character === "_") return characterClass.joiner;
  return /\d/.test(character) ? characterClass.digit : characterClass.other;
});

/** The class of a code unit; NaN, what lies beyond a text, is `other`. Digits of other scripts are letters here. */
export function classifyCode(code: number): number {
  if (code < 128) return asciiClasses[code] ?? characterClass.other;
  // The signs of multiplication and division stand between the letters of Latin-1.
  if (code < 0x2000)
    return code >= 0xc0 && code !== 0xd7 && code !== 0xf7 ? characterClass.letter : characterClass.other;
  const isUnspaced = (code >= 0x3040 && code < 0xa000) || (code >= 0xac00 && code < 0xd7b0);
  return isUnspaced ? characterClass.unspacedLetter : characterClass.other;
}

/** An ASCII digit; the digits of other scripts are folded before detectors see a text. */
export function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A letter of a script with spaces, or `_`. */
export function isSpacedLetterCode(code: number): boolean {
  const kind = classifyCode(code);
  return kind === characterClass.letter || kind === characterClass.joiner;
}

export function isUnspacedLetterCode(code: number): boolean {
  return classifyCode(code) === characterClass.unspacedLetter;
}

/** A digit, a letter of a script with spaces, or `_`. */
export function isWordCode(code: number): boolean {
  const kind = classifyCode(code);
  return kind === characterClass.letter || kind === characterClass.digit || kind === characterClass.joiner;
}
