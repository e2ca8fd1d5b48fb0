import { describe, expect, test } from "vitest";
import { refusalStatus } from "../../../shared/domain/refusal.ts";
import {
  answersBodySchema,
  continueBodySchema,
  decisionBodySchema,
  refusalCodeSchema,
  requirementsQuerySchema,
  runQuerySchema,
  startRunBodySchema,
} from "../../../shared/wire/api.ts";

test("the documented codes are the codes that the domain knows, in one order", () => {
  expect(refusalCodeSchema.options).toEqual(Object.keys(refusalStatus));
});

const digest = "a".repeat(64);

describe("bodies", () => {
  test.each<[string, unknown]>([
    ["an approval", { decision: "approve", digest }],
    [
      "an approval with a grant",
      { decision: "approve", digest, remember: { scope: "exact", expiresIn: "7d", uses: 3 } },
    ],
    ["a rejection that stops the run", { decision: "reject", digest, comment: "No.", stop: true }],
    ["an edit", { decision: "edit", digest, input: { amount: "1.00" } }],
    ["a response", { decision: "respond", digest, message: "Ask support." }],
  ])("%s is a decision", (_, body) => {
    expect(decisionBodySchema.safeParse(body).success).toBe(true);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["no decision", { digest }],
    ["an unknown decision", { decision: "maybe", digest }],
    ["an answer about a doubt", { decision: "happened", digest }],
    ["no digest", { decision: "approve" }],
    ["an approval that brings an input", { decision: "approve", digest, input: {} }],
    ["an approval that stops", { decision: "approve", digest, stop: true }],
    ["an edit without an input", { decision: "edit", digest }],
    ["a response without a message", { decision: "respond", digest }],
    ["a person", { decision: "approve", digest, by: "finance-1" }],
    ["a comment of 2,001 characters", { decision: "approve", digest, comment: "x".repeat(2_001) }],
  ])("%s is no decision", (_, body) => {
    expect(decisionBodySchema.safeParse(body).success).toBe(false);
  });

  test.each<[string, unknown, boolean]>([
    ["a task", { input: "Refund order 1042" }, true],
    ["a task of 100,000 characters", { input: "x".repeat(100_000) }, true],
    ["a task of 100,001 characters", { input: "x".repeat(100_001) }, false],
    ["an empty task", { input: "" }, false],
    ["metadata", { input: "x", metadata: { ticket: "T-1" } }, true],
    ["metadata that is no text", { input: "x", metadata: { ticket: 1 } }, false],
    [
      "21 pairs",
      { input: "x", metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, ""])) },
      false,
    ],
    ["an asker", { input: "x", asker: "finance-1" }, false],
  ])("%s starts a run: %o -> %o", (_, body, isGood) => {
    expect(startRunBodySchema.safeParse(body).success).toBe(isGood);
  });

  test("only the three outcomes settle a doubt", () => {
    expect(answersBodySchema.safeParse({ digest, answers: { outcome: "happened" } }).success).toBe(true);
    expect(answersBodySchema.safeParse({ digest, answers: { outcome: "approve" } }).success).toBe(false);
    expect(
      answersBodySchema.safeParse({ digest, answers: { outcome: "happened", amount: "1" } }).success,
    ).toBe(false);
  });

  test("an envelope holds 1 to 50 entries, whatever else they say", () => {
    const entries = (count: number) => ({
      requirements: Array.from({ length: count }, () => ({ id: "req_1", what: 1 })),
    });
    expect([0, 1, 50, 51].map((count) => continueBodySchema.safeParse(entries(count)).success)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(continueBodySchema.safeParse({ requirements: [{ decision: "approve" }] }).success).toBe(false);
  });
});

describe("queries", () => {
  test.each([
    ["0", true],
    ["9", true],
    ["20", true],
    ["21", false],
    ["-1", false],
    ["1.5", false],
    ["1e1", false],
    ["", false],
    [" 5", false],
    ["05", false],
  ])("wait=%s is readable: %o", (wait, isGood) => {
    expect(runQuerySchema.safeParse({ wait }).success).toBe(isGood);
  });

  test.each([
    ["1", true],
    ["50", true],
    ["200", true],
    ["201", false],
    ["0", false],
    ["-5", false],
    ["1000", false],
    ["ten", false],
  ])("limit=%s is readable: %o", (limit, isGood) => {
    expect(requirementsQuerySchema.safeParse({ limit }).success).toBe(isGood);
  });
});
