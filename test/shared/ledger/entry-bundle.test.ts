import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeBundle, encodeBundle } from "../../../shared/ledger/entry-bundle.ts";

function decodeHexBundle(hex: string, width: number) {
  return decodeBundle(Buffer.from(hex, "hex"), width);
}

describe("an entry bundle", () => {
  test("has each entry behind its length in two bytes, the high one first", () => {
    const long = Buffer.alloc(258, 0xaa);
    const bundle = Buffer.from(encodeBundle([Buffer.from("abc"), Buffer.alloc(0), long]));
    expect(bundle.subarray(0, 9).toString("hex")).toBe("000361626300000102");
    expect(bundle).toHaveLength(267);
  });

  test("is read back entry by entry", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
        expect(decodeBundle(encodeBundle(entries), entries.length)).toEqual({ ok: true, entries });
      }),
    );
  });

  test("carries an entry of 16,384 bytes and no longer one", () => {
    expect(decodeBundle(encodeBundle([new Uint8Array(16_384)]), 1)).toMatchObject({ ok: true });
    expect(() => encodeBundle([new Uint8Array(16_385)])).toThrow(RangeError);
    const long = Buffer.concat([Buffer.from("4001", "hex"), Buffer.alloc(16_385)]);
    expect(decodeBundle(long, 1)).toMatchObject({ ok: false, fault: "malformed" });
  });

  test.for([
    ["fewer entries than its width", "000161", 2, "The bundle has 1 entries instead of 2."],
    ["more entries than its width", "000161000162", 1, "The bundle goes on after its 1 entries."],
    ["a byte behind its entries", "00016100", 1, "The bundle goes on after its 1 entries."],
    ["half a length", "000161" + "00", 2, "The bundle ends within a length."],
    ["half an entry", "000261", 1, "The bundle ends within an entry."],
    ["nothing", "", 1, "The bundle has 0 entries instead of 1."],
  ] as const)("with %s is refused", ([, hex, width, why]) => {
    expect(decodeHexBundle(hex, width)).toEqual({ ok: false, fault: "malformed", why });
  });
});
