/** The value of one digit of a text of digits. */
export function digitAt(digits: string, index: number): number {
  return digits.charCodeAt(index) - 48;
}

/** ISO/IEC 7812-1, annex B: payment cards, IMEI and many national ids. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digitAt(digits, digits.length - 1 - index);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** The sum of digit times weight over the weights. */
export function weigh(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * digitAt(digits, index), 0);
}

/** The remainder of a decimal number of any length. */
export function remainder(digits: string, divisor: number): number {
  let rest = 0;
  for (let index = 0; index < digits.length; index++) rest = (rest * 10 + digitAt(digits, index)) % divisor;
  return rest;
}

/** ISO/IEC 7064 MOD 11,10: German tax ids, Croatian OIB. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index++) {
    const sum = (digitAt(digits, index) + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digitAt(digits, digits.length - 1);
}

const dihedral =
  "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210";
const permutation = "01234567891576283094580379614289160435279453126870428657390127938064157046913258";

/** Verhoeff's check digit: Aadhaar. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digitAt(digits, digits.length - 1 - index);
    check = digitAt(dihedral, check * 10 + digitAt(permutation, (index % 8) * 10 + digit));
  }
  return check === 0;
}

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether two digits of a month and two of a day can be a date of some year. */
export function isMonthAndDay(month: string, day: string): boolean {
  const days = daysOfMonth[Number(month) - 1];
  return days !== undefined && Number(day) >= 1 && Number(day) <= days;
}

/** Whether a text holds year, month and day, two digits each, at an offset. */
export function hasDateAt(digits: string, offset: number): boolean {
  return isMonthAndDay(digits.slice(offset + 2, offset + 4), digits.slice(offset + 4, offset + 6));
}

/** Whether a text begins with day and month, two digits each. */
export function beginsWithDay(digits: string): boolean {
  return isMonthAndDay(digits.slice(2, 4), digits.slice(0, 2));
}
