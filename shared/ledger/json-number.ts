/**
 * Whether canonical JSON may carry the number: finite, and, if an integer, within ±(2^53 - 1), where neighbours are
 * still distinct (RFC 7493 section 2.2, which RFC 8785 builds on).
 */
export function isSafeNumber(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/**
 * Whether `value`, printed as ECMAScript does, is the same decimal number as the JSON number `literal` it was read from.
 *
 * `0.1` is kept although no double equals it, because it prints as `0.1` again; a literal with more digits than a double
 * tells apart is not kept, because people would be shown another number than was sent.
 */
export function keepsDecimalValue(literal: string, value: number): boolean {
  const printed = String(value);
  // Rounding to a double never moves a number by a factor of ten, so equal digits mean equal numbers.
  return literal === printed || significantDigits(literal) === significantDigits(printed);
}

/** The digits between the first and the last that are not zero; "" for zero. */
function significantDigits(literal: string): string {
  const [mantissa = ""] = literal.split(/e/i);
  const digits = mantissa.replace("-", "").replace(".", "");
  // Loops, because a pattern like /0+$/ takes quadratic time on a megabyte of zeros.
  let start = 0;
  while (digits[start] === "0") start += 1;
  let end = digits.length;
  while (end > start && digits[end - 1] === "0") end -= 1;
  return digits.slice(start, end);
}
