import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { subjectsOf } from "../../../shared/domain/data-subjects.ts";
import type { JsonValue } from "../../../shared/ledger/json-value.ts";
import { defineTool } from "../../../shared/domain/tool.ts";

function build(subjects?: (input: { id: string }, output?: JsonValue) => readonly string[]) {
  return defineTool({
    name: "look",
    description: "Looks.",
    readOnly: true,
    input: z.strictObject({ id: z.string() }),
    ...(subjects === undefined ? {} : { subjects }),
    run: async () => null,
  });
}

describe("whom a call is about", () => {
  test("is nobody where the tool does not say", () => {
    expect(subjectsOf(build(), { id: "a" }, "x")).toEqual([]);
  });

  test("is said of the input, and of the output once there is one", () => {
    const tool = build(({ id }, output) => [id, ...(typeof output === "string" ? [output] : [])]);
    expect(subjectsOf(tool, { id: "a" })).toEqual(["a"]);
    expect(subjectsOf(tool, { id: "a" }, "b")).toEqual(["a", "b"]);
  });

  test("names each once, at most 20, and nothing that is no id", () => {
    expect(
      subjectsOf(
        build(() => ["a", "", "a", "x".repeat(201), "x".repeat(200)]),
        { id: "a" },
      ),
    ).toEqual(["a", "x".repeat(200)]);
    const many = build(() => Array.from({ length: 30 }, (_, place) => `cus_${place}`));
    expect(subjectsOf(many, { id: "a" })).toHaveLength(20);
  });

  test("is nobody for an input that the tool does not take, or a declaration that throws", () => {
    const failing = build(() => {
      throw new Error("No.");
    });
    expect(
      subjectsOf(
        build(({ id }) => [id]),
        { other: "a" },
      ),
    ).toEqual([]);
    expect(subjectsOf(failing, { id: "a" })).toEqual([]);
    expect(failing.refuse({ id: "a" })).toContain("its effect, subjects or refuse threw");
  });
});
