import { describe, expect, test } from "vitest";

import { computeSha256 } from "../../../shared/ledger/compute-sha256.ts";
import { hashBytes } from "./host-crypto.ts";

// The examples of FIPS 180-4's predecessor, FIPS 180-2 appendix B, and the empty message.
const VECTORS = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
] as const;

describe("computeSha256", () => {
  test.for(VECTORS)("of %j is the published digest", ([text, digest]) => {
    expect(Buffer.from(computeSha256(Buffer.from(text))).toString("hex")).toBe(digest);
  });

  test("agrees with the platform for every length up to 300 bytes", () => {
    for (let length = 0; length <= 300; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) % 256);
      expect(Buffer.from(computeSha256(bytes))).toEqual(hashBytes(bytes));
    }
  });
});
