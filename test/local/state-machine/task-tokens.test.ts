import { describe, expect, test } from "vitest";
import { EngineBusy } from "../../../local/state-machine/execution-runner.ts";
import { buildEngine, machine, named, outcomeOf, pass, settle, start, tokenTask } from "./build-engine.ts";

/** A function that keeps the tokens it is given and answers at once. */
function keepTokens() {
  const tokens: string[] = [];
  const ask = (payload: unknown) => {
    tokens.push((payload as { token: string }).token);
    return "asked";
  };
  return { tokens, ask, token: (index = 0) => tokens[index] ?? "none" };
}

const unknownToken = "A".repeat(43);

describe("a Task that waits for a token", () => {
  test("waits after its function returned, and its result is what the token brings", async () => {
    const asked = keepTokens();
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), { ask: asked.ask });
    await start(under);
    expect(outcomeOf(under)).toEqual({ status: "RUNNING" });
    expect(under.engine.sendTaskSuccess({ token: asked.token(), output: { ok: true } })).toBe("accepted");
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: { ok: true } });
    expect(under.history).toEqual([
      "ExecutionStarted",
      "TaskStateEntered Ask",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited Ask",
      "ExecutionSucceeded",
    ]);
  });

  test("a token is 32 random bytes in base64url, a new one for each wait", async () => {
    const asked = keepTokens();
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), { ask: asked.ask });
    await start(under, {}, "e1");
    await start(under, {}, "e2");
    expect(asked.tokens).toHaveLength(2);
    expect(new Set(asked.tokens).size).toBe(2);
    expect(asked.token()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test("a failure sent for the token is the Task's error", async () => {
    const asked = keepTokens();
    const caught = { ErrorEquals: ["Rejected"], Next: "P" };
    const under = buildEngine(machine({ Ask: tokenTask("ask", { Catch: [caught] }), P: pass }), {
      ask: asked.ask,
    });
    await start(under);
    expect(under.engine.sendTaskFailure({ token: asked.token(), error: "Rejected", cause: "no" })).toBe(
      "accepted",
    );
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: { Error: "Rejected", Cause: "no" } });
  });

  test("fails when its function throws, and its token is worth nothing then", async () => {
    const tokens: string[] = [];
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), {
      ask: (payload) => {
        tokens.push((payload as { token: string }).token);
        throw named("RequirementReleased");
      },
    });
    await start(under);
    expect(outcomeOf(under)?.error).toBe("RequirementReleased");
    expect(under.engine.sendTaskSuccess({ token: tokens[0] ?? "", output: 1 })).toBe("task-timed-out");
  });

  test("a token that comes back before its function returned counts, and the function's answer does not", async () => {
    const release = Promise.withResolvers<void>();
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), {
      ask: async (payload) => {
        const { token } = payload as { token: string };
        expect(under.engine.sendTaskSuccess({ token, output: "early" })).toBe("accepted");
        await release.promise;
        throw named("TooLate");
      },
    });
    await start(under);
    release.resolve();
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: "early" });
  });

  test("times out at its deadline, also 100 days later, and the token answers task-timed-out", async () => {
    const asked = keepTokens();
    const day = 86_400;
    const under = buildEngine(machine({ Ask: tokenTask("ask", { TimeoutSeconds: 100 * day }) }), {
      ask: asked.ask,
    });
    await start(under);
    under.clock.advance(100 * day * 1000 - 1);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "RUNNING" });
    under.clock.advance(1);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "FAILED", error: "States.Timeout" });
    expect(under.engine.sendTaskSuccess({ token: asked.token(), output: 1 })).toBe("task-timed-out");
  });

  test("after its deadline a token is worth nothing, even before the timer has run", async () => {
    const asked = keepTokens();
    const under = buildEngine(machine({ Ask: tokenTask("ask", { TimeoutSeconds: 60 }) }), { ask: asked.ask });
    await start(under);
    under.clock.pass(60_000);
    expect(under.engine.sendTaskSuccess({ token: asked.token(), output: 1 })).toBe("task-timed-out");
    under.clock.advance(0);
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "FAILED", error: "States.Timeout" });
  });

  test("a retry waits on a new token; the old one is worth nothing", async () => {
    const asked = keepTokens();
    const retry = { ErrorEquals: ["Again"], IntervalSeconds: 1 };
    const under = buildEngine(machine({ Ask: tokenTask("ask", { Retry: [retry] }) }), { ask: asked.ask });
    await start(under);
    under.engine.sendTaskFailure({ token: asked.token(), error: "Again", cause: "" });
    await settle();
    expect(under.engine.sendTaskSuccess({ token: asked.token(), output: "old" })).toBe("task-timed-out");
    under.clock.advance(1000);
    await settle();
    expect(under.engine.sendTaskSuccess({ token: asked.token(0), output: "old" })).toBe("task-timed-out");
    expect(under.engine.sendTaskSuccess({ token: asked.token(1), output: "new" })).toBe("accepted");
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: "new" });
  });

  test("a used token, an unknown one and one of a stopped execution answer task-timed-out", async () => {
    const asked = keepTokens();
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), { ask: asked.ask });
    await start(under, {}, "e1");
    await start(under, {}, "e2");
    under.engine.sendTaskSuccess({ token: asked.token(0), output: 1 });
    expect(under.engine.sendTaskSuccess({ token: asked.token(0), output: 2 })).toBe("task-timed-out");
    await settle();
    expect(under.engine.sendTaskSuccess({ token: asked.token(0), output: 2 })).toBe("task-timed-out");
    expect(under.engine.sendTaskSuccess({ token: unknownToken, output: 2 })).toBe("task-timed-out");
    under.engine.stopExecution("e2", "Stopped", "");
    expect(under.engine.sendTaskSuccess({ token: asked.token(1), output: 2 })).toBe("task-timed-out");
    expect(outcomeOf(under, "e1")?.output).toBe(1);
  });

  test.each(["", "abc", `${unknownToken}A`, `${"A".repeat(42)}=`, `${"A".repeat(42)} `])(
    "%j is no token at all",
    async (token) => {
      const under = buildEngine(machine({ P: pass }));
      expect(under.engine.sendTaskSuccess({ token, output: 1 })).toBe("invalid-token");
      expect(under.engine.sendTaskFailure({ token, error: "E", cause: "" })).toBe("invalid-token");
    },
  );

  test("an output of more than 256 KiB is refused before it settles anything", async () => {
    const asked = keepTokens();
    const under = buildEngine(machine({ Ask: tokenTask("ask") }), { ask: asked.ask });
    await start(under);
    const send = () => under.engine.sendTaskSuccess({ token: asked.token(), output: "x".repeat(262_143) });
    expect(send).toThrow("The output has 262145 bytes; 262144 are allowed.");
    expect(under.engine.sendTaskSuccess({ token: asked.token(), output: "fits" })).toBe("accepted");
  });

  test("when a Map fails, the tokens of its other iterations are worth nothing", async () => {
    const asked = keepTokens();
    const map = {
      Type: "Map",
      ItemProcessor: { StartAt: "Ask", States: { Ask: tokenTask("ask") } },
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Wait" }],
      End: true,
    };
    const under = buildEngine(machine({ M: map, Wait: { Type: "Wait", Seconds: 60, End: true } }), {
      ask: asked.ask,
    });
    await start(under, ["a", "b"]);
    under.engine.sendTaskFailure({ token: asked.token(0), error: "E", cause: "" });
    await settle();
    expect(outcomeOf(under)).toEqual({ status: "RUNNING" });
    expect(under.engine.sendTaskSuccess({ token: asked.token(1), output: 1 })).toBe("task-timed-out");
  });

  test("so they are when an item cannot be selected while others are asked about", async () => {
    const asked = keepTokens();
    const map = {
      Type: "Map",
      MaxConcurrency: 2,
      ItemSelector: "{% $states.context.Map.Item.Value.a %}",
      ItemProcessor: { StartAt: "Ask", States: { Ask: tokenTask("ask") } },
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Wait" }],
      End: true,
    };
    const under = buildEngine(machine({ M: map, Wait: { Type: "Wait", Seconds: 60, End: true } }), {
      ask: asked.ask,
    });
    await start(under, [{ a: 1 }, { a: 2 }, {}]);
    under.engine.sendTaskSuccess({ token: asked.token(0), output: 1 });
    await settle();
    expect(under.engine.sendTaskSuccess({ token: asked.token(1), output: 1 })).toBe("task-timed-out");
    expect(under.database.prepare("SELECT count(*) AS rows FROM engine_branches").get()).toEqual({ rows: 1 });
    under.clock.advance(60_000);
    await settle();
    expect(outcomeOf(under)?.status).toBe("SUCCEEDED");
  });

  test("while it is being decided whether a token is still waited for, nobody is told that it is not", async () => {
    const asked = keepTokens();
    const answers: unknown[] = [];
    const map = {
      Type: "Map",
      ItemProcessor: { StartAt: "Ask", States: { Ask: tokenTask("ask") } },
      Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput.Error %}", Next: "P" }],
      End: true,
    };
    const under = buildEngine(
      machine({ M: map, P: pass }),
      { ask: asked.ask },
      {
        // The Map has dropped its iterations in memory, and the journal does not know yet.
        onHistory: (type) => {
          if (type !== "MapStateFailed") return;
          try {
            answers.push(under.engine.sendTaskSuccess({ token: asked.token(1), output: 1 }));
          } catch (error) {
            answers.push(error instanceof EngineBusy);
          }
        },
      },
    );
    await start(under, ["a", "b"]);
    under.engine.sendTaskFailure({ token: asked.token(0), error: "E", cause: "" });
    await settle();
    expect(answers).toEqual([true]);
    expect(outcomeOf(under)).toEqual({ status: "SUCCEEDED", output: "E" });
  });

  test("waits in a Map are settled each on its own, in any order", async () => {
    const asked = keepTokens();
    const map = {
      Type: "Map",
      ItemProcessor: { StartAt: "Ask", States: { Ask: tokenTask("ask") } },
      End: true,
    };
    const under = buildEngine(machine({ M: map }), { ask: asked.ask });
    await start(under, ["a", "b", "c"]);
    for (const index of [2, 0, 1]) {
      under.engine.sendTaskSuccess({ token: asked.token(index), output: `answer ${index}` });
      await settle();
    }
    expect(outcomeOf(under)?.output).toEqual(["answer 0", "answer 1", "answer 2"]);
  });
});
