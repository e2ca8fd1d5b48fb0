import { readFile } from "node:fs/promises";
import { createClock } from "../clock.ts";
import { CommandFailed } from "./command-failed.ts";
import type { Terminal } from "./terminal.ts";

type Outcome = "passed" | "failed" | "refused";

/** Runs state machine cases on the local engine: a line per case as it ends, and the count last. */
export async function testStateMachines(terminal: Terminal, files: readonly string[]): Promise<void> {
  const { runCases } = await import("../state-machine/run-cases.ts");
  const clock = createClock();
  const count: Record<Outcome, number> = { passed: 0, failed: 0, refused: 0 };
  for (const file of files) {
    const lines = (await readCases(file)).split("\n");
    for (const [index, line] of lines.entries()) {
      for (const { id, outcome, detail } of await runLine(() => runCases([line], clock), file, index + 1)) {
        count[outcome] += 1;
        terminal.print(detail === "" ? `${outcome} ${id}` : `${outcome} ${id}: ${detail}`);
      }
    }
  }
  terminal.print(`${count.passed} passed, ${count.failed} failed, ${count.refused} refused at load`);
  if (count.failed > 0)
    throw new CommandFailed("The engine does not do what was recorded: see the failed cases.");
}

async function readCases(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new CommandFailed(
      `${file} cannot be read: give files of state machine cases, one JSON object a line.`,
      2,
    );
  }
}

async function runLine<T>(run: () => Promise<T>, file: string, line: number): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(`${file}:${line} is no state machine case: ${reason}`, 2);
  }
}
