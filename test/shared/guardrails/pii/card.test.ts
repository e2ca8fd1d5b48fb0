import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

describe("a card is found", () => {
  test.each([
    ["4111 1111 1111 1111 exp 12/27", "4111 1111 1111 1111"],
    ["Amex 3782 822463 10005", "3782 822463 10005"],
    ["378282246310005", "378282246310005"],
    ["6011-0009-9013-9424", "6011-0009-9013-9424"],
    ["30569309025904", "30569309025904"],
    ["card 503867297114", "503867297114"],
    ["20 4111 1111 1111 1111", "4111 1111 1111 1111"],
  ])("in %j", (text, card) => {
    expect(showFindings(text, findPii(text))).toEqual([`credit-card ${card}`]);
  });

  test("for each of two side by side", () => {
    const text = "4111 1111 1111 1111 5555 5555 5555 4444";
    expect(showFindings(text, findPii(text))).toEqual([
      "credit-card 4111 1111 1111 1111",
      "credit-card 5555 5555 5555 4444",
    ]);
  });
});

test.each([
  "my card number is 4111-1111-1111-1112",
  "credit card 1234 5678 9012 3456",
  "order 4503599627370496 shipped",
  "0000 0000 0000 0000",
])("%j has no card", (text) => {
  expect(findPii(text)).toEqual([]);
});

/** Computes the check digit by ISO/IEC 7812-1 annex B, from the left of a number of odd length. */
function appendCheckDigit(digits: string): string {
  const sum = Array.from(digits, (digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return value > 9 ? value - 9 : value;
  }).reduce((total, value) => total + value, 0);
  return digits + String((10 - (sum % 10)) % 10);
}

const digits = fc.array(fc.nat(9), { minLength: 12, maxLength: 12 }).map((list) => list.join(""));
const cards = fc
  .tuple(fc.constantFrom("411", "510", "545"), digits)
  .map(([head, tail]) => appendCheckDigit(head + tail));

test("every card of 16 digits is found, and none whose check digit is wrong", () => {
  fc.assert(
    fc.property(
      cards,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom("", " ", "-"),
      (card, change, separator) => {
        const write = (number: string): string => (number.match(/\d{4}/g) ?? []).join(separator);
        const wrong = card.slice(0, 15) + String((Number(card[15]) + change) % 10);
        expect(showFindings(write(card), findPii(write(card)))).toEqual([`credit-card ${write(card)}`]);
        expect(findPii(`my card is ${write(wrong)}`).filter(({ kind }) => kind === "credit-card")).toEqual(
          [],
        );
      },
    ),
  );
});
