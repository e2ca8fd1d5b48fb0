import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeBase64, encodeBase64 } from "../../../shared/ledger/base64.ts";

// RFC 4648 section 10.
const VECTORS = [
  ["", ""],
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
] as const;

describe("base64", () => {
  test.for(VECTORS)("%j is written %j, and read back", ([text, encoded]) => {
    expect(encodeBase64(Buffer.from(text))).toBe(encoded);
    expect(Buffer.from(decodeBase64(encoded) ?? []).toString()).toBe(text);
  });

  test("any bytes are written as the platform writes them, and read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  test.for([
    ["without padding", "Zg"],
    ["with too little padding", "Zg="],
    ["with too much padding", "Zg==="],
    ["nothing but padding", "===="],
    ["padding in the middle", "Zg==Zg=="],
    ["unused bits set behind one byte", "Zh=="],
    ["unused bits set behind two bytes", "Zm9="],
    ["the URL alphabet", "-_-_"],
    ["a space", "Zm9v "],
    ["a newline", "Zm9v\n"],
    ["a newline inside", "Zm\n9v"],
    ["a letter beyond ASCII", "Zm9\u00e9"],
    ["a letter that is a digit only without its high bits", "Zm9\u0141"],
  ] as const)("%s is refused", ([, text]) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  test("what is accepted is written again letter by letter, so no two texts mean the same bytes", () => {
    const digits = fc.string({
      unit: fc.constantFrom("A", "Q", "g", "w", "B", "h", "+", "/", "="),
      maxLength: 8,
    });
    let accepted = 0;
    fc.assert(
      fc.property(digits, (text) => {
        const bytes = decodeBase64(text);
        if (bytes === undefined) return;
        accepted += 1;
        expect(encodeBase64(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
