import { describe, expect, test } from "vitest";
import type { ZodMiniType } from "zod/mini";
import { matching } from "../../infra/machines/error-names.ts";
import { machineErrorNames } from "../../shared/domain/errors.ts";
import {
  endRunSchema,
  executeCallSchema,
  openRequirementSchema,
  takeAgentStepsSchema,
} from "../../shared/wire/machine.ts";
import { functions } from "../../shared/wiring.ts";
import { parseDefinition, readGolden, type TaskState } from "../machines/definition.ts";
import { findFaults } from "../machines/find-faults.ts";
import { walkPath } from "../machines/walk-path.ts";

const machine = readGolden("run");

describe("the state machine run", () => {
  test("breaks no rule of the graph", () => {
    expect(findFaults(machine, machineErrorNames)).toEqual([]);
  });

  test("a definition with a field that the rules do not know is refused", () => {
    const [start] = Object.values(machine.States);
    const assigning = { ...start, Assign: { token: "{% $states.context.Task.Token %}" } };
    expect(() => parseDefinition({ ...machine, States: { ...machine.States, assigning } })).toThrow("Assign");
  });

  test("an error name that nothing throws does not compile", () => {
    // @ts-expect-error The type checker is what refuses it.
    expect(matching("RunContented")).toEqual(["RunContented"]);
  });

  test("a live claim is waited for longer than two deadlines of its holder", () => {
    expect(sumDelays("ExecutionInProgress")).toBeGreaterThan(2 * functions["execute-call"].timeoutSeconds);
    expect(sumDelays("ExecutionInProgress")).toBeCloseTo(215.9, 1);
  });

  test("a token is held longer than the longest deadline, 180 days", () => {
    expect(findTask("Ask people").TimeoutSeconds).toBe(200 * 24 * 60 * 60);
  });
});

type Item = { readonly [field: string]: string | boolean | null };

const gated = {
  callId: "call_01jd8qk4v00000000000000000_1_0",
  ask: true,
  requirementId: "req_01jd8qk4v00000000000000000_1_0_1",
};
const gatedToo = {
  callId: "call_01jd8qk4v00000000000000000_1_1",
  ask: true,
  requirementId: "req_01jd8qk4v00000000000000000_1_1_1",
};
const ungated = { callId: "call_01jd8qk4v00000000000000000_1_2", ask: false };
const finished = { result: { outcome: "finished" } };
const done = { result: null };
const calls = (...items: readonly Item[]) => ({ result: { outcome: "calls", calls: items } });
const ids = { tenant: "default", runId: "run_01jd8qk4v00000000000000000", epoch: 1 };

describe("paths of the state machine run", () => {
  test("a run with one gate enters nine states", async () => {
    const walk = await walkPath(machine, {
      "Take agent steps": [calls(gated), finished],
      "Ask people": [{ result: "sent with the token" }],
      "Execute the call": [done],
      "End the run": [done],
    });
    expect(walk.entered).toEqual([
      "Take agent steps",
      "What comes next?",
      "Settle each call",
      "Does anyone have to be asked?",
      "Ask people",
      "Execute the call",
      "Take agent steps",
      "What comes next?",
      "End the run",
    ]);
    expect(walk.outcome).toEqual({ output: {} });
  });

  test("functions are given ids, and only the question its token", async () => {
    const walk = await walkPath(machine, {
      "Take agent steps": [calls(gated), finished],
      "Ask people": [{ result: "sent with the token" }],
      "Execute the call": [done],
      "End the run": [done],
    });
    expect(walk.payloads).toEqual([
      { state: "Take agent steps", payload: ids },
      {
        state: "Ask people",
        payload: {
          ...ids,
          requirementId: "req_01jd8qk4v00000000000000000_1_0_1",
          token: "token-of-the-state",
          retryCount: 0,
        },
      },
      { state: "Execute the call", payload: { ...ids, callId: "call_01jd8qk4v00000000000000000_1_0" } },
      { state: "Take agent steps", payload: ids },
      { state: "End the run", payload: ids },
    ]);
  });

  test("every function's schema takes what the machine gives it", async () => {
    const walk = await walkPath(machine, {
      "Take agent steps": [calls(gated), finished],
      "Ask people": [done],
      "Execute the call": [{ error: "RequirementsRemain" }, done],
      "Prepare the next requirement": [calls(ungated)],
      "End the run": [done],
    });
    const schemas: Readonly<Record<string, ZodMiniType>> = {
      "Take agent steps": takeAgentStepsSchema,
      "Ask people": openRequirementSchema,
      "Execute the call": executeCallSchema,
      "Prepare the next requirement": takeAgentStepsSchema,
      "End the run": endRunSchema,
    };
    const taken = walk.payloads.map(({ state, payload }) => [
      state,
      schemas[state]?.safeParse(payload).success,
    ]);
    expect(taken).toEqual([
      ["Take agent steps", true],
      ["Ask people", true],
      ["Execute the call", true],
      ["Prepare the next requirement", true],
      ["Execute the call", true],
      ["Take agent steps", true],
      ["End the run", true],
    ]);
  });

  test("a finished run ends without a question", async () => {
    const walk = await walkPath(machine, { "Take agent steps": [finished], "End the run": [done] });
    expect(walk.entered).toEqual(["Take agent steps", "What comes next?", "End the run"]);
  });

  test("a run that yielded takes its next steps", async () => {
    const walk = await walkPath(machine, {
      "Take agent steps": [{ result: { outcome: "yielded" } }, finished],
      "End the run": [done],
    });
    expect(walk.entered.filter((state) => state === "Take agent steps")).toHaveLength(2);
  });

  test("a call that nobody has to be asked about is executed at once", async () => {
    expect(await walkCall([ungated], { "Execute the call": [done] })).toEqual([
      "Does anyone have to be asked?",
      "Execute the call",
    ]);
  });

  test("a requirement released before its token came is executed", async () => {
    const answers = { "Ask people": [{ error: "RequirementReleased" }], "Execute the call": [done] };
    expect(await walkCall([gated], answers)).toEqual([
      "Does anyone have to be asked?",
      "Ask people",
      "Execute the call",
    ]);
  });

  test("a call with a second requirement is asked about again and then executed", async () => {
    const answers = {
      "Ask people": [done, done],
      "Execute the call": [{ error: "RequirementsRemain" }, done],
      "Prepare the next requirement": [
        calls({ ...gated, requirementId: "req_01jd8qk4v00000000000000000_1_0_2" }),
      ],
    };
    expect(await walkCall([gated], answers)).toEqual([
      "Does anyone have to be asked?",
      "Ask people",
      "Execute the call",
      "Prepare the next requirement",
      "Does anyone have to be asked?",
      "Ask people",
      "Execute the call",
    ]);
  });

  test("the next requirement is prepared for its call alone and asked about under its own id", async () => {
    const walk = await walkPath(machine, {
      "Take agent steps": [calls(gated), finished],
      "Ask people": [done, done],
      "Execute the call": [{ error: "RequirementsRemain" }, done],
      "Prepare the next requirement": [
        calls({ ...gated, requirementId: "req_01jd8qk4v00000000000000000_1_0_2" }),
      ],
      "End the run": [done],
    });
    expect(walk.payloads.slice(2, 5)).toEqual([
      { state: "Execute the call", payload: { ...ids, callId: "call_01jd8qk4v00000000000000000_1_0" } },
      {
        state: "Prepare the next requirement",
        payload: { ...ids, callId: "call_01jd8qk4v00000000000000000_1_0" },
      },
      {
        state: "Ask people",
        payload: {
          ...ids,
          requirementId: "req_01jd8qk4v00000000000000000_1_0_2",
          token: "token-of-the-state",
          retryCount: 0,
        },
      },
    ]);
  });

  test.for([
    ["asking fails", { "Ask people": [{ error: "MalformedRecord" }] }, ["Ask people"]],
    [
      "nobody answers within the token's lifetime",
      { "Ask people": [{ error: "States.Timeout" }] },
      ["Ask people"],
    ],
    [
      "executing fails",
      { "Ask people": [done], "Execute the call": [{ error: "Error" }] },
      ["Ask people", "Execute the call"],
    ],
    [
      "another epoch took over",
      { "Ask people": [done], "Execute the call": [{ error: "StaleEpoch" }] },
      ["Ask people", "Execute the call"],
    ],
    [
      "preparing answers no call",
      {
        "Ask people": [done],
        "Execute the call": [{ error: "RequirementsRemain" }],
        "Prepare the next requirement": [finished],
      },
      ["Ask people", "Execute the call", "Prepare the next requirement"],
    ],
  ] as const)("the call is left open, not run, when %s", async ([, answers, between]) => {
    expect(await walkCall([gated], answers)).toEqual([
      "Does anyone have to be asked?",
      ...between,
      "Leave the call open",
    ]);
  });

  test.for([
    [
      "whose ask is missing",
      {
        callId: "call_01jd8qk4v00000000000000000_1_0",
        requirementId: "req_01jd8qk4v00000000000000000_1_0_1",
      },
    ],
    ["whose ask is no boolean", { ...gated, ask: "false" }],
    ["whose ask is null", { ...gated, ask: null }],
  ] as const)("a call %s is asked about", async ([, item]) => {
    const answers = { "Ask people": [done], "Execute the call": [done] };
    expect(await walkCall([item], answers)).toContain("Ask people");
  });

  test("a question without its requirement's id leaves the call open", async () => {
    expect(await walkCall([{ callId: "call_01jd8qk4v00000000000000000_1_0" }], {})).toEqual([
      "Does anyone have to be asked?",
      "Ask people",
      "Leave the call open",
    ]);
  });

  test("a call that fails does not stop its siblings", async () => {
    const answers = { "Ask people": [{ error: "Error" }, done], "Execute the call": [done, done] };
    expect(await walkCall([gated, gatedToo, ungated], answers)).toEqual([
      "Does anyone have to be asked?",
      "Ask people",
      "Leave the call open",
      "Does anyone have to be asked?",
      "Ask people",
      "Execute the call",
      "Does anyone have to be asked?",
      "Execute the call",
    ]);
  });

  test.for([
    ["an unknown outcome", { outcome: "failed" }],
    ["no outcome", {}],
    ["calls without any call", { outcome: "calls", calls: [] }],
    ["calls without a list", { outcome: "calls" }],
    ["nothing", null],
  ] as const)("%s is refused", async ([, result]) => {
    const walk = await walkPath(machine, { "Take agent steps": [{ result }] });
    expect(walk.entered).toEqual(["Take agent steps", "What comes next?", "Refuse an unknown answer"]);
    expect(walk.outcome).toEqual({ failed: "UnknownAnswer" });
  });

  test.for(["StaleEpoch", "StoreUnavailable", "States.Timeout", "Error"])(
    "steps that end in %s leave the run to adoption",
    async (error) => {
      const walk = await walkPath(machine, { "Take agent steps": [{ error }] });
      expect(walk.entered).toEqual(["Take agent steps", "Leave the run to adoption"]);
      expect(walk.outcome).toEqual({ failed: "LeftToAdoption" });
    },
  );
});

/** The states that the given calls enter, the frame of the run left off. */
async function walkCall(
  items: readonly Item[],
  answers: Parameters<typeof walkPath>[1],
): Promise<readonly string[]> {
  const walk = await walkPath(machine, {
    "Take agent steps": [calls(...items), finished],
    "End the run": [done],
    ...answers,
  });
  expect(walk.outcome).toEqual({ output: {} });
  expect(walk.entered.slice(0, 3)).toEqual(["Take agent steps", "What comes next?", "Settle each call"]);
  expect(walk.entered.slice(-3)).toEqual(["Take agent steps", "What comes next?", "End the run"]);
  return walk.entered.slice(3, -3);
}

function findTask(name: string): TaskState {
  const map = machine.States["Settle each call"];
  const state = map?.Type === "Map" ? map.ItemProcessor.States[name] : undefined;
  if (state?.Type !== "Task") throw new Error(`The iteration has no Task "${name}".`);
  return state;
}

/** Seconds between the first attempt of "Execute the call" and the last one. */
function sumDelays(error: string): number {
  const retrier = findTask("Execute the call").Retry?.find((entry) => entry.ErrorEquals.includes(error));
  if (retrier === undefined) throw new Error(`${error} is not retried.`);
  const { IntervalSeconds, BackoffRate, MaxDelaySeconds = Infinity, MaxAttempts } = retrier;
  return Array.from({ length: MaxAttempts }, (_, n) =>
    Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds),
  ).reduce((sum, delay) => sum + delay, 0);
}
