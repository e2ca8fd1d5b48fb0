import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Execution } from "../../../shared/domain/execution.ts";
import { callIdOf, requirementIdOf } from "../../../shared/domain/ids.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import type { RunState } from "../../../shared/domain/run-loop.ts";
import { displayedStatus } from "../../../shared/domain/run-view.ts";
import type { Run } from "../../../shared/domain/run.ts";
import type { CallResult, OpenCall } from "../../../shared/domain/steps.ts";
import {
  buildCall,
  buildExecution,
  buildModelStep,
  buildRequirement,
  buildResultsStep,
  buildRun,
  hex,
} from "../../functions/http/records.ts";

/** Where one call of the turn stands. */
const standings = [
  "unlooked-at",
  "read",
  "asked",
  "approved",
  "running",
  "done",
  "in doubt and asked",
  "audit",
  "audit done",
] as const;
type Standing = (typeof standings)[number];

function stateOf(turn: readonly Standing[], overrides: Partial<Run> = {}): RunState {
  const run = buildRun(0, overrides);
  const calls: OpenCall[] = [];
  const requirements: Requirement[] = [];
  const executions: Execution[] = [];
  const results: CallResult[] = [];
  for (const [place, standing] of turn.entries()) {
    const id = callIdOf(run.id, 1, place);
    if (standing === "unlooked-at") continue;
    if (standing === "read") {
      results.push({ call: id, status: "succeeded", content: "{}" });
      continue;
    }
    const audit = standing.startsWith("audit");
    const asked = standing === "in doubt and asked" ? requirementIdOf(id, 2) : requirementIdOf(id, 1);
    const { requirement: _requirement, ...bare } = buildCall(run.id, place);
    calls.push(
      audit
        ? { ...bare, mode: "audit", input: {}, inputDigest: hex("input") }
        : { ...bare, requirement: asked },
    );
    if (!audit)
      requirements.push(buildRequirement(id, run, { status: standing === "asked" ? "pending" : "approved" }));
    if (standing === "in doubt and asked") {
      requirements.push(buildRequirement(id, run, { id: asked, kind: "reconcile", status: "pending" }));
      executions.push(buildExecution.inDoubt(id, run.id));
    }
    if (standing === "running") executions.push(buildExecution.running(id, run.id));
    if (standing === "done" || standing === "audit done")
      executions.push(buildExecution.succeeded(id, run.id));
  }
  const steps = [
    buildModelStep(run.id, turn.length),
    ...(results.length === 0 ? [] : [buildResultsStep(results)]),
  ];
  return { run, steps, calls, requirements, executions };
}

describe("the status that people read", () => {
  test.each<[string, readonly Standing[], string]>([
    ["a call waits for people", ["asked"], "paused"],
    ["a call in doubt waits for people", ["in doubt and asked"], "paused"],
    ["one waits and the others have ended", ["done", "asked", "read"], "paused"],
    ["two wait", ["asked", "asked"], "paused"],
    ["an audit call is held back by the one before it that waits", ["asked", "audit"], "paused"],
    ["an audit call stands before the one that waits", ["audit", "asked"], "running"],
    ["one waits and another is approved but not executed", ["asked", "approved"], "running"],
    ["one waits and another runs", ["asked", "running"], "running"],
    ["one waits and another has not been looked at", ["asked", "unlooked-at"], "running"],
    ["nothing waits any more", ["done"], "running"],
    ["a call is approved", ["approved"], "running"],
  ])("when %s", (_, turn, status) => {
    expect(displayedStatus(stateOf(turn))).toBe(status);
  });

  test.each<[string, Partial<Run>, string]>([
    ["the turn has not been handed out", { handOuts: { count: 0, turn: 0, open: 0 } }, "running"],
    [
      "the run is being cancelled",
      { cancelRequested: { by: buildRun(0).requester.subject, at: buildRun(0).createdAt } },
      "running",
    ],
    ["the run is ending", { ending: { status: "completed", output: "Done." } }, "running"],
    [
      "the run has ended",
      { status: "completed", ending: { status: "completed", output: "Done." } },
      "completed",
    ],
    ["the run has failed", { status: "failed" }, "failed"],
    ["the run was cancelled", { status: "cancelled" }, "cancelled"],
  ])("is not paused when %s, whatever waits", (_, overrides, status) => {
    expect(displayedStatus(stateOf(["asked"], overrides))).toBe(status);
  });

  test("is running before the model has answered", () => {
    expect(displayedStatus({ ...stateOf([]), steps: [] })).toBe("running");
  });

  test("is paused only while something waits, and never while anything runs", () => {
    const counts = { running: 0, paused: 0 };
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...standings), { minLength: 1, maxLength: 6 }), (turn) => {
        const text = turn.join(",");
        const waits = /asked/.test(text);
        const works = /approved|running|unlooked-at/.test(text);
        // An audit call runs unless an earlier one of the turn still waits for people.
        const audits = turn.some(
          (standing, place) => standing === "audit" && !/asked/.test(turn.slice(0, place).join(",")),
        );
        const expected = waits && !works && !audits ? "paused" : "running";
        counts[expected] += 1;
        expect(displayedStatus(stateOf(turn))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
    console.log("displayed status:", counts);
    expect(counts.paused).toBeGreaterThan(50);
  });
});
