import { describe, expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

describe("a number of letters and digits is found", () => {
  test.each([
    ["AB 12 34 56 C", "AB 12 34 56 C"],
    ["NINO AB123456C", "AB123456C"],
    ["DNI 12345678Z", "12345678Z"],
    ["NIE X1234567L", "X1234567L"],
    ["RSSMRA85T10A562S", "RSSMRA85T10A562S"],
    ["S1234567D", "S1234567D"],
    ["1EG4-TE5-MK73", "1EG4-TE5-MK73"],
    ["ABCPE1234F", "ABCPE1234F"],
    ["GODE561231HDFRRN09", "GODE561231HDFRRN09"],
    ["131052-308T", "131052-308T"],
    ["1234567FA", "1234567FA"],
    ["1HGBH41JXMN109186", "1HGBH41JXMN109186"],
    ["身份证号11010519491231002X", "11010519491231002X"],
    ["A123456789 in Taipei", "A123456789"],
    ["HKID A123456(3)", "A123456(3)"],
  ])("in %j", (text, number) => {
    expect(showFindings(text, findPii(text))).toEqual([`id-number ${number}`]);
  });
});

test.each([
  ["a wrong check letter", "about 12345678A of them"],
  ["a wrong check digit", "in RSSMRA85T10A562T there"],
  ["a name in code", "user_AB123456C_id"],
  ["a product", "RTX-4090 24GB and ABC-1234"],
  ["a commit", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
])("%s is none: %j", (_what, text) => {
  expect(findPii(text)).toEqual([]);
});
