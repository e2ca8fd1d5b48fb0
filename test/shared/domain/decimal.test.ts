import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  addAmounts,
  type Amount,
  amountSchema,
  compareAmounts,
  parseAmount,
} from "../../../shared/domain/decimal.ts";

const amount = (text: string): Amount => amountSchema.parse(text);
const anyCents = fc.oneof(
  fc.bigInt({ min: 0n, max: 99_999_999_999_999n }),
  fc.bigInt({ min: 0n, max: 200n }),
);

function sumOf(left: string, right: string): string {
  const sum = addAmounts(amount(left), amount(right));
  return sum.ok ? sum.amount : sum.reason;
}

/** Prints cents another way than the code under test: by division. */
function printed(cents: bigint): string {
  return `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}

describe("parseAmount", () => {
  test.each([
    ["0.00", 0n],
    ["0.05", 5n],
    ["0.50", 50n],
    ["1.00", 100n],
    ["250.00", 25_000n],
    ["999999999999.99", 99_999_999_999_999n],
  ])("%s is %i hundredths", (text, cents) => {
    expect(parseAmount(text)).toEqual({ ok: true, amount: text, cents });
  });

  test.each([
    "",
    "1000",
    "1.0",
    "1.000",
    "1.",
    ".50",
    "1e3",
    "1.00e3",
    "-1.00",
    "+1.00",
    "1,000.00",
    "1,00",
    "01.00",
    "00.00",
    " 1.00",
    "1.00 ",
    "1.00\n",
    "1000000000000.00",
    "１.00",
    "1.٠٠",
    "0x1.00",
    "NaN",
    "Infinity",
    "1_000.00",
  ])("%j is refused", (text) => {
    expect(parseAmount(text)).toEqual({
      ok: false,
      reason: "not_an_amount",
      message: 'An amount has at most 12 digits, a point and two digits; write it like "250.00".',
    });
  });
});

describe("compareAmounts", () => {
  test.each([
    ["999.99", "1000.00", -1],
    ["1000.00", "1000.00", 0],
    ["1000.01", "1000.00", 1],
    ["9.00", "10.00", -1],
    ["0.10", "0.09", 1],
  ])("%s against %s is %i", (left, right, expected) => {
    expect(compareAmounts(amount(left), amount(right))).toBe(expected);
  });

  test("orders as the whole hundredths do", () => {
    fc.assert(
      fc.property(anyCents, anyCents, (left, right) => {
        const expected = left === right ? 0 : left < right ? -1 : 1;
        expect(compareAmounts(amount(printed(left)), amount(printed(right)))).toBe(expected);
      }),
    );
  });
});

describe("addAmounts", () => {
  test.each([
    ["0.00", "0.00", "0.00"],
    ["0.01", "0.04", "0.05"],
    ["0.10", "0.20", "0.30"],
    ["999.99", "0.01", "1000.00"],
    ["999999999999.98", "0.01", "999999999999.99"],
    ["999999999999.99", "0.01", "amount_too_large"],
  ])("%s and %s give %s", (left, right, expected) => {
    expect(sumOf(left, right)).toBe(expected);
  });

  test("adds exactly, or refuses past 12 digits", () => {
    fc.assert(
      fc.property(anyCents, anyCents, (left, right) => {
        const sum = left + right;
        const expected = sum > 99_999_999_999_999n ? "amount_too_large" : printed(sum);
        expect(sumOf(printed(left), printed(right))).toBe(expected);
      }),
    );
  });
});
