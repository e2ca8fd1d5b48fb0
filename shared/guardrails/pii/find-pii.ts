import { runDetectors, type Detector } from "../detector.ts";
import { type Finding, resolveOverlaps } from "../finding.ts";
import { bankAccountDetector } from "./bank-account.ts";
import { cardDetector } from "./card.ts";
import { cryptoAddressDetector } from "./crypto-address.ts";
import { drivingLicenceDetector } from "./driving-licence.ts";
import { emailDetector } from "./email.ts";
import { ibanDetector } from "./iban.ts";
import { ipAddressDetector } from "./ip-address.ts";
import { letteredIdDetector } from "./lettered-id.ts";
import { macAddressDetector } from "./mac-address.ts";
import { namedIdDetector } from "./named-id.ts";
import { nationalIdDetector } from "./national-id.ts";
import { passportDetector } from "./passport.ts";
import { phoneDetector } from "./phone.ts";
import { PiiText } from "./pii-text.ts";
import { urlDetector } from "./url.ts";
import { usSsnDetector } from "./us-ssn.ts";

const anywhere: readonly Detector<PiiText>[] = [urlDetector, emailDetector];

/** What has a digit in it; most texts have none, and are done sooner. */
const withDigits: readonly Detector<PiiText>[] = [
  cardDetector,
  ibanDetector,
  usSsnDetector,
  phoneDetector,
  nationalIdDetector,
  letteredIdDetector,
  ipAddressDetector,
  macAddressDetector,
  cryptoAddressDetector,
  passportDetector,
  drivingLicenceDetector,
  bankAccountDetector,
  namedIdDetector,
];

/**
 * Finds personal data by form, check digits and the words beside it; names, addresses and dates of birth are not looked
 * for. Takes time linear in the text's length.
 */
export function findPii(text: string): Finding[] {
  const source = new PiiText(text);
  const found = runDetectors(anywhere, source);
  if (/\d|::/.test(text)) {
    const broken = markBrokenIbans(source);
    const numbers = runDetectors(withDigits, source);
    found.push(...(broken === undefined ? numbers : numbers.filter((finding) => !isMarked(broken, finding))));
  }
  return resolveOverlaps(found);
}

/** Marks each character of the IBANs whose check digits are wrong: their parts are no other number either. */
function markBrokenIbans({ text, ibanShapes }: PiiText): Uint8Array | undefined {
  const broken = ibanShapes.filter(({ valid }) => !valid);
  if (broken.length === 0) return undefined;
  const marks = new Uint8Array(text.length);
  for (const { start, end } of broken) marks.fill(1, start, end);
  // A right one may stand where a wrong one was begun: "no AE12 NL91ABNA0417164300".
  for (const { start, end, valid } of ibanShapes) if (valid) marks.fill(0, start, end);
  return marks;
}

function isMarked(marks: Uint8Array, { start, end }: Finding): boolean {
  return marks[start] === 1 && marks[end - 1] === 1;
}
