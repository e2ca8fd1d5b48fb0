import { describe, expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

describe("a number that only words make telling is found", () => {
  test.each([
    ["passport no. 533380006", "passport 533380006"],
    ["Reisepassnummer: C01X00T47", "passport C01X00T47"],
    ["su pasaporte es AAA123456", "passport AAA123456"],
    ["護照 A12345678", "passport A12345678"],
    ["my passport number is EP-564912.", "passport EP-564912"],
    ["driver's license number: D1234567", "driving-licence D1234567"],
    ["driver’s license Y820-9283-4432", "driving-licence Y820-9283-4432"],
    ["Führerscheinnummer B072RRE2I55", "driving-licence B072RRE2I55"],
    ["routing number 021000021", "bank-account 021000021"],
    ["account number is 000123456789", "bank-account 000123456789"],
    ['{"accountNumber":"1234567890"}', "bank-account 1234567890"],
    ["SWIFT/BIC: DEUTDEFF500", "bank-account DEUTDEFF500"],
    ["BLZ 37040044", "bank-account 37040044"],
    ["sort code 20-00-00", "bank-account 20-00-00"],
    ["IFSC HDFC0001234", "bank-account HDFC0001234"],
    ["employee ID EMP-00421", "id-number EMP-00421"],
    ["patient MRN: 00123456", "id-number 00123456"],
    ["policy number: POL123456789", "id-number POL123456789"],
    ["Kundennummer: 4711-0815", "id-number 4711-0815"],
    ["Driver's license: ABSU.704129.9.517", "driving-licence ABSU.704129.9.517"],
    ["ID card LQ27403YB", "id-number LQ27403YB"],
    ["P.IVA 12345670785", "id-number 12345670785"],
    ["1 payment to BIC COBADEFFXXX", "bank-account COBADEFFXXX"],
    ["customer_id=84512377", "id-number 84512377"],
  ])("in %j", (text, finding) => {
    expect(showFindings(text, findPii(text))).toEqual([finding]);
  });
});

describe("nothing is found", () => {
  test.each([
    "The passport to success: 2024 edition",
    "MIT license 2.0, section 14.35",
    "My account was created in 2019 and has 1000000 points",
    "student number 5 of 30",
    "product code 12345678",
    "customer 84512377 times",
    "the tax year 2023",
  ])("in %j", (text) => {
    expect(findPii(text)).toEqual([]);
  });
});
