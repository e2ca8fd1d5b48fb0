import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readDocument, root } from "./read-document.ts";

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...globSync(["docs/*.md", "docs/adr/*.md"], { cwd: root }),
];

/** Targets of links, without those in code blocks and those that lead out. */
function linksOf(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```[^]*?^```$/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) =>
    /^[a-z]+:/.test(target) ? [] : [target],
  );
}

describe("the documents", () => {
  test.for(documents)("every relative link of %s points to a file", (document) => {
    const broken = linksOf(readDocument(document)).filter(
      (target) => !existsSync(join(root, dirname(document), target.replace(/#.*$/, ""))),
    );
    expect(broken).toEqual([]);
  });

  test.for(documents)("every test that %s names exists", (document) => {
    const named = [...readDocument(document).matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("the tour has ten links", () => {
    expect(linksOf(readDocument("docs/tour.md"))).toHaveLength(10);
  });
});
