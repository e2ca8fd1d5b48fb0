import { expect, test } from "vitest";
import { functions } from "../../shared/wiring.ts";
import { readDocument } from "./read-document.ts";

test("docs/bundle-sizes.md has every function and no other: `npm run bundles` writes it", () => {
  const [sizes = ""] = readDocument("docs/bundle-sizes.md").split("## Start");
  const named = [...sizes.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(Object.keys(functions)));
});
