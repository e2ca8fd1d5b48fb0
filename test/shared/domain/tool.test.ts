import * as z from "zod/mini";
import { describe, expect, test } from "vitest";

import { defineTool } from "../../../shared/domain/tool.ts";
import { createMemoryTables } from "../../agents/memory-tables.ts";
import { makeToolContext } from "../../agents/tool-context.ts";
import { buildNoteTool, buildReadTool, buildRefundTool } from "../../builders/build-agent.ts";

describe("defineTool stops the start", () => {
  test.for(["", "Refund", "issue-refund", "1refund", "_refund", "issue refund", "r".repeat(65), "refund\n"])(
    "for the name %j",
    (name) => {
      expect(() => buildReadTool({ name })).toThrow(
        new Error(`Tool name "${name}" is not usable: take a-z, 0-9 and underscore, 64 characters at most.`),
      );
    },
  );

  test("for a tool that asks people without saying what it does", () => {
    expect(() =>
      defineTool({
        name: "pay",
        description: "Pays.",
        requiresConfirmation: true,
        input: z.strictObject({}),
        run: async () => null,
      }),
    ).toThrow(new Error('Tool "pay" asks people but has no effect: add effect: (input) => "one sentence".'));
  });

  test("for a tool that is neither read-only nor gated", () => {
    expect(() => buildNoteTool({ name: "wipe_disk" }, {})).toThrow(
      new Error(
        'Tool "wipe_disk" is neither readOnly nor gated: add readOnly: true, requiresConfirmation: true or approval: {…}.',
      ),
    );
  });

  test("and not for a name of 64 characters, nor for an audit tool without an effect", () => {
    expect(buildReadTool({ name: "r".repeat(64) }).name).toHaveLength(64);
    expect(buildNoteTool().effect({ note: "x" })).toBe("Adds a note.");
  });
});

describe("a defined tool", () => {
  const tool = buildRefundTool();

  test("is risky, irreversible and not idempotent unless it says otherwise", () => {
    expect(tool).toMatchObject({ risk: "medium", reversible: false, idempotent: false });
    expect(buildRefundTool({ risk: "low", reversible: true, idempotent: true })).toMatchObject({
      risk: "low",
      reversible: true,
      idempotent: true,
    });
  });

  test("gives the model its input as JSON Schema, closed to other fields", () => {
    expect(tool.parameters).toMatchObject({
      type: "object",
      properties: { order: { type: "string" }, cents: { type: "integer" } },
      required: ["order", "cents"],
      additionalProperties: false,
    });
  });

  test("reads an input with its defaults filled in, so that what is shown is what runs", () => {
    const withDefault = buildRefundTool({
      input: z.strictObject({ order: z.string(), cents: z._default(z.int(), 100) }),
    });
    expect(withDefault.read({ order: "1" })).toEqual({ outcome: "valid", input: { order: "1", cents: 100 } });
    expect(withDefault.parameters).toMatchObject({ required: ["order"] });
  });

  test("names the problems of an input by field, ten at most", () => {
    expect(tool.read({ order: 1, cents: "x" })).toEqual({
      outcome: "invalid",
      problems: ["order: Invalid input", "cents: Invalid input"],
    });
    expect(tool.read("text")).toEqual({ outcome: "invalid", problems: ["input: Invalid input"] });
    const wide = buildReadTool({
      input: z.pipe(
        z.array(z.int()),
        z.transform(() => ({ order: "1" })),
      ),
    });
    const read = wide.read(Array.from({ length: 30 }, () => "x"));
    expect(read.outcome === "invalid" && read.problems).toHaveLength(10);
  });

  test("refuses an input that comes out as something else than JSON", () => {
    const dated = defineTool({
      name: "look_up",
      description: "Reads.",
      readOnly: true,
      input: z.strictObject({
        at: z.pipe(
          z.string(),
          z.transform((text) => new Date(text)),
        ),
      }),
      run: async () => null,
    });
    expect(dated.read({ at: "2026-11-22" })).toEqual({
      outcome: "invalid",
      problems: ["The input does not come out as JSON."],
    });
  });

  test("says its effect, refuses and runs by the input it is given", async () => {
    const careful = buildRefundTool({
      refuse: ({ cents }) => (cents > 9 ? `${cents} is too much.` : undefined),
    });
    const input = { order: "1042", cents: 10 };
    expect(careful.effect(input)).toBe("Refund 10 cents for order 1042.");
    expect(careful.refuse(input)).toBe("10 is too much.");
    expect(careful.refuse({ order: "1042", cents: 9 })).toBeUndefined();
    expect(tool.refuse(input)).toBeUndefined();
    await expect(careful.run(input, makeToolContext(createMemoryTables([])))).resolves.toEqual({
      refunded: 10,
    });
  });

  test("whose own effect or refuse throws refuses, so that nobody is asked", () => {
    const fails = () => {
      throw new Error("the tool's own defect");
    };
    const reason = '"issue_refund" could not judge this input; its effect, subjects or refuse threw.';
    expect(buildRefundTool({ effect: fails }).refuse({ orderId: "1042" })).toBe(reason);
    expect(buildRefundTool({ refuse: fails }).refuse({ orderId: "1042" })).toBe(reason);
  });

  test("neither tells nor runs an input that it does not take, and refuses it", () => {
    expect(() => tool.effect({ order: "1042" })).toThrow("Invalid input");
    expect(tool.refuse({ order: "1042" })).toBe(
      '"issue_refund" could not judge this input; its effect, subjects or refuse threw.',
    );
    expect(() => tool.run({ order: "1042" }, makeToolContext(createMemoryTables([])))).toThrow(
      "Invalid input",
    );
  });
});
