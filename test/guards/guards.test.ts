import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { takeOut } from "./guard.ts";
import { guards } from "./guards.ts";

const root = join(import.meta.dirname, "../..");

describe("the guards that `npm run test:guards` takes out", () => {
  test.for(guards)("$rule: $file has $code", (guard) => {
    const text = readFileSync(join(root, guard.file), "utf8");
    expect(takeOut(text, guard)).not.toBe(text);
  });

  const threatModel = readFileSync(join(root, "docs/threat-model.md"), "utf8");

  test("are of rules and threats that the threat model names", () => {
    const named = (rule: string) =>
      /^rule \d+$/.test(rule)
        ? threatModel.includes(`| ${rule.slice("rule ".length)} | **`)
        : threatModel.includes(`**${rule}**`);
    expect(guards.map(({ rule }) => rule).filter((rule) => !named(rule))).toEqual([]);
  });

  test("hold each of the ten rules", () => {
    const held = new Set(guards.map(({ rule }) => rule));
    const rules = Array.from({ length: 10 }, (_, place) => `rule ${place + 1}`);
    expect(rules.filter((rule) => !held.has(rule))).toEqual([]);
  });
});
