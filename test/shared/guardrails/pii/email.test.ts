import { expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

test.each([
  ["a.b+c@sub.example.co.uk.", "a.b+c@sub.example.co.uk"],
  ["<foo@bar.com>", "foo@bar.com"],
  ["'ops@example.gov.in'", "ops@example.gov.in"],
  ["write to jürgen.müller@exämple.de, please", "jürgen.müller@exämple.de"],
  ["see ada@example.org.Then go", "ada@example.org"],
  ["ada [at] example [dot] org", "ada [at] example [dot] org"],
  ["ada(at)example.org", "ada(at)example.org"],
])("%j has the address %j", (text, address) => {
  expect(showFindings(text, findPii(text))).toEqual([`email ${address}`]);
});

test.each([
  "icon@2x.png",
  "npm i left-pad@1.3.0",
  "@mention and a@",
  "user@localhost",
  "3 @ 5.00 each",
  "look (at me)",
])("%j has no address", (text) => {
  expect(findPii(text)).toEqual([]);
});
