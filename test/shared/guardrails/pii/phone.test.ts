import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

describe("a phone number is found", () => {
  test.each([
    ["Rufen Sie an: 030 901820 oder 0171 1234567", ["030 901820", "0171 1234567"]],
    ["Tel. +49 (0)30 901820-14", ["+49 (0)30 901820-14"]],
    ["Appelez-moi au 06 12 34 56 78", ["06 12 34 56 78"]],
    ["Llámame al 612 34 56 78", ["612 34 56 78"]],
    ["telefono: 333 1234567", ["333 1234567"]],
    ["тел. 8 (495) 123-45-67", ["8 (495) 123-45-67"]],
    ["WhatsApp +55 11 91234-5678", ["+55 11 91234-5678"]],
    ["電話番号は03-1234-5678です", ["03-1234-5678"]],
    ["我的手机号是13812345678，谢谢", ["13812345678"]],
    ["전화번호 010-1234-5678", ["010-1234-5678"]],
    ["Call (415) 555-2671 x203", ["(415) 555-2671 x203"]],
    ["1-800-555-0199 is free", ["1-800-555-0199"]],
    ["tel:+1-201-555-0123", ["+1-201-555-0123"]],
    ["Mobil: 0176/12345678", ["0176/12345678"]],
    ['{"phone_number": "0612345678"}', ["0612345678"]],
    ["phoneNumber: '0612345678'", ["0612345678"]],
    ["my cell: 555-0123", ["555-0123"]],
    ["0044 20 7946 0958", ["0044 20 7946 0958"]],
    ["ring 020\u00a07946\u00a00958", ["020\u00a07946\u00a00958"]],
    ["Courier (Phone: 138****5678)", ["138****5678"]],
  ])("in %j", (text, numbers) => {
    expect(showFindings(text, findPii(text))).toEqual(numbers.map((number) => `phone ${number}`));
  });
});

describe("no phone number is seen", () => {
  test.each([
    "In 2019-2020 there were 1234 5678 items",
    "call foo(1000000, 2000000)",
    "The call takes 1500000 ms",
    "on 2024-01-15 12:30:45",
    "15/03/2024 and 03-15-2024",
    "The years 1998 - 2004",
    "version 10.20.3040 of 5",
    "ISBN 978-3-16-148410-0",
    "ISBN 0-306-40615-2",
    "ticket number 123456",
    "timestamp 1700000000000",
    "$1,234,567.89 and €12.345,67",
    "coordinates 40.712776, -74.005974",
    "UUID 123e4567-e89b-12d3-a456-426614174000",
    "call 911 now",
    "100 200 300 400",
    "fibonacci 1 1 2 3 5 8 13 21 34 55 89 144",
  ])("in %j", (text) => {
    expect(findPii(text)).toEqual([]);
  });
});

test("a number with its country's code is found whole, however it is grouped", () => {
  const groups = fc.array(fc.integer({ min: 10, max: 9999 }).map(String), { minLength: 3, maxLength: 4 });
  const numbers = fc
    .tuple(fc.constantFrom("+1", "+44", "+49", "+81", "+966", "+598"), groups, fc.constantFrom(" ", "-", "."))
    .map(([code, parts, separator]) => [code, ...parts].join(separator))
    .filter((number) => number.replace(/\D/g, "").length <= 15);
  fc.assert(
    fc.property(numbers, (number) => {
      expect(showFindings(`reach us at ${number}.`, findPii(`reach us at ${number}.`))).toEqual([
        `phone ${number}`,
      ]);
    }),
  );
});
