import { expect, test } from "vitest";
import { createLog } from "../../../functions/lambda/log.ts";
import type { LogLine } from "../../../shared/ports/functions.ts";

function linesOf(...logged: readonly LogLine[]): readonly string[] {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  for (const line of logged) log(line);
  return lines;
}

test("a line is one JSON object from its first character, which the alarm's metric filter needs", () => {
  const line = { level: "alarm", event: "append-failed", run: "run_1", count: 2 } as const;
  expect(linesOf(line)).toEqual(['{"level":"alarm","event":"append-failed","run":"run_1","count":2}\n']);
});

test("every field of a log line is written", () => {
  const line = {
    level: "warning",
    event: "receipt-missing",
    run: "run_1",
    requirement: "req_1",
    call: "call_1",
    code: "receipt_missing",
    count: 0,
  } as const;
  expect(linesOf(line)).toEqual([
    '{"level":"warning","event":"receipt-missing","run":"run_1","requirement":"req_1","call":"call_1","code":"receipt_missing","count":0}\n',
  ]);
});

test("what else an object carries is not written", () => {
  const line = {
    level: "info",
    event: "token-timed-out",
    token: "AQC…",
    input: { card: "4111" },
    toJSON: () => "AQC…",
  } as const;
  expect(linesOf(line)).toEqual(['{"level":"info","event":"token-timed-out"}\n']);
});

test("a line break in a field does not begin a second line", () => {
  const line = { level: "info", event: "x", code: 'a\n{"level":"alarm"}' } as const;
  expect(linesOf(line)).toEqual(['{"level":"info","event":"x","code":"a\\n{\\"level\\":\\"alarm\\"}"}\n']);
});

test("what is only of use while developing is not written", () => {
  expect(linesOf({ level: "debug", event: "step-saved", run: "run_1", count: 1 })).toEqual([]);
});
