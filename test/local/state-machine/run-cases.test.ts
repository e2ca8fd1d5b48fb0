import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runCases, type CaseResult } from "../../../local/state-machine/run-cases.ts";
import { machine, pass } from "./build-engine.ts";
import { ManualClock } from "./manual-clock.ts";

const recorded = new URL("../../../../shared/data/asl/jsonata.jsonl", import.meta.url);

function count(results: readonly CaseResult[], outcome: CaseResult["outcome"]): number {
  return results.filter((result) => result.outcome === outcome).length;
}

function line(fields: object): string {
  return JSON.stringify({ id: "own", languages: ["JSONata"], input: {}, ...fields });
}

const failing = {
  definition: machine({ F: { Type: "Fail", Error: "E" } }),
  status: "FAILED",
  error: "E",
  cause: null,
  events: [
    ["ExecutionStarted", null],
    ["FailStateEntered", "F"],
    ["ExecutionFailed", null],
  ],
};

const passing = {
  definition: machine({ P: { ...pass, Output: { id: "{% $uuid() %}", n: [1] } } }),
  status: "SUCCEEDED",
  output: '{"id":"<uuid:1>","n":[1]}',
  events: [
    ["ExecutionStarted", null],
    ["PassStateEntered", "P"],
    ["PassStateExited", "P"],
    ["ExecutionSucceeded", null],
  ],
};

describe("runCases", () => {
  test("passes a case whose status, output or error, and events are the same, with masks for what changes", async () => {
    const unpacked = { ...passing, output: { n: [1], id: "<uuid:1>" } };
    const results = await runCases([line(passing), line(unpacked), "", line(failing)], new ManualClock());
    expect(results.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ["passed", ""],
      ["passed", ""],
      ["passed", ""],
    ]);
  });

  test.each<[string, object, string]>([
    ["status", { ...passing, status: "FAILED" }, 'status: expected "FAILED", got "SUCCEEDED"'],
    ["output", { ...passing, output: '{"id":"<uuid:1>","n":[2]}' }, "output: expected"],
    ["output member", { ...passing, output: '{"id":"<uuid:1>"}' }, "output: expected"],
    ["error", { ...failing, error: "F" }, 'error: expected "F", got "E"'],
    ["cause", { ...failing, cause: "because" }, 'cause: expected "because", got null'],
    ["events", { ...failing, events: [] }, "events: expected []"],
  ])("tells a difference in %s", async (_what, fields, detail) => {
    const [result] = await runCases([line(fields)], new ManualClock());
    expect(result?.outcome).toBe("failed");
    expect(result?.detail).toContain(detail);
  });

  test("tells why a definition is refused", async () => {
    const jsonPath = { ...failing, definition: { StartAt: "P", States: { P: pass } } };
    expect(await runCases([line(jsonPath)], new ManualClock())).toEqual([
      {
        id: "own",
        outcome: "refused",
        detail:
          'State "P", field QueryLanguage: is JSONPath; the local engine runs JSONata only, so set it to JSONata.',
      },
    ]);
  });

  test("throws on a line that is no case", async () => {
    await expect(runCases(['{"id":"x"}'], new ManualClock())).rejects.toThrow("Invalid input");
  });

  test("every pure JSONata case recorded from AWS passes, where the recordings are at hand", async () => {
    const isAtHand = existsSync(recorded);
    const lines = isAtHand ? readFileSync(recorded, "utf8").split("\n") : [line(passing), line(failing)];
    const results = await runCases(lines, new ManualClock());
    const counts = { passed: count(results, "passed"), refused: count(results, "refused") };
    const where = isAtHand ? "recorded cases" : "own cases (../shared/data/asl/jsonata.jsonl is absent)";
    console.info(
      `run-cases: ${counts.passed} of ${results.length} ${where} passed, ${counts.refused} refused.`,
    );
    expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    // The refused ones mix JSONPath states in.
    expect(counts).toEqual(isAtHand ? { passed: 42, refused: 6 } : { passed: 2, refused: 0 });
  });
});
