import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildEngine, named, outcomeOf, settle, start, type LocalFunction } from "./build-engine.ts";

const golden: unknown = JSON.parse(
  readFileSync(new URL("../../golden/run.asl.json", import.meta.url), "utf8"),
);
const input = { tenant: "default", runId: "run_1", epoch: 1 };

/** The functions of the synthesized machine, for a run whose first turn has these calls. */
function functionsFor(calls: readonly object[], execute: LocalFunction) {
  const tokens = new Map<string, string>();
  let turns = 0;
  const functions: Record<string, LocalFunction> = {
    "countersign-take-agent-steps": (payload) => {
      if (typeof payload === "object" && payload !== null && "callId" in payload) {
        return { outcome: "calls", calls: [{ callId: payload.callId, ask: false }] };
      }
      turns += 1;
      return turns === 1 ? { outcome: "calls", calls } : { outcome: "finished" };
    },
    "countersign-open-requirement": (payload) => {
      const { requirementId, token } = payload as { requirementId: string; token: string };
      tokens.set(requirementId, token);
    },
    "countersign-execute-call": execute,
    "countersign-end-run": () => undefined,
  };
  return { functions, token: (requirementId: string) => tokens.get(requirementId) ?? "" };
}

const gated = (id: string) => ({ callId: `call_${id}`, ask: true, requirementId: `req_${id}` });

describe("the synthesized machine run", () => {
  test("with one gate enters nine states", async () => {
    const { functions, token } = functionsFor([gated("1")], () => undefined);
    const under = buildEngine(golden, functions);
    await start(under, input);
    expect(outcomeOf(under)).toEqual({ status: "RUNNING" });
    expect(under.engine.sendTaskSuccess({ token: token("req_1"), output: {} })).toBe("accepted");
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: {} });
    expect(under.engine.describeExecution("e1")?.transitions).toBe(9);
    expect(under.history.filter((event) => event.includes("StateEntered"))).toEqual([
      "TaskStateEntered Take agent steps",
      "ChoiceStateEntered What comes next?",
      "MapStateEntered Settle each call",
      "ChoiceStateEntered Does anyone have to be asked?",
      "TaskStateEntered Ask people",
      "TaskStateEntered Execute the call",
      "TaskStateEntered Take agent steps",
      "ChoiceStateEntered What comes next?",
      "TaskStateEntered End the run",
    ]);
  });

  test("runs each call on its own approval, and asks again when execution says that requirements remain", async () => {
    const executed: unknown[] = [];
    const { functions, token } = functionsFor([gated("1"), gated("2")], (payload) => {
      const { callId } = payload as { callId: string };
      executed.push(callId);
      if (executed.length === 1) throw named("RequirementsRemain");
    });
    const under = buildEngine(golden, functions);
    await start(under, input);
    under.engine.sendTaskSuccess({ token: token("req_2"), output: {} });
    await settle();
    expect(executed).toEqual(["call_2", "call_2"]);
    under.engine.sendTaskSuccess({ token: token("req_1"), output: {} });
    await settle();
    expect(executed).toEqual(["call_2", "call_2", "call_1"]);
    expect(outcomeOf(under)?.status).toBe("SUCCEEDED");
  });
});
