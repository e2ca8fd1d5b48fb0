import { describe, expect, test } from "vitest";
import { buildEngine, machine, outcomeOf, pass, runToEnd, settle, start, task } from "./build-engine.ts";

const never = () => new Promise(() => undefined);
const yearMs = 365 * 86_400_000;

describe("limits", () => {
  const large = "x".repeat(262_144);

  test("an output of more than 256 KiB fails with States.DataLimitExceeded", async () => {
    const states = { P: { ...pass, Output: "{% $states.input & $states.input %}" } };
    expect(await runToEnd(machine(states), "x".repeat(140_000))).toEqual({
      status: "FAILED",
      error: "States.DataLimitExceeded",
      cause:
        "The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  test("so does a function's answer, counted in UTF-8 bytes, before Output can make it smaller", async () => {
    const states = { T: task("fn", { Output: "small" }) };
    expect(await runToEnd(machine(states), {}, { fn: () => "é".repeat(140_000) })).toEqual({
      status: "FAILED",
      error: "States.DataLimitExceeded",
      cause:
        "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  test("an execution cannot be started with more", () => {
    const under = buildEngine(machine({ P: pass }));
    expect(() => under.engine.startExecution({ name: "e1", input: large })).toThrow(
      "262146 bytes; 262144 are allowed",
    );
    expect(under.engine.describeExecution("e1")).toBeUndefined();
  });

  test("25,000 history events end the execution, and no Catch helps", async () => {
    const loop = machine({ A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } });
    const under = buildEngine(loop);
    await start(under);
    expect(outcomeOf(under)).toEqual({
      status: "FAILED",
      error: "States.Runtime",
      cause: "The execution reached the maximum number of history events (25000).",
    });
    expect(under.history).toHaveLength(25_000);
  });
});

describe("the time an execution may take", () => {
  test("TimeoutSeconds of the machine ends it as TIMED_OUT, past every Catch", async () => {
    const caught = { ErrorEquals: ["States.ALL"], Next: "P" };
    const states = { T: task("fn", { Catch: [caught] }), P: pass };
    const under = buildEngine(machine(states, { TimeoutSeconds: 60 }), { fn: never });
    await start(under);
    under.clock.advance(60_000);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "TIMED_OUT", error: "States.Timeout" });
  });

  test("is a year at most", async () => {
    const under = buildEngine(machine({ T: task("fn") }), { fn: never });
    await start(under);
    under.clock.advance(yearMs - 1);
    await settle();
    expect(outcomeOf(under)?.status).toBe("RUNNING");
    under.clock.advance(1);
    await settle();
    expect(outcomeOf(under)?.status).toBe("TIMED_OUT");
  });
});
