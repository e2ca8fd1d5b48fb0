import { describe, expect, test } from "vitest";
import { buildEngine, machine, outcomeOf, settle, start, task, tokenTask } from "./build-engine.ts";

describe("a journal that cannot be written for a while", () => {
  test("takes an execution up again by itself after a write that failed", async () => {
    const under = buildEngine(machine({ A: task("fn") }), { fn: () => "done" });
    under.database.exec(
      "CREATE TEMP TRIGGER full BEFORE INSERT ON engine_branches BEGIN SELECT RAISE(FAIL, 'disk full'); END",
    );
    await start(under);
    expect(under.problems.map(String)).toEqual(["Error: disk full"]);
    expect(under.invoked).toEqual([]);
    under.clock.advance(1000);
    await settle();
    expect(under.problems).toHaveLength(2);
    under.database.exec("DROP TRIGGER full");
    under.clock.advance(1000);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: "done" });
    expect(under.invoked).toEqual(["fn"]);
  });

  test("a token whose answer cannot be written stays good", async () => {
    const tokens: string[] = [];
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), {
      ask: (payload) => void tokens.push((payload as { token: string }).token),
    });
    await start(under);
    const [token = ""] = tokens;
    under.database.exec(
      "CREATE TEMP TRIGGER full BEFORE UPDATE ON engine_branches BEGIN SELECT RAISE(FAIL, 'disk full'); END",
    );
    expect(() => under.engine.sendTaskSuccess({ token, output: 1 })).toThrow("disk full");
    under.database.exec("DROP TRIGGER full");
    expect(under.engine.sendTaskSuccess({ token, output: 2 })).toBe("accepted");
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: 2 });
  });

  test("a token of an execution that waits to be read again is still good", async () => {
    const tokens: string[] = [];
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), {
      ask: (payload) => void tokens.push((payload as { token: string }).token),
    });
    under.database.exec(
      "CREATE TEMP TRIGGER full BEFORE UPDATE ON engine_branches BEGIN SELECT RAISE(FAIL, 'disk full'); END",
    );
    await start(under);
    expect(under.problems).toHaveLength(1);
    under.database.exec("DROP TRIGGER full");
    expect(under.engine.sendTaskSuccess({ token: tokens[0] ?? "", output: 1 })).toBe("accepted");
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: 1 });
  });
});
