import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { type Action, actionDigest, inputDigest } from "../../../shared/domain/digest.ts";
import {
  agentNameSchema,
  requirementIdSchema,
  runIdSchema,
  sha256HexSchema,
  tenantSchema,
  toolNameSchema,
} from "../../../shared/domain/ids.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const REFUND = { orderId: "1042", amount: "250.00", currency: "EUR", reason: "parcel lost, €250 back" };

function refundAction(change: Partial<Action> = {}): Action {
  return {
    v: 1,
    tenant: tenantSchema.parse("default"),
    run: runIdSchema.parse("run_01m81j18g0041061050r3gg28a"),
    requirement: requirementIdSchema.parse("req_01m81j18g0041061050r3gg28a_0_1_1"),
    version: 1,
    agent: agentNameSchema.parse("support"),
    tool: toolNameSchema.parse("issue_refund"),
    toolVersion: "1",
    input: REFUND,
    previewHash: null,
    facts: { salt: "78851aab417e9e58d2f5f9397ba8c1bfef29c28871c7f9b9d9bc9e97262760ff" },
    policyHash: sha256HexSchema.parse("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ...change,
  };
}

function digestOf(action: Action): string {
  const result = actionDigest(action, sha256);
  return result.ok ? result.digest : `<${result.reason}>`;
}

// Both computed with Python's hashlib over the canonical texts of docs/digest.md, written by hand.
const INPUT_DIGEST = "12e1e5922c6b8bb46fea6a28c1e9f79fa719d22dc133998865fb1f0f5ec8a9ad";
const ACTION_DIGEST = "b06208adf0a7ceb2e25998ca1f44f119a5feefa12d48b87912e4caf20ae997dc";

describe("inputDigest", () => {
  const tool = toolNameSchema.parse("issue_refund");

  test("is the published vector", () => {
    expect(inputDigest({ tool, input: REFUND }, sha256)).toEqual({ ok: true, digest: INPUT_DIGEST });
  });

  test("is another for another tool with the same input", () => {
    const other = inputDigest({ tool: toolNameSchema.parse("issue_refunds"), input: REFUND }, sha256);
    expect(other).toMatchObject({ ok: true });
    expect(other).not.toMatchObject({ digest: INPUT_DIGEST });
  });

  test("an input without a canonical form is refused", () => {
    expect(inputDigest({ tool, input: { amount: 1e21 } }, sha256)).toMatchObject({
      ok: false,
      reason: "unsafe_number",
    });
  });
});

describe("actionDigest", () => {
  test("is the published vector", () => {
    expect(digestOf(refundAction())).toBe(ACTION_DIGEST);
  });

  test("does not depend on the order of the fields or of the input's keys", () => {
    const reversed = refundAction({ input: Object.fromEntries(Object.entries(REFUND).toReversed()) });
    const { v, ...rest } = reversed;
    expect(digestOf({ ...rest, v })).toBe(ACTION_DIGEST);
  });

  test("is another when any one of the twelve fields is another", () => {
    const otherHash = sha256HexSchema.parse("0".repeat(64));
    const changed: Action[] = [
      refundAction({ tenant: tenantSchema.parse("acme") }),
      refundAction({ run: runIdSchema.parse("run_01m81j18g0041061050r3gg28b") }),
      refundAction({ requirement: requirementIdSchema.parse("req_01m81j18g0041061050r3gg28a_0_1_2") }),
      refundAction({ version: 2 }),
      refundAction({ agent: agentNameSchema.parse("billing") }),
      refundAction({ tool: toolNameSchema.parse("send_email") }),
      refundAction({ toolVersion: "2" }),
      refundAction({ input: { ...REFUND, amount: "250.01" } }),
      refundAction({ previewHash: otherHash }),
      refundAction({ facts: null }),
      refundAction({ policyHash: otherHash }),
      Object.assign(refundAction(), { v: 2 }),
    ];
    const digests = changed.map(digestOf);
    expect(digests).toHaveLength(12);
    expect(new Set([ACTION_DIGEST, ...digests]).size).toBe(13);
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a property that is no field of an action is not covered", () => {
    expect(digestOf(Object.assign(refundAction(), { note: "x" }))).toBe(ACTION_DIGEST);
  });

  test("an action with a field missing is refused", () => {
    expect(digestOf(Object.assign(refundAction(), { facts: undefined }))).toBe("<not_json>");
  });

  test("a hash function that does not answer 64 lower-case hex digits throws", () => {
    expect(() => actionDigest(refundAction(), () => "ABC")).toThrow("invalid_format");
  });
});

describe("docs/digest.md", () => {
  const page = readFileSync(new URL("../../../docs/digest.md", import.meta.url), "utf8");
  const oneLiners = [...page.matchAll(/^printf %s '(?<text>[^']+)' \| sha256sum$/gm)];

  test("its one-liners hash to the digests that it shows", () => {
    const hashes = oneLiners.map(({ groups }) => sha256(new TextEncoder().encode(groups?.["text"])));
    expect(hashes).toEqual([INPUT_DIGEST, ACTION_DIGEST]);
    for (const hash of hashes) expect(page).toContain(`# ${hash}  -`);
  });
});
