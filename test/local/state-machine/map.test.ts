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

function mapOver(states: Readonly<Record<string, object>>, fields: object = {}): object {
  const processor = { StartAt: Object.keys(states)[0], States: states };
  const next = "Next" in fields ? {} : { End: true };
  return { Type: "Map", ItemProcessor: processor, ...next, ...fields };
}

/** A function whose calls the test answers by item. */
function answerable() {
  const open = new Map<unknown, PromiseWithResolvers<unknown>>();
  return {
    fn: (item: unknown) => {
      const answer = Promise.withResolvers<unknown>();
      open.set(item, answer);
      return answer.promise;
    },
    answer: (item: unknown, value: unknown) => open.get(item)?.resolve(value),
    fail: (item: unknown, name: string) => open.get(item)?.reject(named(name)),
  };
}

describe("Map", () => {
  test("its output has the iterations' outputs in the order of the items, however they end", async () => {
    const calls = answerable();
    const under = buildEngine(machine({ M: mapOver({ T: task("fn") }) }), { fn: calls.fn });
    await start(under, ["a", "b", "c"]);
    for (const item of ["c", "a", "b"]) {
      calls.answer(item, item.toUpperCase());
      await settle();
    }
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: ["A", "B", "C"] });
  });

  test("an empty array gives an empty array without an iteration", async () => {
    expect(await runToEnd(machine({ M: mapOver({ T: task("fn") }) }), [])).toEqual({
      status: "SUCCEEDED",
      output: [],
    });
  });

  test("an input that is no array fails it", async () => {
    expect(await runToEnd(machine({ M: mapOver({ P: pass }) }), { a: 1 })).toEqual({
      status: "FAILED",
      error: "States.QueryEvaluationError",
      cause:
        "An error occurred while executing the state 'M' (entered at the event id #2). " +
        'Map state input must be an array but was: {"a":1}',
    });
  });

  test("Items, ItemSelector, Output and Assign see what they may", async () => {
    const map = mapOver(
      { P: { ...pass, Output: { at: "{% $states.context.Map.Item.Index %}", got: "{% $states.input %}" } } },
      {
        Items: "{% $states.input.list %}",
        ItemSelector: {
          value: "{% $states.context.Map.Item.Value %}",
          all: "{% $count($states.input.list) %}",
        },
        Output: { items: "{% $states.result %}", was: "{% $states.input.list %}" },
        Assign: { last: "{% $states.result[-1].at %}" },
        Next: "End",
      },
    );
    const end = { ...pass, Output: { input: "{% $states.input %}", last: "{% $last %}" } };
    expect((await runToEnd(machine({ M: map, End: end }), { list: ["x", "y"] }))?.output).toEqual({
      input: {
        items: [
          { at: 0, got: { value: "x", all: 2 } },
          { at: 1, got: { value: "y", all: 2 } },
        ],
        was: ["x", "y"],
      },
      last: 1,
    });
  });

  test("an ItemSelector that fails for one item fails the Map", async () => {
    const map = mapOver({ P: pass }, { ItemSelector: "{% $states.context.Map.Item.Value.a %}" });
    expect((await runToEnd(machine({ M: map }), [{ a: 1 }, {}]))?.cause).toBe(
      "An error occurred while executing the state 'M' (entered at the event id #2). The JSONata expression " +
        "'$states.context.Map.Item.Value.a' specified for the field 'ItemSelector' returned nothing (undefined).",
    );
  });

  test("an iteration reads outer variables and keeps its own to itself", async () => {
    const inner = {
      A: { Type: "Pass", Assign: { own: "{% $outer & $states.input %}" }, Next: "B" },
      B: { ...pass, Output: "{% $own %}" },
    };
    const definition = machine({
      Set: { Type: "Pass", Assign: { outer: "o" }, Next: "M" },
      M: mapOver(inner, { Next: "End" }),
      End: { ...pass, Output: { input: "{% $states.input %}", own: "{% $exists($own) %}" } },
    });
    expect((await runToEnd(definition, ["a", "b"]))?.output).toEqual({ input: ["oa", "ob"], own: false });
  });

  test.each([
    { maxConcurrency: 1, atOnce: 1 },
    { maxConcurrency: 2, atOnce: 2 },
    { maxConcurrency: 0, atOnce: 40 },
    { maxConcurrency: 100, atOnce: 40 },
    { maxConcurrency: "{% 3 %}", atOnce: 3 },
  ])("MaxConcurrency $maxConcurrency runs $atOnce of 50 at once", async ({ maxConcurrency, atOnce }) => {
    let active = 0;
    let most = 0;
    const answers: (() => void)[] = [];
    const under = buildEngine(
      machine({ M: mapOver({ T: task("fn") }, { MaxConcurrency: maxConcurrency }) }),
      {
        fn: (item) => {
          active += 1;
          most = Math.max(most, active);
          const answer = Promise.withResolvers<unknown>();
          answers.push(() => {
            active -= 1;
            answer.resolve(item);
          });
          return answer.promise;
        },
      },
    );
    const items = Array.from({ length: 50 }, (_, index) => index);
    await start(under, items);
    for (let answer = answers.shift(); answer !== undefined; answer = answers.shift()) {
      answer();
      await settle();
    }
    expect(most).toBe(atOnce);
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: items });
  });

  test("a failing iteration stops the others and fails the Map with its error", async () => {
    const calls = answerable();
    const after = task("after");
    const map = mapOver({ T: task("fn", { Next: "After" }), After: after });
    const under = buildEngine(machine({ M: map }), { fn: calls.fn, after: () => "late" });
    await start(under, ["slow", "bad"]);
    calls.fail("bad", "E");
    await settle();
    calls.answer("slow", 1);
    await settle();
    expect(outcomeOf(under)).toEqual({
      status: "FAILED",
      error: "E",
      cause: '{"errorType":"E","errorMessage":"told","trace":[]}',
    });
    expect(under.invoked).toEqual(["fn", "fn"]);
    expect(under.history.slice(-5)).toEqual([
      "TaskFailed",
      "MapIterationFailed M",
      "MapIterationAborted M",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
  });

  test("the Map catches what an iteration failed with, a Fail state without Error too", async () => {
    const caught = { ErrorEquals: ["States.ALL"], Next: "P" };
    const map = mapOver({ F: { Type: "Fail", Cause: "because" } }, { Catch: [caught] });
    expect(await runToEnd(machine({ M: map, P: pass }), [1])).toEqual({
      status: "SUCCEEDED",
      output: { Error: "", Cause: "because" },
    });
  });

  test("States.Runtime of an iteration passes the Map's Catch", async () => {
    const caught = { ErrorEquals: ["States.ALL"], Next: "P" };
    const map = mapOver(
      { C: { Type: "Choice", Choices: [{ Condition: false, Next: "C" }] } },
      { Catch: [caught] },
    );
    expect((await runToEnd(machine({ M: map, P: pass }), [1]))?.error).toBe("States.Runtime");
  });

  test("a Map that is retried starts all its iterations again", async () => {
    let isBroken = true;
    const map = mapOver({ T: task("fn") }, { MaxConcurrency: 1, Retry: [{ ErrorEquals: ["E"] }] });
    const under = buildEngine(machine({ M: map }), {
      fn: (item) => {
        if (item === 2 && isBroken) throw named("E");
        return item;
      },
    });
    await start(under, [1, 2, 3]);
    expect(outcomeOf(under)).toEqual({ status: "RUNNING" });
    isBroken = false;
    under.clock.advance(1000);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: [1, 2, 3] });
    expect(under.invoked).toHaveLength(5);
  });

  test("Maps may stand in Maps; an inner failure stays where it is caught", async () => {
    const inner = mapOver(
      { T: task("fn") },
      { Catch: [{ ErrorEquals: ["E"], Output: "caught", Next: "In" }], Next: "In" },
    );
    const outer = mapOver({ Inner: inner, In: pass });
    const under = buildEngine(machine({ M: outer }), {
      fn: (item) => {
        if (item === 3) throw named("E");
        return item;
      },
    });
    await start(under, [[1, 2], [3, 4], []]);
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: [[1, 2], "caught", []] });
    expect(under.database.prepare("SELECT count(*) AS rows FROM engine_branches").get()).toEqual({ rows: 0 });
  });

  test("state entries of the iterations count as transitions, iterations do not", async () => {
    const under = buildEngine(machine({ M: mapOver({ A: { Type: "Pass", Next: "B" }, B: pass }) }));
    await start(under, [1, 2, 3]);
    expect(under.engine.describeExecution("e1")?.transitions).toBe(7);
  });

  test("ToleratedFailureCount is evaluated, and tolerates nothing in an inline Map", async () => {
    const map = mapOver({ F: { Type: "Fail", Error: "E" } }, { ToleratedFailureCount: "{% 5 %}" });
    expect((await runToEnd(machine({ M: map }), [1]))?.error).toBe("E");
    const wrong = mapOver({ P: pass }, { ToleratedFailurePercentage: "{% 101 %}" });
    expect((await runToEnd(machine({ M: wrong }), [1]))?.error).toBe("States.QueryEvaluationError");
  });
});
