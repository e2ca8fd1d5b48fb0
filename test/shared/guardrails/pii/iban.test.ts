import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

describe("an IBAN is found", () => {
  test.each([
    ["IBAN: DE89 3704 0044 0532 0130 00.", ["DE89 3704 0044 0532 0130 00"]],
    ["NL91ABNA0417164300 und AT611904300234573201", ["NL91ABNA0417164300", "AT611904300234573201"]],
    ["FR76 3000 6000 0112 3456 7890 189", ["FR76 3000 6000 0112 3456 7890 189"]],
    ["GB29 NWBK 6016 1331 9268 19 was flagged", ["GB29 NWBK 6016 1331 9268 19"]],
    ["AL47-2121-1009-0000-0002-3569-8741", ["AL47-2121-1009-0000-0002-3569-8741"]],
    ["mt84malt011000012345mtlcast001s", ["mt84malt011000012345mtlcast001s"]],
    ["ref AE12 NL91ABNA0417164300", ["NL91ABNA0417164300"]],
    ["转到DE89370400440532013000。", ["DE89370400440532013000"]],
  ])("in %j", (text, ibans) => {
    expect(showFindings(text, findPii(text))).toEqual(ibans.map((iban) => `iban ${iban}`));
  });
});

describe("nothing at all is found", () => {
  test.each([
    ["where a digit is wrong", "DE89 3704 0044 0532 0130 01"],
    ["where a digit is wrong, whatever it is called", "my bank account IBAN GB29 1WBK 6016 1331 9268 19"],
    ["where the country has no IBAN", "AB15 0120 6900 0000 3111 141"],
    ["where a character is missing", "CY17 0020 0128 0000 0012 0052 760"],
    ["where one is too many", "NL91ABNA04171643001"],
    ["where slashes part it", "AL47/2121/1009/0000/0002/3569/8741"],
    ["where capitals and small letters mix", "GB29nwbk60161331926819"],
  ])("%s: %j", (_why, text) => {
    expect(findPii(text)).toEqual([]);
  });
});

const accounts = fc.array(fc.nat(9), { minLength: 18, maxLength: 18 }).map((list) => list.join(""));

test("every German IBAN is found, and nothing where its check digits are others", () => {
  fc.assert(
    fc.property(accounts, fc.integer({ min: 1, max: 96 }), (account, change) => {
      // ISO 13616: D is 13, E is 14, and 00 stands for the check digits.
      const check = 98n - (BigInt(`${account}131400`) % 97n);
      const write = (digits: bigint): string => `DE${String(digits).padStart(2, "0")}${account}`;
      const wrong = ((check - 2n + BigInt(change)) % 97n) + 2n;
      expect(showFindings(write(check), findPii(write(check)))).toEqual([`iban ${write(check)}`]);
      expect(findPii(write(wrong))).toEqual([]);
    }),
  );
});
