import { expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

test.each([
  ["(see https://example.com/a?b=c).", "https://example.com/a?b=c"],
  ["https://en.wikipedia.org/wiki/Pi_(letter)", "https://en.wikipedia.org/wiki/Pi_(letter)"],
  ["www.example.com/path, please", "www.example.com/path"],
  ["ftp://files.example.org/x", "ftp://files.example.org/x"],
  ["http://203.0.113.7:8080/x", "http://203.0.113.7:8080/x"],
  ["https://example.org/?mail=ada@example.org", "https://example.org/?mail=ada@example.org"],
])("%j has the address %j", (text, address) => {
  expect(showFindings(text, findPii(text))).toEqual([`url ${address}`]);
});

test.each(["http://localhost:3000", "node.js and file.txt", "http://intranet", "www.", "https://"])(
  "%j has no address",
  (text) => {
    expect(findPii(text)).toEqual([]);
  },
);
