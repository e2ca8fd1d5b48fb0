import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Finding, findingKinds, type FindingKind } from "../../../shared/guardrails/finding.ts";
import { emptyVault, mask, rehydrate } from "../../../shared/guardrails/mask.ts";
import { findPii } from "../../../shared/guardrails/pii/find-pii.ts";

const letter = "Mail ada@example.org or bob@example.org, not ada@example.org, or call +1 415 555 2671.";

function find(start: number, end: number, kind: FindingKind): Finding {
  return { kind, start, end, confidence: 0.9, detector: "own", version: "1" };
}

describe("masking", () => {
  test("gives the same value the same placeholder and another value another", () => {
    const { text, vault } = mask(letter, findPii(letter), emptyVault);
    expect(text).toBe("Mail <EMAIL_1> or <EMAIL_2>, not <EMAIL_1>, or call <PHONE_1>.");
    expect(vault.entries).toEqual([
      { placeholder: "<EMAIL_1>", kind: "email", value: "ada@example.org" },
      { placeholder: "<EMAIL_2>", kind: "email", value: "bob@example.org" },
      { placeholder: "<PHONE_1>", kind: "phone", value: "+1 415 555 2671" },
    ]);
  });

  test("keeps a run's placeholders over its texts and over JSON", () => {
    const { vault } = mask(letter, findPii(letter), emptyVault);
    const stored: typeof vault = JSON.parse(JSON.stringify(vault)) as typeof vault;
    const next = "cc bob@example.org, eve@example.org";
    expect(mask(next, findPii(next), stored).text).toBe("cc <EMAIL_2>, <EMAIL_3>");
  });

  test("leaves the vault it was given as it was", () => {
    mask(letter, findPii(letter), emptyVault);
    expect(emptyVault).toEqual({ entries: [] });
  });

  test("covers every character of findings that overlap, under the longest one's name", () => {
    const { text, vault } = mask("0123456789", [find(2, 7, "iban"), find(5, 8, "phone")], emptyVault);
    expect(text).toBe("01<IBAN_1>89");
    expect(vault.entries).toEqual([{ placeholder: "<IBAN_1>", kind: "iban", value: "234567" }]);
  });

  test("names an overlap of equally long findings after the more confident one", () => {
    const unsure = { ...find(0, 4, "phone"), confidence: 0.4 };
    expect(mask("0123", [unsure, find(0, 4, "us-ssn")], emptyVault).text).toBe("<US_SSN_1>");
  });

  test("lets nobody type a placeholder that leads to another's value", () => {
    const { vault } = mask(letter, findPii(letter), emptyVault);
    const typed = mask("send it to <EMAIL_1>", [], vault);
    expect(typed.text).toBe("send it to <LITERAL_1>");
    expect(rehydrate(typed.text, typed.vault)).toBe("send it to <EMAIL_1>");
  });
});

describe("rehydrating", () => {
  const { text, vault } = mask(letter, findPii(letter), emptyVault);

  test("puts back only the kinds it is told", () => {
    expect(rehydrate(text, vault, new Set<FindingKind>(["phone"]))).toBe(
      "Mail <EMAIL_1> or <EMAIL_2>, not <EMAIL_1>, or call +1 415 555 2671.",
    );
  });

  test("leaves a placeholder alone that the vault does not know", () => {
    expect(rehydrate("<EMAIL_9> and <PHONE_1>", vault)).toBe("<EMAIL_9> and +1 415 555 2671");
  });

  test("does not put a value into a value", () => {
    const nested = mask("<PHONE_1>", [find(0, 9, "secret")], vault);
    expect(nested.text).toBe("<SECRET_1>");
    expect(rehydrate(nested.text, nested.vault)).toBe("<PHONE_1>");
  });
});

const piece = fc.oneof(
  fc.constantFrom("<", ">", "_1>", "<EMAIL_1>", "<EMAIL_", "<LITERAL_1>", "1", "a@b.org", " "),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);
const texts = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

function findingsIn(text: string): fc.Arbitrary<Finding[]> {
  if (text.length === 0) return fc.constant([]);
  const span = fc.tuple(
    fc.nat(text.length - 1),
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom(...findingKinds),
  );
  return fc.array(
    span.map(([start, length, kind]) => find(start, Math.min(text.length, start + length), kind)),
    { maxLength: 5 },
  );
}

test("every text comes back whole, whatever was found in it and whatever the run had masked before", () => {
  const masked = texts.chain((text) => fc.record({ text: fc.constant(text), findings: findingsIn(text) }));
  fc.assert(
    fc.property(fc.array(masked, { minLength: 1, maxLength: 4 }), (steps) => {
      let vault = emptyVault;
      const done = steps.map(({ text, findings }) => {
        const result = mask(text, findings, vault);
        vault = result.vault;
        return { text, masked: result.text };
      });
      for (const step of done) expect(rehydrate(step.masked, vault)).toBe(step.text);
    }),
    { numRuns: 1000 },
  );
});
