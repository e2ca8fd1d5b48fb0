import { describe, expect, test } from "vitest";
import { z } from "zod/mini";
import { readConfig, settingNames } from "../../infra/config.ts";
import { isSensitive, listFunctions } from "../../infra/constructs/function-kinds.ts";
import { poolSchema } from "../../shared/domain/pool.ts";
import { poolKey } from "../../shared/records/keys.ts";
import { readDocument, rowsOf, sectionOf } from "./read-document.ts";

const document = readDocument("docs/deploy.md");

describe("docs/deploy.md", () => {
  test("has every setting with its default, and no other", () => {
    const documented = rowsOf(sectionOf(document, "## Settings")).map(([name, value]) => [name, value]);
    const defaults = new Map(Object.entries(readConfig({})));
    const actual = settingNames.map((name) => {
      const value = String(defaults.get(name) ?? "");
      return [name, value === "" ? "none" : value];
    });
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(actual));
    expect(documented).toHaveLength(actual.length);
  });

  test("has every role in its stack, and no other", () => {
    const documented = rowsOf(sectionOf(document, "## Roles")).map(([role, stack]) => [role, stack]);
    const roles = listFunctions(readConfig({})).map((name) => [
      name,
      isSensitive(name) ? "stateful" : "service",
    ]);
    expect(documented).toEqual([...roles, ["run", "service"]]);
  });

  test("puts a pool as the functions read it", () => {
    const [, item = ""] = document.match(/put-item [^']*'([^']*)'/) ?? [];
    const text = z.strictObject({ S: z.string() });
    const attributes = z.strictObject({ pk: text, sk: text, rev: text, body: text });
    const { pk, sk, body } = attributes.parse(JSON.parse(item));
    const pool = poolSchema.parse(JSON.parse(body.S));
    expect({ partition: pk.S, sort: sk.S }).toEqual({ partition: "pools#default", sort: "finance" });
    expect(poolKey("default", pool.id)).toEqual({ table: "rules", partition: pk.S, sort: sk.S });
  });
});
