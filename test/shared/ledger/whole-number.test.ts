import { describe, expect, test } from "vitest";

import { isWholeNumber, parseWholeNumber } from "../../../shared/ledger/whole-number.ts";

describe("parseWholeNumber", () => {
  test.for([
    ["0", 0],
    ["7", 7],
    ["20852163", 20_852_163],
    ["4294967296", 4_294_967_296],
    ["9007199254740991", 9_007_199_254_740_991],
  ] as const)("%s is read", ([text, value]) => {
    expect(parseWholeNumber(text)).toBe(value);
  });

  test.for([
    "",
    "00",
    "07",
    "+7",
    "-7",
    "-0",
    " 7",
    "7 ",
    "7\n",
    "7.0",
    "7e1",
    "0x7",
    "7_0",
    "\u0667", // An Arabic seven.
    "9007199254740992",
    "9007199254740993",
    "99999999999999999999",
  ])("%j is refused", (text) => {
    expect(parseWholeNumber(text)).toBeUndefined();
  });
});

test.for([-1, 0.5, Number.NaN, Infinity, 2 ** 53])("%d is no size and no index", (value) => {
  expect(isWholeNumber(value)).toBe(false);
});
