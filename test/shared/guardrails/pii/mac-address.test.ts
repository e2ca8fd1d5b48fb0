import { expect, test } from "vitest";
import { findPii } from "../../../../shared/guardrails/pii/find-pii.ts";
import { showFindings } from "../show-findings.ts";

test.each([
  ["MAC 00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"],
  ["00-1a-2b-3c-4d-5e up", "00-1a-2b-3c-4d-5e"],
  ["001A.2B3C.4D5E", "001A.2B3C.4D5E"],
])("%j has %j", (text, address) => {
  expect(showFindings(text, findPii(text))).toEqual([`mac-address ${address}`]);
});

test.each([
  "00:1A:2B:3C:4D",
  "10:2F:33-AC-29-C3",
  "FF:FF:FF:FF:FF:FF names nobody, 1 of 2",
  "00:1A:2B:3C:4D:5E:6F:70 0",
])("%j has none", (text) => {
  expect(findPii(text).filter(({ kind }) => kind === "mac-address")).toEqual([]);
});
