import { describe, expect, test } from "vitest";

import { encodeHex } from "../../../shared/ledger/hex.ts";
import { hashEmptyTree, hashLeaf, hashNode } from "../../../shared/ledger/merkle-hash.ts";
import { hashBytes } from "./host-crypto.ts";

// The literals of transparency-dev/merkle, rfc6962/rfc6962_test.go.
describe("the hashes of RFC 6962 section 2.1", () => {
  test("the empty tree is SHA-256 of nothing", () => {
    expect(encodeHex(hashEmptyTree(hashBytes))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
  });

  test("an empty entry is not an empty tree", () => {
    expect(encodeHex(hashLeaf(new Uint8Array(), hashBytes))).toBe(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    );
  });

  test("an entry is hashed behind a 0 byte", () => {
    expect(encodeHex(hashLeaf(Buffer.from("L123456"), hashBytes))).toBe(
      "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56",
    );
  });

  test("a node is hashed behind a 1 byte", () => {
    expect(encodeHex(hashNode(Buffer.from("N123"), Buffer.from("N456"), hashBytes))).toBe(
      "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb",
    );
  });
});
