import { spawnSync } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod/mini";
import { findInactiveTests } from "./inactive-tests.ts";

const root = join(import.meta.dirname, "../..");
const files = listFiles();

/** What git tracks or would track next; in a copy without git, every file that is not a build product. */
function listFiles(): readonly string[] {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const git = spawnSync("git", list, { cwd: root, encoding: "utf8" });
  const named = git.status === 0 ? git.stdout.split("\0") : walkFiles();
  // A file that git tracks may have been deleted in the working tree.
  return named.filter((file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile());
}

function walkFiles(): readonly string[] {
  const exclude = ["**/node_modules", "**/.git", ".countersign", "**/cdk.out", ".cache", "dist", "**/*.log"];
  return globSync(["**/*", "**/.*", ".*/**/*"], { cwd: root, exclude });
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** `file:line: text` for each line that holds the pattern. */
function findLines(pattern: RegExp): readonly string[] {
  return files.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

describe("the repository", () => {
  test("names no path of the machine it was written on", () => {
    expect(findLines(/(?<![\w.])\/(?:root|work|Users|home\/(?!node\b)\w+)\//)).toEqual([]);
  });

  test("names no package registry", () => {
    expect(findLines(/registry\.(?:npmjs|yarnpkg)|^\s*(?:@\w+:)?registry\s*=|"resolved"\s*:/)).toEqual([]);
  });

  test("pins every dependency to one version", () => {
    const versions = z.optional(z.record(z.string(), z.string()));
    const manifest = z
      .object({ dependencies: versions, devDependencies: versions, optionalDependencies: versions })
      .parse(JSON.parse(read("package.json")));
    const loose = Object.values(manifest)
      .flatMap((group) => Object.entries(group ?? {}))
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  test("locks every platform's binaries, without which npm ci refuses the lock file", () => {
    const locked = z.object({ optionalDependencies: z.optional(z.record(z.string(), z.string())) });
    const { packages } = z
      .object({ packages: z.record(z.string(), locked) })
      .parse(JSON.parse(read("package-lock.json")));
    const names = new Set(Object.keys(packages).map((place) => place.replace(/^.*node_modules\//, "")));
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
      .filter((name) => !names.has(name));
    expect(missing, "run `node .ci/complete-lock.mjs`").toEqual([]);
  });

  test("holds no skipped, focused or pending test", () => {
    const found = files
      .filter((file) => file.startsWith("test/") && file.endsWith(".ts"))
      .flatMap((file) => findInactiveTests(file, read(file)).map((call) => `${file}: ${call}`));
    expect(found).toEqual([]);
  });

  test("keeps every source file within 400 lines", () => {
    const long = files
      .filter((file) => /^(?:agents|functions|infra|local|shared)\/.*\.ts$/.test(file))
      .map((file) => ({ file, lines: read(file).trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });
});

test.for([
  [`test.skip("a", () => {});`, "test.skip"],
  [`describe.only("a", () => {});`, "describe.only"],
  [`it.todo("a");`, "it.todo"],
  [`test.each([1]).skip("a", () => {});`, "test.each([1]).skip"],
  [`test.skipIf(noDocker)("a", () => {});`, "test.skipIf"],
  [`xit("a", () => {});`, "xit"],
] as const)("the inactive test in %s is found", ([source, call]) => {
  expect(findInactiveTests("a.test.ts", source)).toEqual([call]);
});

test("a test that only talks about skipping is no inactive test", () => {
  const source = `// test.skip\ntest("calls test.only", () => { reader.skip(2); });`;
  expect(findInactiveTests("a.test.ts", source)).toEqual([]);
});
