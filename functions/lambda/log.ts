import type { Log } from "../../shared/ports/functions.ts";

/**
 * One JSON line for each call, of the fields that `LogLine` names and no other, whatever an object carries besides.
 * What is only of use while developing stays out: CloudWatch charges by the byte, and each step of a run is stored.
 */
export function createLog(write: (line: string) => void): Log {
  return ({ level, event, run, requirement, call, code, count }) => {
    if (level === "debug") return;
    write(`${JSON.stringify({ level, event, run, requirement, call, code, count })}\n`);
  };
}

/**
 * Writes to the log group. Not by `console`, before whose lines Lambda puts a time and a request id: the alarm's metric
 * filter `{ $.level = "alarm" }` finds only lines that are JSON from their first character.
 */
export const log: Log = createLog((line) => {
  process.stdout.write(line);
});
