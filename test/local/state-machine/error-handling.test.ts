import { describe, expect, test } from "vitest";
import {
  buildEngine,
  machine,
  named,
  outcomeOf,
  pass,
  settle,
  start,
  task,
  type EngineUnderTest,
} from "./build-engine.ts";

/** A function that throws these errors one after the other, then answers "done". */
function throwing(...names: readonly string[]): () => string {
  const left = [...names];
  return () => {
    const name = left.shift();
    if (name !== undefined) throw named(name);
    return "done";
  };
}

/** Follows pauses until nothing is left to wait for within a day; answers their lengths in milliseconds. */
async function followPauses(under: EngineUnderTest): Promise<readonly number[]> {
  const pauses: number[] = [];
  while (under.engine.describeExecution("e1")?.status === "RUNNING") {
    const now = under.clock.now();
    const dueAt = under.clock.nextDueAt() ?? Number.POSITIVE_INFINITY;
    if (dueAt - now > 86_400_000) break;
    pauses.push(dueAt - now);
    under.clock.advanceTo(dueAt);
    await settle();
  }
  return pauses;
}

async function pausesOf(retry: readonly object[], fn: () => unknown, random?: () => number) {
  const under = buildEngine(
    machine({ T: task("fn", { Retry: retry }) }),
    { fn },
    random === undefined ? {} : { random },
  );
  await start(under);
  const pauses = await followPauses(under);
  return { pauses, outcome: outcomeOf(under), invoked: under.invoked.length };
}

const done = { status: "SUCCEEDED", output: "done" };
const failedWith = (error: string) => expect.objectContaining({ status: "FAILED", error }) as unknown;

describe("Retry", () => {
  test("waits 1, 2 and 4 seconds and gives up after three attempts unless told otherwise", async () => {
    const fn = throwing("E", "E", "E", "E", "E");
    expect(await pausesOf([{ ErrorEquals: ["E"] }], fn)).toEqual({
      pauses: [1000, 2000, 4000],
      outcome: failedWith("E"),
      invoked: 4,
    });
  });

  test("goes on when an attempt succeeds", async () => {
    const retry = [{ ErrorEquals: ["E"], IntervalSeconds: 3, MaxAttempts: 5, BackoffRate: 1.5 }];
    expect(await pausesOf(retry, throwing("E", "E"))).toEqual({
      pauses: [3000, 4500],
      outcome: done,
      invoked: 3,
    });
  });

  test("MaxDelaySeconds is the ceiling of a pause", async () => {
    const retry = [{ ErrorEquals: ["E"], IntervalSeconds: 3, MaxDelaySeconds: 4 }];
    expect((await pausesOf(retry, throwing("E", "E"))).pauses).toEqual([3000, 4000]);
  });

  test("FULL jitter waits a part of the pause", async () => {
    const retry = [{ ErrorEquals: ["E"], IntervalSeconds: 4, JitterStrategy: "FULL" }];
    expect((await pausesOf(retry, throwing("E", "E"), () => 0.25)).pauses).toEqual([1000, 2000]);
  });

  test("the first Retrier that names the error decides alone, each with its own count", async () => {
    const retry = [
      { ErrorEquals: ["A", "B"], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
      { ErrorEquals: ["C"], IntervalSeconds: 5 },
    ];
    expect(await pausesOf(retry, throwing("A", "B", "C", "B"))).toEqual({
      pauses: [1000, 2000, 5000],
      outcome: failedWith("B"),
      invoked: 4,
    });
  });

  test("MaxAttempts 0 exempts an error from the Retriers after it", async () => {
    const retry = [{ ErrorEquals: ["A"], MaxAttempts: 0 }, { ErrorEquals: ["States.ALL"] }];
    expect(await pausesOf(retry, throwing("A"))).toEqual({
      pauses: [],
      outcome: failedWith("A"),
      invoked: 1,
    });
  });

  test("counts start anew when the state is entered again", async () => {
    const definition = machine({
      T: task("fn", { Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }], Next: "Again" }),
      Again: {
        Type: "Choice",
        Choices: [{ Condition: "{% $states.input = 'done' %}", Next: "P" }],
        Default: "T",
      },
      P: pass,
    });
    const answers = ["E", "again", "E", "done"];
    const under = buildEngine(definition, {
      fn: () => {
        const answer = answers.shift();
        if (answer === "E") throw named("E");
        return answer;
      },
    });
    await start(under);
    expect(await followPauses(under)).toEqual([1000, 1000]);
    expect(outcomeOf(under)).toEqual(done);
  });

  test("RetryCount in the Arguments counts the retries of this entry", async () => {
    const counts: unknown[] = [];
    const fn = throwing("E", "E");
    const taskArguments = { FunctionName: "fn", Payload: "{% $states.context.State.RetryCount %}" };
    const under = buildEngine(
      machine({ T: task("fn", { Arguments: taskArguments, Retry: [{ ErrorEquals: ["E"] }] }) }),
      {
        fn: (payload) => {
          counts.push(payload);
          return fn();
        },
      },
    );
    await start(under);
    await followPauses(under);
    expect(counts).toEqual([0, 1, 2]);
  });

  test("each attempt has the whole timeout for itself", async () => {
    const definition = machine({
      T: task("fn", { TimeoutSeconds: 10, Retry: [{ ErrorEquals: ["States.Timeout"], MaxAttempts: 1 }] }),
    });
    const under = buildEngine(definition, { fn: () => new Promise(() => undefined) });
    await start(under);
    expect(await followPauses(under)).toEqual([10_000, 1000, 10_000]);
    expect(outcomeOf(under)).toEqual({ status: "FAILED", error: "States.Timeout" });
  });

  test("retries are no state entries", async () => {
    const under = buildEngine(machine({ T: task("fn", { Retry: [{ ErrorEquals: ["E"] }] }) }), {
      fn: throwing("E", "E"),
    });
    await start(under);
    await followPauses(under);
    expect(under.engine.describeExecution("e1")?.transitions).toBe(1);
  });
});

/** Runs a Task that fails like this into a Catch of these names; "caught" or the error that got through. */
async function catchOf(
  errorEquals: readonly string[],
  fn: () => unknown,
  fields: object = {},
): Promise<unknown> {
  const caught = { ErrorEquals: errorEquals, Output: "caught", Next: "P" };
  const under = buildEngine(machine({ T: task("fn", { ...fields, Catch: [caught] }), P: pass }), { fn });
  await start(under);
  await followPauses(under);
  const outcome = outcomeOf(under);
  return outcome?.output ?? outcome?.error;
}

describe("Catch", () => {
  const fail = (name: string) => () => {
    throw named(name);
  };
  const large = () => "x".repeat(262_144);
  const never = () => new Promise(() => undefined);
  const broken = { Output: "{% $unknown %}" };

  test.each<[string, readonly string[], () => unknown, object, string]>([
    ["an error by its name", ["E"], fail("E"), {}, "caught"],
    ["not another name", ["F"], fail("E"), {}, "E"],
    ["names case by case", ["e"], fail("E"), {}, "E"],
    ["any function error as States.TaskFailed", ["States.TaskFailed"], fail("E"), {}, "caught"],
    ["any function error as States.ALL", ["States.ALL"], fail("E"), {}, "caught"],
    ["a timeout as States.Timeout", ["States.Timeout"], never, { TimeoutSeconds: 1 }, "caught"],
    ["a timeout as States.ALL", ["States.ALL"], never, { TimeoutSeconds: 1 }, "caught"],
    [
      "no timeout as States.TaskFailed",
      ["States.TaskFailed"],
      never,
      { TimeoutSeconds: 1 },
      "States.Timeout",
    ],
    ["too much data by its name", ["States.DataLimitExceeded"], large, {}, "caught"],
    ["no such data as States.ALL", ["States.ALL"], large, {}, "States.DataLimitExceeded"],
    ["no such data as States.TaskFailed", ["States.TaskFailed"], large, {}, "States.DataLimitExceeded"],
    ["an expression that fails", ["States.QueryEvaluationError"], () => 1, broken, "caught"],
    ["an expression that fails, as States.ALL", ["States.ALL"], () => 1, broken, "caught"],
    ["no States.Runtime, whatever it lists", ["States.ALL"], fail("States.Runtime"), {}, "States.Runtime"],
  ])("catches %s", async (_what, errorEquals, fn, fields, expected) => {
    expect(await catchOf(errorEquals, fn, fields)).toBe(expected);
  });

  test("hands the error on as output when it has none of its own", async () => {
    const definition = machine({
      T: task("fn", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "P" }] }),
      P: pass,
    });
    const under = buildEngine(definition, { fn: fail("E") });
    await start(under);
    expect(outcomeOf(under)?.output).toEqual({
      Error: "E",
      Cause: '{"errorType":"E","errorMessage":"told","trace":[]}',
    });
  });

  test("its Output and Assign see errorOutput and the state's input; the state's own are not evaluated", async () => {
    const caught = {
      ErrorEquals: ["States.ALL"],
      Assign: { why: "{% $states.errorOutput.Error %}" },
      Output: { was: "{% $states.input %}" },
      Next: "P",
    };
    const definition = machine({
      T: task("fn", { Assign: { why: "it worked" }, Catch: [caught] }),
      P: { ...pass, Output: { why: "{% $why %}", input: "{% $states.input %}" } },
    });
    const under = buildEngine(definition, { fn: fail("E") });
    await start(under, { a: 1 });
    expect(outcomeOf(under)?.output).toEqual({ why: "E", input: { was: { a: 1 } } });
  });

  test("comes after the retries are used up", async () => {
    const definition = machine({
      T: task("fn", {
        Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ["E"], Output: "caught", Next: "P" }],
      }),
      P: pass,
    });
    const under = buildEngine(definition, { fn: throwing("E", "E") });
    await start(under);
    expect(await followPauses(under)).toEqual([1000]);
    expect(outcomeOf(under)?.output).toBe("caught");
  });

  test("a Catch that cannot be evaluated is not caught by itself", async () => {
    const caught = { ErrorEquals: ["States.ALL"], Output: "{% $unknown %}", Next: "P" };
    const under = buildEngine(machine({ T: task("fn", { Catch: [caught] }), P: pass }), { fn: fail("E") });
    await start(under);
    expect(outcomeOf(under)).toEqual({
      status: "FAILED",
      error: "States.QueryEvaluationError",
      cause:
        "An error occurred while executing the state 'T' (entered at the event id #2). " +
        "The JSONata expression '$unknown' specified for the field 'Catch[0]/Output' returned nothing (undefined).",
    });
  });
});
