import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = join(import.meta.dirname, "killed-process.ts");

/** Runs the process until it has printed so many lines, then kills it; Infinity = until it ends by itself. */
async function runUntil(directory: string, lines: number): Promise<NodeJS.Signals | number | null> {
  const child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code)),
  );
  let seen = 0;
  createInterface({ input: child.stdout }).on("line", () => {
    seen += 1;
    if (seen === lines) child.kill("SIGKILL");
  });
  return ended;
}

describe("a process that is killed with SIGKILL", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "countersign-kill-"))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test("again and again, and started again, finishes every execution", async () => {
    const deaths: unknown[] = [];
    for (const lines of [1, 7, 4, 9]) deaths.push(await runUntil(directory, lines));
    deaths.push(await runUntil(directory, Number.POSITIVE_INFINITY));
    expect(deaths).toEqual(["SIGKILL", "SIGKILL", "SIGKILL", "SIGKILL", 0]);

    const database = new DatabaseSync(join(directory, "engine.db"));
    expect(
      database.prepare("SELECT name, status, output, transitions FROM engine_executions ORDER BY name").all(),
    ).toEqual(
      ["e1", "e2", "e3", "e4", "e5"].map((name) => ({
        name,
        status: "SUCCEEDED",
        output: '["a","b"]',
        transitions: 7,
      })),
    );
    database.close();

    // Four deaths can have caught at most as many functions of one execution at work, and each ran at least once.
    const effects = readFileSync(join(directory, "effects"), "utf8").split("\n");
    const firsts = effects.filter((line) => line.startsWith("first"));
    expect(new Set(firsts)).toEqual(
      new Set(['first "e1"', 'first "e2"', 'first "e3"', 'first "e4"', 'first "e5"']),
    );
    expect(firsts.length).toBeLessThanOrEqual(5 + 4 * 5);
    expect(effects.filter((line) => line.startsWith("last")).length).toBeGreaterThanOrEqual(5);
  });
});
