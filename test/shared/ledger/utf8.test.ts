import { describe, expect, test } from "vitest";

import { decodeUtf8, encodeUtf8 } from "../../../shared/ledger/utf8.ts";

describe("utf8", () => {
  test.for(["", "plain", "è \u2014 \u{1f511}", "\ufeffwith a byte order mark"])(
    "%j comes back as it was",
    (text) => {
      expect(decodeUtf8(encodeUtf8(text))).toBe(text);
    },
  );

  test.for([
    ["a lone continuation byte", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["half a surrogate pair", [0xed, 0xa0, 0x80]],
    ["a letter cut off", [0xe2, 0x80]],
    ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
  ] as const)("%s is refused", ([, bytes]) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  });
});
