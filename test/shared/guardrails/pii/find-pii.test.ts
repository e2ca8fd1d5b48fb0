import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

describe("a text of several kinds", () => {
  test("gets each under its own name", () => {
    const text =
      "Matteo (matteo@example.com, +39 333 123 4567) sent SSN 134-77-9981, routing number 021000021, from 203.0.113.9.";
    expect(showFindings(text, findPii(text))).toEqual([
      "email matteo@example.com",
      "phone +39 333 123 4567",
      "us-ssn 134-77-9981",
      "bank-account 021000021",
      "ip-address 203.0.113.9",
    ]);
  });

  test("is read as its author wrote it, emoji and all: offsets are UTF-16", () => {
    const text = "👩‍👩‍👧 👋🏽 ada@example.org";
    expect(findPii(text)).toEqual([
      { kind: "email", start: 14, end: 29, confidence: 0.95, detector: "email", version: "1" },
    ]);
  });
});

const pieces = fc.oneof(
  fc.constantFrom(
    "4111 1111 1111 1111",
    "DE89370400440532013000",
    "+1 415 555 2671",
    "a@b.org",
    "phone ",
    "passport ",
    "::",
    "(",
    ")",
    "+",
    "-",
    ".",
    "/",
    "@",
    "www.",
    "https://",
    "0x",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "id number ",
    "12-34",
    "AB",
    "\u00a0",
    "电话",
    "_",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.nat(99_999).map(String),
);

test("findings name parts of the text, in order and apart, whatever the text", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const text = parts.join("");
      let last = 0;
      for (const { start, end, confidence } of findPii(text)) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
});

test("what is found does not depend on the text that was read before", () => {
  const text = "call 020 7946 0958, card 4111 1111 1111 1111, AB123456C";
  const first = findPii(text);
  findPii("www.example.org 1EG4-TE5-MK73 x203 +1 (415) 555-2671 x9");
  expect(findPii(text)).toEqual(first);
});
