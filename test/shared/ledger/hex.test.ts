import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeHex, encodeHex } from "../../../shared/ledger/hex.ts";

describe("hex", () => {
  test("any bytes are written as the platform writes them, and read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(decodeHex(encodeHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test.for(["a", "0g", "AB", "0x10", "00 ", "00\n"])("%j is refused", (text) => {
    expect(decodeHex(text)).toBeUndefined();
  });
});
