import { describe, expect, test } from "vitest";
import {
  type Finding,
  findingKinds,
  labelKind,
  resolveOverlaps,
} from "../../../shared/guardrails/finding.ts";

function find(start: number, end: number, changes: Partial<Finding> = {}): Finding {
  return { kind: "phone", start, end, confidence: 0.5, detector: "own", version: "1", ...changes };
}

function resolve(...findings: readonly Finding[]): string[] {
  return resolveOverlaps(findings).map(({ kind, start, end }) => `${kind} ${start}-${end}`);
}

describe("of findings that overlap", () => {
  test("the longest is kept, however sure the other is", () => {
    expect(resolve(find(4, 8, { confidence: 1 }), find(0, 10, { kind: "url" }))).toEqual(["url 0-10"]);
  });

  test("the more confident of two equally long ones is kept", () => {
    const sure = find(0, 9, { kind: "us-ssn", confidence: 0.9 });
    expect(resolve(find(0, 9), sure)).toEqual(["us-ssn 0-9"]);
    expect(resolve(sure, find(0, 9))).toEqual(["us-ssn 0-9"]);
  });

  test("those that only touch are both kept, in the order of the text", () => {
    expect(resolve(find(5, 9), find(0, 5))).toEqual(["phone 0-5", "phone 5-9"]);
  });

  test("one that lost against a longer one frees nothing for a third", () => {
    expect(resolve(find(0, 6), find(5, 15), find(14, 16))).toEqual(["phone 5-15"]);
  });
});

test("every kind has its own label of capitals and underscores", () => {
  const labels = findingKinds.map(labelKind);
  expect(labels).toContain("CREDIT_CARD");
  expect(new Set(labels).size).toBe(findingKinds.length);
  for (const label of labels) expect(label).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
});
