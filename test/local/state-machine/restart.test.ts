import { DatabaseSync } from "node:sqlite";
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
  tokenTask,
} from "./build-engine.ts";
import { ManualClock } from "./manual-clock.ts";

const never = () => new Promise(() => undefined);

describe("an engine that takes over from another process", () => {
  test("goes on counting retries where the process before it stopped", async () => {
    const database = new DatabaseSync(":memory:");
    const definition = machine({ T: task("fn", { Retry: [{ ErrorEquals: ["E"], MaxAttempts: 2 }] }) });
    const counts: unknown[] = [];
    const fail = { fn: () => Promise.reject(named("E")) };
    const first = buildEngine(definition, fail, { database });
    await start(first);
    first.clock.advance(1000);
    await settle();
    const second = buildEngine(definition, fail, { database, clock: new ManualClock(first.clock.now()) });
    counts.push(first.invoked.length, second.invoked.length);
    expect(second.clock.nextDueAt()).toBe(first.clock.now() + 2000);
    second.clock.advance(2000);
    await settle();
    counts.push(second.invoked.length);
    expect(counts).toEqual([2, 0, 1]);
    expect(outcomeOf(second)?.error).toBe("E");
  });

  test("does not invoke again what timed out while no process ran", async () => {
    const database = new DatabaseSync(":memory:");
    const definition = machine({ T: task("fn", { TimeoutSeconds: 60 }) });
    const first = buildEngine(definition, { fn: never }, { database });
    await start(first);
    const second = buildEngine(
      definition,
      { fn: never },
      { database, clock: new ManualClock(first.clock.now() + 60_000) },
    );
    second.clock.advance(0);
    await settle();
    expect(second.invoked).toEqual([]);
    expect(outcomeOf(second)).toEqual({ status: "FAILED", error: "States.Timeout" });
  });

  test("keeps of a finished iteration its output alone", async () => {
    const map = {
      Type: "Map",
      ItemProcessor: {
        StartAt: "T",
        States: { T: task("fn", { Assign: { kept: "{% $states.input %}" }, Output: "small" }) },
      },
      End: true,
    };
    const under = buildEngine(machine({ M: map }), { fn: (item) => (item === "wait" ? never() : item) });
    await start(under, ["wait", "x".repeat(10_000)]);
    const rows = under.database
      .prepare("SELECT length(record) AS length FROM engine_branches ORDER BY branch")
      .all();
    expect(rows.map(({ length }) => Number(length) > 10_000)).toEqual([true, false, false]);
    expect(Number(rows[2]?.["length"])).toBeLessThan(200);
  });

  test("leaves a running execution its own definition when the machine has changed", async () => {
    const database = new DatabaseSync(":memory:");
    const tokens: string[] = [];
    const ask = (payload: unknown) => void tokens.push((payload as { token: string }).token);
    const old = buildEngine(
      machine({ Ask: tokenTask("ask", { Next: "Old" }), Old: { ...pass, Output: "old" } }),
      { ask },
      { database },
    );
    await start(old);
    const changed = machine({ Ask: tokenTask("ask", { Next: "New" }), New: { ...pass, Output: "new" } });
    const now = buildEngine(changed, { ask }, { database });
    await start(now, {}, "e2");
    for (const token of tokens) expect(now.engine.sendTaskSuccess({ token, output: 1 })).toBe("accepted");
    await settle();
    expect([outcomeOf(now, "e1")?.output, outcomeOf(now, "e2")?.output]).toEqual(["old", "new"]);
    buildEngine(changed, {}, { database });
    expect(database.prepare("SELECT count(*) AS rows FROM engine_definitions").get()).toEqual({ rows: 1 });
  });

  test("fails an execution whose journal is damaged, and runs the others", async () => {
    const database = new DatabaseSync(":memory:");
    const definition = machine({ W: { Type: "Wait", Seconds: 5, End: true } });
    const first = buildEngine(definition, {}, { database });
    await start(first, {}, "e1");
    await start(first, {}, "e2");
    database.exec("UPDATE engine_branches SET record = '{\"v\":2}' WHERE execution = 1");
    const second = buildEngine(
      definition,
      {},
      { database, clock: new ManualClock(first.clock.now() + 5000) },
    );
    second.clock.advance(0);
    await settle();
    expect(outcomeOf(second, "e1")).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(outcomeOf(second, "e2")).toEqual({ status: "SUCCEEDED", output: {} });
  });
});
