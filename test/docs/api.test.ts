import { describe, expect, test } from "vitest";
import { refusalStatus } from "../../shared/domain/refusal.ts";
import { describePath, routes } from "../../shared/wiring.ts";
import { readDocument, rowsOf, sectionOf } from "./read-document.ts";

const document = readDocument("docs/api.md");

describe("docs/api.md", () => {
  test("has every route of shared/wiring.ts with its scope, and no other", () => {
    const documented = rowsOf(sectionOf(document, "## Routes")).map(([route, scope]) => `${route} ${scope}`);
    const wired = routes.map(({ method, path, scope }) => {
      const written = describePath(path);
      return `${method} ${written} ${scope.replace("countersign/", "")}`;
    });
    expect(documented.toSorted()).toEqual(wired.toSorted());
  });

  test("has every code of shared/domain/refusal.ts with its status, in the order in which they are judged", () => {
    const documented = rowsOf(sectionOf(document, "## Codes")).map(([code, status]) => [
      code,
      Number(status),
    ]);
    expect(documented).toEqual(Object.entries(refusalStatus));
  });
});
