import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { createEngine } from "../../../local/state-machine/engine.ts";
import { loadDefinition } from "../../../local/state-machine/load-definition.ts";
import { buildEngine, machine, outcomeOf, pass, settle, start, task } from "./build-engine.ts";
import { ManualClock } from "./manual-clock.ts";

const never = () => new Promise(() => undefined);

describe("startExecution", () => {
  test("starts a name once, also after the execution ended and with another input", async () => {
    const under = buildEngine(machine({ P: pass }));
    expect(under.engine.startExecution({ name: "e1", input: 1 })).toBe("started");
    expect(under.engine.startExecution({ name: "e1", input: 2 })).toBe("already-exists");
    await settle();
    expect(under.engine.startExecution({ name: "e1", input: 3 })).toBe("already-exists");
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: 1 });
  });

  test.each(["", "a b", "a/b", "x".repeat(81)])("refuses the name %j", (name) => {
    const under = buildEngine(machine({ P: pass }));
    expect(() => under.engine.startExecution({ name, input: 1 })).toThrow("is no execution name");
  });

  test("two machines in one database do not see each other's executions", async () => {
    const database = new DatabaseSync(":memory:");
    const first = buildEngine(machine({ Ask: task("fn") }), { fn: never }, { database });
    await start(first);
    const second = createEngine({
      machineName: "other",
      definition: loadDefinition(machine({ P: pass })),
      database,
      clock: new ManualClock(),
      invoke: () => Promise.reject(new Error("not mine")),
    });
    second.recover();
    expect(second.describeExecution("e1")).toBeUndefined();
    expect(second.startExecution({ name: "e1", input: 1 })).toBe("started");
    await settle();
    expect(second.describeExecution("e1")?.status).toBe("SUCCEEDED");
    expect(outcomeOf(first)).toEqual({ status: "RUNNING" });
  });
});

describe("describeExecution", () => {
  test("tells input, times and state entries while it runs and afterwards", async () => {
    const under = buildEngine(
      machine({ P: { Type: "Pass", Next: "W" }, W: { Type: "Wait", Seconds: 5, End: true } }),
    );
    const startedAt = under.clock.now();
    await start(under, { a: 1 });
    expect(under.engine.describeExecution("e1")).toEqual({
      status: "RUNNING",
      input: { a: 1 },
      startedAt,
      transitions: 2,
    });
    under.clock.advance(5000);
    await settle();
    expect(under.engine.describeExecution("e1")).toEqual({
      status: "SUCCEEDED",
      input: { a: 1 },
      output: { a: 1 },
      startedAt,
      stoppedAt: startedAt + 5000,
      transitions: 2,
    });
    expect(under.engine.describeExecution("nobody")).toBeUndefined();
  });

  test("of an ended execution nothing is left but its row", async () => {
    const under = buildEngine(machine({ A: { Type: "Pass", Next: "B" }, B: pass }));
    await start(under, "kept");
    const count = (table: string) => under.database.prepare(`SELECT count(*) AS rows FROM ${table}`).get();
    expect(count("engine_branches")).toEqual({ rows: 0 });
    expect(count("engine_executions")).toEqual({ rows: 1 });
  });
});

describe("stopExecution", () => {
  test("aborts, past every Catch, and drops what functions still answer", async () => {
    const late = Promise.withResolvers<string>();
    const caught = { ErrorEquals: ["States.ALL"], Next: "P" };
    const under = buildEngine(machine({ T: task("fn", { Catch: [caught] }), P: pass }), {
      fn: () => late.promise,
    });
    await start(under);
    expect(under.engine.stopExecution("e1", "Stopped", "by hand")).toBe("stopped");
    late.resolve("late");
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "ABORTED", error: "Stopped", cause: "by hand" });
    expect(under.engine.stopExecution("e1", "Stopped", "again")).toBe("not-running");
    expect(under.engine.stopExecution("nobody", "Stopped", "")).toBe("not-running");
  });

  test("in the middle of a step ends it there", async () => {
    const under = buildEngine(machine({ A: { Type: "Pass", Next: "B" }, B: task("fn") }), { fn: never });
    under.engine.startExecution({ name: "e1", input: 1 });
    under.engine.stopExecution("e1", "Stopped", "");
    await settle();
    expect(outcomeOf(under)?.status).toBe("ABORTED");
    expect(under.invoked).toEqual([]);
    expect(under.changes).toHaveLength(1);
  });
});

describe("onStatusChange", () => {
  test("hears of the end once, with the input and the error", async () => {
    const under = buildEngine(machine({ F: { Type: "Fail", Error: "E", Cause: "c" } }));
    await start(under, { runId: "run_1" });
    expect(under.changes).toEqual([
      {
        executionName: "e1",
        machineName: "run",
        status: "FAILED",
        input: { runId: "run_1" },
        error: "E",
        cause: "c",
      },
    ]);
  });

  test("hears of it again, after 1, 2, 4 … 60 seconds, until it takes it", async () => {
    let refusals = 8;
    const onStatusChange = () => {
      refusals -= 1;
      if (refusals >= 0) throw new Error("not now");
    };
    const under = buildEngine(machine({ P: pass }), {}, { onStatusChange });
    await start(under);
    const pauses: number[] = [];
    for (let dueAt = under.clock.nextDueAt(); dueAt !== undefined; dueAt = under.clock.nextDueAt()) {
      pauses.push((dueAt - under.clock.now()) / 1000);
      under.clock.advanceTo(dueAt);
      await settle();
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(under.changes).toHaveLength(9);
    expect(under.problems).toHaveLength(8);
  });

  test("an end that was not taken is told by the next process", async () => {
    const database = new DatabaseSync(":memory:");
    const stuck = buildEngine(
      machine({ P: pass }),
      {},
      { database, onStatusChange: () => new Promise(() => undefined) },
    );
    await start(stuck);
    const next = buildEngine(machine({ P: pass }), {}, { database });
    await settle();
    expect(next.changes.map(({ executionName, status }) => [executionName, status])).toEqual([
      ["e1", "SUCCEEDED"],
    ]);
    const third = buildEngine(machine({ P: pass }), {}, { database });
    await settle();
    expect(third.changes).toEqual([]);
  });
});

describe("an engine", () => {
  test("does nothing before recover, and recovers once", () => {
    const engine = createEngine({
      machineName: "run",
      definition: loadDefinition(machine({ P: pass })),
      database: new DatabaseSync(":memory:"),
      clock: new ManualClock(),
      invoke: never,
    });
    expect(() => engine.startExecution({ name: "e1", input: 1 })).toThrow("call recover() once");
    engine.recover();
    expect(() => engine.recover()).toThrow("has recovered already");
  });

  test("close waits for functions that run and journals what they answer, but starts nothing more", async () => {
    const answer = Promise.withResolvers<string>();
    const database = new DatabaseSync(":memory:");
    const definition = machine({ A: task("slow", { Next: "B" }), B: task("next") });
    const under = buildEngine(definition, { slow: () => answer.promise }, { database });
    await start(under);
    const closed = under.engine.close();
    answer.resolve("kept");
    await closed;
    expect(under.invoked).toEqual(["slow"]);
    expect(() => under.engine.startExecution({ name: "e2", input: 1 })).toThrow("is closed");

    const next = buildEngine(definition, { next: (payload) => payload }, { database });
    await settle();
    expect(next.invoked).toEqual(["next"]);
    expect(outcomeOf(next)).toEqual({ status: "SUCCEEDED", output: "kept" });
  });

  test("close leaves no timer behind, also when nobody takes an end", async () => {
    const taken = Promise.withResolvers<void>();
    const under = buildEngine(
      machine({ W: { Type: "Wait", Seconds: 5, End: true } }),
      {},
      { onStatusChange: () => taken.promise },
    );
    await start(under, {}, "e1");
    under.clock.advance(5000);
    await settle();
    await start(under, {}, "e2");
    const closed = under.engine.close();
    taken.reject(new Error("too late"));
    await closed;
    expect(under.clock.nextDueAt()).toBeUndefined();
  });
});
