import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { type Guard, takeOut } from "./guard.ts";
import { guards } from "./guards.ts";

/**
 * `npm run test:guards`: takes one guard after the other out of a copy of the repository, and fails unless the tests that
 * are named for it turn red. In the untouched copy the same tests have to be green, so that it is the guard that they miss.
 */
const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

const reportSchema = z.object({
  numTotalTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) }),
  ),
});

/** What a run of tests came to; `broken` = there was no test to run, because the code does not load. */
type Outcome =
  | { readonly outcome: "green"; readonly tests: number }
  | { readonly outcome: "red"; readonly first: string }
  | { readonly outcome: "broken" };

class Copy {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async make(): Promise<Copy> {
    const directory = await mkdtemp(join(tmpdir(), "countersign-guards-"));
    const { stdout } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
      maxBuffer: 16 * 1024 * 1024,
    });
    for (const path of stdout.split("\0")) {
      // A linked node_modules is no directory, so it is not left out by what is ignored.
      if (path === "" || path === "node_modules") continue;
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await cp(join(root, path), join(directory, path));
    }
    await symlink(join(root, "node_modules"), join(directory, "node_modules"));
    return new Copy(directory);
  }

  async without(guard: Guard): Promise<Outcome> {
    const path = join(this.#directory, guard.file);
    const text = await readFile(path, "utf8");
    await writeFile(path, takeOut(text, guard));
    try {
      return await this.test(guard.tests);
    } finally {
      await writeFile(path, text);
    }
  }

  async test(tests: readonly string[]): Promise<Outcome> {
    const report = join(this.#directory, "guards-report.json");
    await rm(report, { force: true });
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const words = [vitest, "run", "--reporter=json", `--outputFile=${report}`, "--bail=1", ...tests];
    // Red tests make it end with 1; what they came to stands in the report.
    await run(process.execPath, words, { cwd: this.#directory, maxBuffer: 64 * 1024 * 1024 }).catch(() => {});
    const read = reportSchema.parse(JSON.parse(await readFile(report, "utf8")));
    const results = read.testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = results.find(({ status }) => status === "failed");
    if (failed !== undefined) return { outcome: "red", first: failed.fullName };
    if (read.numTotalTests === 0 || results.length === 0) return { outcome: "broken" };
    return { outcome: "green", tests: read.numTotalTests };
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function takeEachOut(copy: Copy, left: Guard[], problems: string[]): Promise<void> {
  for (let guard = left.shift(); guard !== undefined; guard = left.shift()) {
    const outcome = await copy.without(guard);
    const name = `${guard.rule}: ${guard.file}: ${guard.code.trim().split("\n")[0]}`;
    if (outcome.outcome === "red") {
      console.log(`red    ${name}\n       by "${outcome.first}"`);
    } else {
      const why = outcome.outcome === "green" ? "is not missed by any test" : "does not load without it";
      console.log(`${outcome.outcome.padEnd(6)} ${name}`);
      problems.push(`${name} ${why}.`);
    }
  }
}

async function main(): Promise<number> {
  const copies = await Promise.all(
    Array.from({ length: Math.min(2, availableParallelism()) }, () => Copy.make()),
  );
  try {
    const [first] = copies;
    const tests = [...new Set(guards.flatMap((guard) => guard.tests))];
    const whole = await first?.test(tests);
    if (whole?.outcome !== "green") {
      console.error(`The tests are not green with every guard in place: ${JSON.stringify(whole)}`);
      return 1;
    }
    const problems: string[] = [];
    const left = [...guards];
    await Promise.all(copies.map((copy) => takeEachOut(copy, left, problems)));
    console.log(
      `\n${guards.length - problems.length} of ${guards.length} guards are missed when they are gone.`,
    );
    for (const problem of problems) console.error(problem);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await Promise.all(copies.map((copy) => copy.remove()));
  }
}

process.exitCode = await main();
