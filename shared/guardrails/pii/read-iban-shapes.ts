import { isDigitCode, isSpacedLetterCode, isWordCode } from "./characters.ts";

/** Country codes and lengths of the IBAN registry (SWIFT, release 99), and countries that use the form without an entry. */
const registry =
  "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22" +
  "GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31" +
  "MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24" +
  "XK20YE30AO25BF28BJ28CF27CG27CI28CM27CV25DZ26GA27GQ27GW25IR26KM27MA28MG27ML28MZ25NE28SN28TD27TG28";

const lengths: ReadonlyMap<string, number> = new Map(
  (registry.match(/.{4}/g) ?? []).map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** A part of a text that is written like an IBAN of a country, whether or not its check digits are right. */
export interface IbanShape {
  readonly start: number;
  readonly end: number;
  readonly valid: boolean;
}

/** Reads what is written like an IBAN of a country in the registry. */
export function readIbanShapes(text: string): IbanShape[] {
  const shapes: IbanShape[] = [];
  for (const { 0: head, index } of text.matchAll(/\b[A-Za-z]{2}[ -]?\d{2}/g)) {
    const length = lengths.get(head.slice(0, 2).toUpperCase());
    if (length === undefined || isSpacedLetterCode(text.charCodeAt(index - 1))) continue;
    const { count, end, rest } = readCharacters(text, index, length);
    // What lacks a character or two may not be taken for another number either.
    if (count < length - 2) continue;
    const code = text.charCodeAt(end);
    const isWhole = count === length && !isWordCode(code);
    shapes.push({ start: index, end, valid: isWhole && rest === 1 });
  }
  return shapes;
}

interface Characters {
  readonly count: number;
  /** Exclusive. */
  readonly end: number;
  /** ISO/IEC 7064 MOD 97-10 with the first four characters at the end; 1 is right. 0 if capitals and small letters mix. */
  readonly rest: number;
}

/** So many letters and digits from here on, past single separators. */
function readCharacters(text: string, start: number, length: number): Characters {
  let count = 0;
  let end = start;
  let head = 0;
  let rest = 0;
  let capitals = 0;
  let small = 0;
  for (let index = start; count < length; index++) {
    const code = text.charCodeAt(index);
    const value = valueOf(code);
    if (value < 0) {
      if (index > end || !isSeparatorCode(code)) break;
      continue;
    }
    if (code >= 97) small += 1;
    else if (code >= 65) capitals += 1;
    const factor = value > 9 ? 100 : 10;
    // Two letters and two digits come first: less than a million.
    if (count < 4) head = head * factor + value;
    else rest = (rest * factor + value) % 97;
    count += 1;
    end = index + 1;
  }
  const isMixed = small > 0 && capitals > 0;
  return { count, end, rest: isMixed ? 0 : (rest * 1_000_000 + head) % 97 };
}

/** A digit's value, 10 to 35 for a letter of either case, -1 for anything else. */
function valueOf(code: number): number {
  if (isDigitCode(code)) return code - 48;
  if (code >= 65 && code <= 90) return code - 55;
  return code >= 97 && code <= 122 ? code - 87 : -1;
}

/** Space, dash, full stop, no-break space and its narrow form. */
function isSeparatorCode(code: number): boolean {
  return code === 32 || code === 45 || code === 46 || code === 0xa0 || code === 0x202f;
}
