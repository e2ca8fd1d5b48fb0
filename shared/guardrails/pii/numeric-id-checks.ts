import {
  beginsWithDay,
  digitAt,
  hasDateAt,
  passesLuhn,
  passesMod11And10,
  remainder,
  weigh,
} from "./check-digits.ts";

/** The value of the last digit. */
export function lastDigit(digits: string): number {
  return digitAt(digits, digits.length - 1);
}

/** A check digit that is 11 minus a weighted sum's remainder; what would be 10 or 11 becomes `overflow`. */
export function passesMod11(digits: string, weights: readonly number[], overflow = 0): boolean {
  const check = 11 - (weigh(digits, weights) % 11);
  return (check > 9 ? overflow : check) === digitAt(digits, weights.length);
}

export function passesMod10(digits: string, weights: readonly number[]): boolean {
  return (10 - (weigh(digits, weights) % 10)) % 10 === digitAt(digits, weights.length);
}

/** EAN-13, which Swiss insurance numbers use. */
export function passesEan(digits: string): boolean {
  return passesMod10(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
}

const cpfWeights = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
const cnpjWeights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

function isUniform(digits: string): boolean {
  return /^(\d)\1+$/.test(digits);
}

export function isCpf(digits: string): boolean {
  return !isUniform(digits) && passesMod11(digits, cpfWeights.slice(1)) && passesMod11(digits, cpfWeights);
}

export function isCnpj(digits: string): boolean {
  return !isUniform(digits) && passesMod11(digits, cnpjWeights.slice(1)) && passesMod11(digits, cnpjWeights);
}

export function isBritishHealthNumber(digits: string): boolean {
  // A check of 10 is never given out; 11 is written 0.
  const check = 11 - (weigh(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return !isUniform(digits) && check !== 10 && check % 11 === lastDigit(digits);
}

export function isTurkishId(digits: string): boolean {
  const odd = [0, 2, 4, 6, 8].reduce((sum, index) => sum + digitAt(digits, index), 0);
  const even = [1, 3, 5, 7].reduce((sum, index) => sum + digitAt(digits, index), 0);
  const total = odd + even + digitAt(digits, 9);
  return (
    digits[0] !== "0" &&
    (odd * 7 + 10 * 9 - even) % 10 === digitAt(digits, 9) &&
    total % 10 === lastDigit(digits)
  );
}

/** Estonia and Lithuania: a second row of weights where the first leaves 10. */
export function isBalticId(digits: string): boolean {
  if (!/^[1-8]/.test(digits) || !hasDateAt(digits, 1)) return false;
  let check = weigh(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  if (check === 10) check = (weigh(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
  return check === lastDigit(digits);
}

export function isNorwegianId(digits: string): boolean {
  const day = String(Number(digits.slice(0, 2)) % 40).padStart(2, "0");
  const first = (11 - (weigh(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
  const second = (11 - (weigh(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return (
    beginsWithDay(day + digits.slice(2)) && first === digitAt(digits, 9) && second === digitAt(digits, 10)
  );
}

/** The month also carries the century: plus 20, 40, 60 or 80. */
export function isPesel(digits: string): boolean {
  const month = String(Number(digits.slice(2, 4)) % 20).padStart(2, "0");
  return (
    hasDateAt(digits.slice(0, 2) + month + digits.slice(4), 0) &&
    passesMod10(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3])
  );
}

/** The month carries 50 for women and 20 where a day's numbers ran out. */
export function isCzechBirthNumber(digits: string): boolean {
  const month = String((Number(digits.slice(2, 4)) % 50) % 20).padStart(2, "0");
  return hasDateAt(digits.slice(0, 2) + month + digits.slice(4), 0) && remainder(digits, 11) === 0;
}

export function isBulgarianId(digits: string): boolean {
  const month = String(Number(digits.slice(2, 4)) % 20).padStart(2, "0");
  const check = (weigh(digits, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10;
  return hasDateAt(digits.slice(0, 2) + month + digits.slice(4), 0) && check === lastDigit(digits);
}

export function isBelgianId(digits: string): boolean {
  if (!hasDateAt(digits, 0)) return false;
  const check = Number(digits.slice(9));
  // Who was born after 1999 has a 2 before the number when it is checked.
  return [digits.slice(0, 9), `2${digits.slice(0, 9)}`].some((body) => 97 - remainder(body, 97) === check);
}

export function isFrenchNir(digits: string): boolean {
  const month = Number(digits.slice(3, 5));
  if (!/^[12]/.test(digits) || month < 1 || (month > 12 && month < 20)) return false;
  return 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
}

export function isSwedishId(digits: string): boolean {
  const short = digits.slice(-10);
  // A coordination number has 60 added to its day.
  const day = String(Number(short.slice(4, 6)) % 60).padStart(2, "0");
  return hasDateAt(short.slice(0, 4) + day, 0) && passesLuhn(short);
}

/** The last digit has meant nothing for numbers given out since October 2020; those fail and need a word. */
export function isKoreanId(digits: string): boolean {
  const sum = weigh(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
  // A foreigner's number adds 2.
  const check = /^.{6}[5-8]/.test(digits) ? (13 - (sum % 11)) % 10 : (11 - (sum % 11)) % 10;
  return /^.{6}[1-8]/.test(digits) && hasDateAt(digits, 0) && check === lastDigit(digits);
}

export function isChineseId(digits: string): boolean {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return (
    /^[1-8]\d{5}(?:19|20)/.test(digits) &&
    hasDateAt(digits, 8) &&
    "10X98765432"[weigh(digits, weights) % 11] === digits[17]
  );
}

export function isSouthAfricanId(digits: string): boolean {
  return hasDateAt(digits, 0) && /^.{10}[0-2][89]/.test(digits) && passesLuhn(digits);
}

export function isRomanianId(digits: string): boolean {
  const check = weigh(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return /^[1-9]/.test(digits) && hasDateAt(digits, 1) && (check === 10 ? 1 : check) === lastDigit(digits);
}

export function isThaiId(digits: string): boolean {
  const check = (11 - (weigh(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10;
  return /^[1-8]/.test(digits) && check === lastDigit(digits);
}

export function isGermanTaxId(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return digits[0] !== "0" && (most === 2 || most === 3) && passesMod11And10(digits);
}

export function isAustralianBusiness(digits: string): boolean {
  return (weigh(digits, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0 && digits[0] !== "0";
}

export function isDutchId(digits: string): boolean {
  return weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isUniform(digits);
}

export function isRussianSnils(digits: string): boolean {
  const rest = weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
  return (rest === 100 ? 0 : rest) === Number(digits.slice(9));
}

export function isRussianTaxId(digits: string): boolean {
  if (digits.length === 10)
    return (weigh(digits, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === lastDigit(digits);
  const first = (weigh(digits, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
  const second = (weigh(digits, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
  return first === digitAt(digits, 10) && second === lastDigit(digits);
}

export function isChileanRut(digits: string): boolean {
  const weights = digits.length === 9 ? [3, 2, 7, 6, 5, 4, 3, 2] : [2, 7, 6, 5, 4, 3, 2];
  const check = 11 - (weigh(digits, weights) % 11);
  return check !== 10 && check % 11 === lastDigit(digits);
}

export function isKoreanBusiness(digits: string): boolean {
  const sum = weigh(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((digitAt(digits, 8) * 5) / 10);
  return (10 - (sum % 10)) % 10 === lastDigit(digits);
}

export function isJapaneseId(digits: string): boolean {
  const check = 11 - (weigh(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (check > 9 ? 0 : check) === lastDigit(digits);
}
