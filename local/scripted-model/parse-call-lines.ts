import type { ScriptedCall } from "./plan-turns.ts";

// The rest of the line must look like the start of JSON, so that "call the customer" stays a sentence.
const CALL_LINE = /^call (?<name>[\w.-]+) (?<raw>["[{].*)$/;

/**
 * Reads the escape for tests and benches: `call <tool> <json>`, one call a line, the JSON passed on as it
 * stands, valid or not; a line `then` begins the next turn. Without a `call` line the answer is empty.
 */
export function parseCallLines(text: string): ScriptedCall[][] {
  const turns: ScriptedCall[][] = [[]];
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (line === "then") turns.push([]);
    const { name, raw } = CALL_LINE.exec(line)?.groups ?? {};
    if (name !== undefined && raw !== undefined) turns.at(-1)?.push({ name, arguments: raw });
  }
  return turns.filter((turn) => turn.length > 0);
}
