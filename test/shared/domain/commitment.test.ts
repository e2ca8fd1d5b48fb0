import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  commitmentOf,
  type Committing,
  commitTo,
  digestSaltOf,
  saltOf,
} from "../../../shared/domain/commitment.ts";
import { encodeHex } from "../../../shared/ledger/hex.ts";
import { committingOf } from "../../../shared/records/vault-records.ts";
import { hmac, sha256 } from "../../builders/sha256.ts";

// The literals were computed with OpenSSL and sha256sum, as docs/verify.md does it.

const committing: Committing = { key: Uint8Array.from({ length: 32 }, (_, place) => place), hmac, sha256 };
const input = { orderId: "1042", amount: "250.00" };
const entryId = "requested|req_1|v1";
const salt = "4a88054fc8019d2af765f18fd4a368cf15bbab885d588f6639aea82e1e6ae22d";
const inputCommitment = "ca3ccdc06ffbdbd8f41fb4c8b0b43537d672c5d75c46413b5be6b19563a3c9d4";

describe("a commitment", () => {
  test("has the salt that HMAC-SHA256 makes of the run's key, the entry and the name", () => {
    expect(encodeHex(saltOf(committing, entryId, "input"))).toBe(salt);
  });

  test("is SHA-256 over the salt and the value's canonical JSON", () => {
    expect(commitTo(committing, entryId, { input })).toEqual({ commitments: { input: inputCommitment } });
    expect(commitTo(committing, "vote|req_1|v1|s1|fay", { comment: "€250 back" })).toEqual({
      commitments: { comment: "28987eae1e0ea8bde4d46777e9ccc3add0b99f068b8334ef02e5605ad6218d95" },
    });
  });

  test("is the same when the write is repeated, whatever the order of the value's keys", () => {
    const again = { amount: "250.00", orderId: "1042" };
    expect(commitTo(committing, entryId, { input: again })).toEqual(commitTo(committing, entryId, { input }));
  });

  test("of equal values differs from entry to entry, from name to name and from run to run", () => {
    const value = "yes";
    const all = [
      commitTo(committing, "a", { comment: value }).commitments?.comment,
      commitTo(committing, "b", { comment: value }).commitments?.comment,
      commitTo(committing, "a", { result: value }).commitments?.result,
      commitTo({ ...committing, key: new Uint8Array(32) }, "a", { comment: value }).commitments?.comment,
    ];
    expect(new Set(all).size).toBe(4);
  });

  test("does not open with another salt or another value", () => {
    const right = saltOf(committing, entryId, "input");
    expect(commitmentOf(right, input, sha256)).toBe(inputCommitment);
    expect(commitmentOf(right.with(0, 1), input, sha256)).not.toBe(inputCommitment);
    expect(commitmentOf(right, { ...input, amount: "250.01" }, sha256)).not.toBe(inputCommitment);
  });

  test("opens with no other value (property)", () => {
    const right = saltOf(committing, entryId, "input");
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(commitmentOf(right, [text], sha256)).not.toBe(inputCommitment);
      }),
    );
  });

  test("is left out for what has no canonical JSON, and for a run without a key", () => {
    expect(commitTo(committing, entryId, { result: "\ud800" })).toEqual({});
    expect(commitTo(committing, entryId, {})).toEqual({});
    expect(commitTo(undefined, entryId, { input })).toEqual({});
  });

  test("cannot be made or opened with an erased key, or without one", () => {
    const crypto = { hmac, sha256 };
    expect(committingOf({ v: 1, status: "erased", at: 1 as never }, crypto)).toBeUndefined();
    expect(committingOf(undefined, crypto)).toBeUndefined();
    expect(committingOf({ v: 1, status: "kept", key: "00".repeat(32) }, crypto)?.key).toEqual(
      new Uint8Array(32),
    );
  });
});

test("the digest's salt follows from the run's key, the requirement and its version", () => {
  expect(digestSaltOf(committing, "req_1", 1)).toBe(
    "78851aab417e9e58d2f5f9397ba8c1bfef29c28871c7f9b9d9bc9e97262760ff",
  );
  expect(digestSaltOf(committing, "req_1", 2)).not.toBe(digestSaltOf(committing, "req_1", 1));
});
