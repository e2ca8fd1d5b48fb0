import { describe, expect, test } from "vitest";

import { type GateDeclaration, gateOf } from "../../../shared/domain/tiers.ts";

const week = 604_800;
const confirmation = { by: "asker", approvals: 1, rejections: 1, expiresInSeconds: week };
const finance = { by: ["finance"], approvals: 1, rejections: 1, expiresInSeconds: week };

describe("a tool's declaration becomes its gate", () => {
  const cases: readonly (readonly [string, GateDeclaration, object])[] = [
    ["read-only: nobody", { readOnly: true }, { mode: "none" }],
    ["confirmation: the asker", { requiresConfirmation: true }, { mode: "people", stages: [confirmation] }],
    [
      "approval: the pool",
      { approval: { type: "required", pool: "finance" } },
      { mode: "people", stages: [finance] },
    ],
    [
      "both: first the asker, then the pool",
      { requiresConfirmation: true, approval: { type: "required", pool: "finance" } },
      { mode: "people", stages: [confirmation, finance] },
    ],
    [
      "N approvals and M rejections",
      { approval: { type: "required", pool: "finance", approvals: 2, rejections: 3 } },
      { mode: "people", stages: [{ ...finance, approvals: 2, rejections: 3 }] },
    ],
    ["audit: nobody, but on the record", { approval: { type: "audit" } }, { mode: "audit" }],
    [
      "audit with a confirmation: the asker",
      { requiresConfirmation: true, approval: { type: "audit" } },
      { mode: "people", stages: [confirmation] },
    ],
    [
      "an outside system, which is refused for now, approval or not",
      { externalExecution: true, approval: { type: "required", pool: "ops" } },
      {
        mode: "refused",
        reason: "pay is done by an outside system, which this version cannot wait for yet.",
      },
    ],
    [
      "fields that a person fills in, which is refused for now",
      { requiresUserInput: ["reason"], requiresConfirmation: true },
      { mode: "refused", reason: "pay needs answers from a person, which this version cannot collect yet." },
    ],
    [
      "nothing but questions, which is refused for now",
      { requiresUserInput: true },
      { mode: "refused", reason: "pay needs answers from a person, which this version cannot collect yet." },
    ],
  ];

  test.for(cases)("%s", ([, declaration, gate]) => {
    expect(gateOf("pay", declaration)).toEqual(gate);
  });
});

describe("the start stops with", () => {
  const open =
    'Tool "wipe_disk" is neither readOnly nor gated: add readOnly: true, requiresConfirmation: true or approval: {…}.';
  const both = 'Tool "wipe_disk" is readOnly and gated at once: drop readOnly, or the gate.';
  const pool = (name: string) =>
    `Tool "wipe_disk" names the pool "${name}": take a-z, 0-9 and hyphen, 63 characters at most.`;
  const count = (what: string) => `Tool "wipe_disk" asks for ${what}: take a whole number from 1 to 20.`;
  const ops = (over: object) => ({ approval: { type: "required", pool: "ops", ...over } }) as const;

  const cases: readonly (readonly [string, GateDeclaration, string])[] = [
    ["a tool that says nothing", {}, open],
    [
      "a tool that only says no",
      { readOnly: false, requiresConfirmation: false, externalExecution: false },
      open,
    ],
    ["a read-only tool with a confirmation", { readOnly: true, requiresConfirmation: true }, both],
    ["a read-only tool with an approval", { readOnly: true, ...ops({}) }, both],
    ["a read-only tool with an audit", { readOnly: true, approval: { type: "audit" } }, both],
    ["a read-only tool of an outside system", { readOnly: true, externalExecution: true }, both],
    ["a read-only tool with questions", { readOnly: true, requiresUserInput: true }, both],
    ["no pool", ops({ pool: "" }), pool("")],
    ["a pool in capitals", ops({ pool: "Finance" }), pool("Finance")],
    ["a pool with a separator of keys", ops({ pool: "ops#1" }), pool("ops#1")],
    ["a pool of 64 characters", ops({ pool: "o".repeat(64) }), pool("o".repeat(64))],
    ["no approvals", ops({ approvals: 0 }), count("0 approvals")],
    ["21 approvals", ops({ approvals: 21 }), count("21 approvals")],
    ["half an approval", ops({ approvals: 1.5 }), count("1.5 approvals")],
    ["approvals without end", ops({ approvals: Infinity }), count("Infinity approvals")],
    ["no rejections", ops({ rejections: 0 }), count("0 rejections")],
    ["rejections that are no number", ops({ rejections: Number.NaN }), count("NaN rejections")],
  ];

  test.for(cases)("%s", ([, declaration, message]) => {
    expect(() => gateOf("wipe_disk", declaration)).toThrow(new Error(message));
  });

  test("twenty approvals and a pool of 63 characters are taken", () => {
    expect(gateOf("pay", ops({ pool: "o".repeat(63), approvals: 20, rejections: 20 }))).toMatchObject({
      mode: "people",
      stages: [{ approvals: 20, rejections: 20 }],
    });
  });
});
