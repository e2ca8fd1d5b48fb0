import { describe, expect, test } from "vitest";
import {
  buildEngine,
  machine,
  named,
  outcomeOf,
  pass,
  runToEnd,
  settle,
  start,
  task,
} from "./build-engine.ts";

describe("Pass", () => {
  test("copies its input when it has no Output", async () => {
    expect(await runToEnd(machine({ P: pass }), { a: [1] })).toEqual({
      status: "SUCCEEDED",
      output: { a: [1] },
    });
  });

  test("evaluates strings in {% %} anywhere in Output and leaves others alone", async () => {
    const states = {
      P: { ...pass, Output: { deep: [{ x: "{% $states.input.n + 1 %}" }], text: "$states.input" } },
    };
    expect(await runToEnd(machine(states), { n: 41 })).toEqual({
      status: "SUCCEEDED",
      output: { deep: [{ x: 42 }], text: "$states.input" },
    });
  });
});

describe("variables", () => {
  test("a new value is seen by the next state, not by the state that assigns it", async () => {
    const states = {
      A: { Type: "Pass", Assign: { x: 1 }, Next: "B" },
      B: { Type: "Pass", Assign: { x: 2, old: "{% $x %}" }, Output: "{% $x %}", Next: "C" },
      C: { ...pass, Output: { x: "{% $x %}", old: "{% $old %}", input: "{% $states.input %}" } },
    };
    expect(await runToEnd(machine(states))).toEqual({
      status: "SUCCEEDED",
      output: { x: 2, old: 1, input: 1 },
    });
  });

  test("a variable that was never assigned fails the execution", async () => {
    expect(await runToEnd(machine({ P: { ...pass, Output: "{% $unknown %}" } }))).toEqual({
      status: "FAILED",
      error: "States.QueryEvaluationError",
      cause:
        "An error occurred while executing the state 'P' (entered at the event id #2). " +
        "The JSONata expression '$unknown' specified for the field 'Output' returned nothing (undefined).",
    });
  });
});

describe("Choice", () => {
  const choice = (rules: readonly object[], fields: object = {}) =>
    machine({ C: { Type: "Choice", Choices: rules, ...fields }, Yes: pass, No: { ...pass, Output: "no" } });

  test("takes the first rule that holds, with that rule's Output and Assign", async () => {
    const definition = machine({
      C: {
        Type: "Choice",
        Choices: [
          { Condition: "{% $states.input.n > 9 %}", Next: "End" },
          {
            Condition: true,
            Assign: { which: "second" },
            Output: { kept: "{% $states.input.n %}" },
            Next: "End",
          },
        ],
        Assign: { which: "default" },
        Output: "default",
        Default: "End",
      },
      End: { ...pass, Output: { which: "{% $which %}", input: "{% $states.input %}" } },
    });
    expect(await runToEnd(definition, { n: 3 })).toEqual({
      status: "SUCCEEDED",
      output: { which: "second", input: { kept: 3 } },
    });
  });

  test("goes to Default with its own Output when no rule holds", async () => {
    const definition = choice([{ Condition: "{% false %}", Next: "Yes" }], {
      Default: "Yes",
      Output: { by: "default" },
    });
    expect(await runToEnd(definition)).toEqual({ status: "SUCCEEDED", output: { by: "default" } });
  });

  test("fails when no rule holds and there is no Default", async () => {
    expect(await runToEnd(choice([{ Condition: "{% false %}", Next: "Yes" }]))).toEqual({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'C' (entered at the event id #2). " +
        "Failed to transition out of the state. The state does not point to a next state.",
    });
  });

  test("a condition that is no boolean fails, truthy or not", async () => {
    expect(await runToEnd(choice([{ Condition: "{% 'yes' %}", Next: "Yes" }], { Default: "No" }))).toEqual({
      status: "FAILED",
      error: "States.QueryEvaluationError",
      cause:
        "An error occurred while executing the state 'C' (entered at the event id #2). The JSONata expression ''yes'' " +
        "specified for the field 'Choices[0]/Condition' returned an unexpected result type. " +
        "Expected 'boolean', but was 'string' for value: \"yes\"",
    });
  });
});

describe("Succeed and Fail", () => {
  test("Succeed ends the execution with its Output", async () => {
    const states = { S: { Type: "Succeed", Output: { ok: "{% $states.input %}" } } };
    expect(await runToEnd(machine(states), 1)).toEqual({ status: "SUCCEEDED", output: { ok: 1 } });
  });

  test("Fail ends it with Error and Cause, which may be expressions", async () => {
    const states = { F: { Type: "Fail", Error: "{% $states.input.e %}", Cause: "said so" } };
    expect(await runToEnd(machine(states), { e: "Broken" })).toEqual({
      status: "FAILED",
      error: "Broken",
      cause: "said so",
    });
  });
});

describe("Wait", () => {
  test("Seconds may be an expression; the state is left when they have passed", async () => {
    const under = buildEngine(machine({ W: { Type: "Wait", Seconds: "{% $states.input.s %}", End: true } }));
    await start(under, { s: 90 });
    under.clock.advance(89_999);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "RUNNING" });
    under.clock.advance(1);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: { s: 90 } });
  });

  test("Timestamp waits for a moment, also one beyond the 24.8 days of a single Node timer", async () => {
    const under = buildEngine(
      machine({ W: { Type: "Wait", Timestamp: "2027-05-01T00:00:00+02:00", End: true } }),
    );
    await start(under);
    under.clock.advanceTo(Date.parse("2027-04-30T21:59:59.999Z"));
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "RUNNING" });
    under.clock.advanceTo(Date.parse("2027-04-30T22:00:00.000Z"));
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: {} });
  });

  test("seconds that are no whole number are refused", async () => {
    const states = { W: { Type: "Wait", Seconds: "{% 1.5 %}", End: true } };
    expect((await runToEnd(machine(states)))?.error).toBe("States.QueryEvaluationError");
  });
});

describe("Task", () => {
  test("the function gets the Payload, and the result wraps what it returns", async () => {
    const states = { T: task("add", { Output: "{% $states.result %}" }) };
    const add = (payload: unknown) => ({ got: payload });
    expect(await runToEnd(machine(states), { a: 1 }, { add })).toEqual({
      status: "SUCCEEDED",
      output: { ExecutedVersion: "$LATEST", Payload: { got: { a: 1 } }, StatusCode: 200 },
    });
  });

  test("the function is found by its name, its ARN and its aliased ARN", async () => {
    const states = {
      A: task("fn", { Next: "B" }),
      B: task("arn:aws:lambda:local:000000000000:function:fn", { Next: "C" }),
      C: task("arn:aws-cn:lambda:local:000000000000:function:fn:live"),
    };
    const under = buildEngine(machine(states), { fn: () => "ok" });
    await start(under);
    expect(under.invoked).toEqual(["fn", "fn", "fn"]);
  });

  test("a function that returns nothing gives null, and cannot change what the engine holds", async () => {
    const states = {
      T: task("fn", { Output: { payload: "{% $states.result.Payload %}", input: "{% $states.input %}" } }),
    };
    const fn = (payload: unknown) => void Object.assign(payload as object, { a: "changed" });
    expect(await runToEnd(machine(states), { a: 1 }, { fn })).toEqual({
      status: "SUCCEEDED",
      output: { payload: null, input: { a: 1 } },
    });
  });

  test("what a function throws is the Task's error, with Lambda's cause", async () => {
    const fn = () => {
      throw named("RunContended", "four times");
    };
    expect(await runToEnd(machine({ T: task("fn") }), {}, { fn })).toEqual({
      status: "FAILED",
      error: "RunContended",
      cause: '{"errorType":"RunContended","errorMessage":"four times","trace":[]}',
    });
  });

  test("it times out at its deadline, and what the function answers later is dropped", async () => {
    const late = Promise.withResolvers<string>();
    const under = buildEngine(machine({ T: task("fn", { TimeoutSeconds: "{% $states.input.s %}" }) }), {
      fn: () => late.promise,
    });
    await start(under, { s: 5 });
    under.clock.advance(5000);
    await settle();
    late.resolve("too late");
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "FAILED", error: "States.Timeout" });
    expect(under.history.slice(-3)).toEqual(["TaskStarted", "TaskTimedOut", "ExecutionFailed"]);
  });

  test("the function is told the deadline, by default 99,999,999 seconds after the start", async () => {
    const deadlines: number[] = [];
    const under = buildEngine(machine({ T: task("fn") }), {
      fn: (_payload, { deadlineAt }) => void deadlines.push(deadlineAt),
    });
    const startedAt = under.clock.now();
    await start(under);
    expect(deadlines).toEqual([startedAt + 99_999_999_000]);
  });
});

describe("$states.context", () => {
  test("tells execution, state, machine and time in the words of Step Functions", async () => {
    const states = { T: task("fn", { Arguments: { FunctionName: "fn", Payload: "{% $states.context %}" } }) };
    expect(await runToEnd(machine(states), { a: 1 }, { fn: (payload) => payload })).toEqual({
      status: "SUCCEEDED",
      output: {
        Execution: {
          Id: "arn:aws:states:local:000000000000:execution:run:e1",
          Input: { a: 1 },
          Name: "e1",
          RoleArn: "arn:aws:iam::000000000000:role/local",
          StartTime: "2026-11-22T12:00:00.000Z",
        },
        State: { EnteredTime: "2026-11-22T12:00:00.000Z", Name: "T", RetryCount: 0 },
        StateMachine: { Id: "arn:aws:states:local:000000000000:stateMachine:run", Name: "run" },
      },
    });
  });

  test("$now() and $millis() follow the engine's clock", async () => {
    const states = { P: { ...pass, Output: ["{% $now() %}", "{% $millis() %}", "{% $now('[Y]') %}"] } };
    expect((await runToEnd(machine(states)))?.output).toEqual([
      "2026-11-22T12:00:00.000Z",
      1_795_348_800_000,
      "2026",
    ]);
  });
});
