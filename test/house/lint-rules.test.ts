import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod/mini";

const root = join(import.meta.dirname, "../..");
let project: string;
let found: ReadonlySet<string>;

/** Each source breaks one rule; the path decides which rules hold. */
const broken = [
  ["functions/a/floating.ts", "typescript/no-floating-promises", `Promise.resolve(1);`],
  ["functions/a/misused.ts", "typescript/no-misused-promises", `[1].forEach(async () => Promise.resolve());`],
  [
    "functions/a/exhaustive.ts",
    "typescript/switch-exhaustiveness-check",
    `export function f(x: "a" | "b"): void { switch (x) { case "a": return; default: throw new Error("b"); } }`,
  ],
  [
    "functions/a/thenable.ts",
    "typescript/await-thenable",
    `export const a = async (): Promise<number> => await 1;`,
  ],
  ["functions/a/any.ts", "typescript/no-explicit-any", `export const a = (x: any): boolean => x === 1;`],
  ["functions/a/unsafe.ts", "typescript/no-unsafe-assignment", `export const a = JSON.parse("1");`],
  [
    "functions/a/member.ts",
    "typescript/no-unsafe-member-access",
    `export const b: unknown = JSON.parse("1").b;`,
  ],
  ["functions/a/return.ts", "typescript/no-unsafe-return", `export const a = (): string => JSON.parse("1");`],
  [
    "functions/a/assert.ts",
    "typescript/no-unsafe-type-assertion",
    `export const a = (x: unknown): string => x as string;`,
  ],
  [
    "functions/a/non-null.ts",
    "typescript/no-non-null-assertion",
    `export const a = (x?: string): string => x!;`,
  ],
  [
    "functions/a/thrown.ts",
    "typescript/only-throw-error",
    `export const a = (): never => { throw "text"; };`,
  ],
  [
    "functions/a/type.ts",
    "typescript/consistent-type-imports",
    `import { A } from "./a.ts"; export const a: A = 1;`,
  ],
  ["functions/a/default.ts", "import/no-default-export", `export default 1;`],
  ["functions/a/barrel.ts", "oxc/no-barrel-file", `export * from "./a.ts";`],
  ["functions/a/camelCase.ts", "unicorn/filename-case", `export const a = 1;`],
  ["functions/a/console.ts", "eslint/no-console", `console.log(1);`],
  ["functions/a/clock.ts", "eslint/no-restricted-properties", `export const now = (): number => Date.now();`],
  ["functions/a/env.ts", "eslint/no-restricted-globals", `export const a = process.env;`],
  [
    "functions/a/handler.ts",
    "eslint/no-restricted-imports",
    `import "../../shared/adapters/sqlite/store.ts";`,
  ],
  ["shared/domain/a.ts", "eslint/no-restricted-imports", `import "node:fs";`],
  ["shared/wire/a.ts", "eslint/no-restricted-imports", `import "zod";`],
  ["shared/adapters/sqlite/a.ts", "eslint/no-restricted-imports", `import "../../../local/main.ts";`],
  ["local/a.ts", "eslint/no-restricted-imports", `import "aws-cdk-lib";`],
  ["test/focused.test.ts", "vitest/no-focused-tests", `test.only("a", () => { expect(1).toBe(1); });`],
  ["test/skipped.test.ts", "vitest/no-disabled-tests", `test.skip("a", () => { expect(1).toBe(1); });`],
  ["test/empty.test.ts", "vitest/expect-expect", `test("a", () => {});`],
] as const;

const allowed = [
  ["functions/b/index.ts", `export const now = Date.now(); export const call = fetch;`],
  ["functions/b/a.ts", `export type A = number;`],
  ["local/b.ts", `console.log("narrates");`],
  ["some.config.ts", `export default { a: 1 };`],
] as const;

const report = z.object({
  diagnostics: z.array(z.object({ code: z.string(), filename: z.string(), severity: z.string() })),
});

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "countersign-lint-"));
  copyFileSync(join(root, ".oxlintrc.json"), join(project, ".oxlintrc.json"));
  write(
    "tsconfig.json",
    `{ "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2024", "types": [] } }`,
  );
  for (const [file, , source] of broken) write(file, source);
  for (const [file, source] of allowed) write(file, source);
  found = lint();
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, source: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), `${source}\n`);
}

/** @returns `file: plugin/rule` for each error */
function lint(): ReadonlySet<string> {
  const command = [join(root, "node_modules/oxlint/bin/oxlint"), "--format=json"];
  const tsgolint = join(root, "node_modules/.bin/tsgolint");
  const env = { ...process.env, OXLINT_TSGOLINT_PATH: tsgolint };
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: project, env, encoding: "utf8" });
  if (!stdout.startsWith("{")) throw new Error(`oxlint did not report: ${stdout}${stderr}`);
  const { diagnostics } = report.parse(JSON.parse(stdout));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return new Set(
    errors.map(({ code, filename }) => `${filename}: ${code.replace(/^([\w-]+)\(([\w-]+)\)$/, "$1/$2")}`),
  );
}

test.for(broken)("in %s the linter reports %s", ([file, rule]) => {
  expect([...found].filter((error) => error.startsWith(`${file}:`))).toContain(`${file}: ${rule}`);
});

test.for(allowed)("in %s the linter allows what belongs there", ([file]) => {
  expect([...found].filter((error) => error.startsWith(`${file}:`))).toEqual([]);
});
