import { expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

test.each([
  ["219-09-9999", "219-09-9999"],
  ["SSN: 219099999", "219099999"],
  ["his social security number is 832-13-6314.", "832-13-6314"],
  ["abc 078 05 1123 abc", "078 05 1123"],
  ['{"ssn": "219099999"}', "219099999"],
])("%j has the number %j", (text, number) => {
  expect(showFindings(text, findPii(text))).toEqual([`us-ssn ${number}`]);
});

test.each([
  "000-12-3456",
  "666-12-3456",
  "ssn 123-00-4567",
  "123-45-0000",
  "see 219099999",
  "555-555-5555-1",
])("%j has none", (text) => {
  expect(findPii(text).filter(({ kind }) => kind === "us-ssn")).toEqual([]);
});

test("nine hundreds are a taxpayer number, no social security number", () => {
  expect(showFindings("912-70-1234", findPii("912-70-1234"))).toEqual(["id-number 912-70-1234"]);
});
