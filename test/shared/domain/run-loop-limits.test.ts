import { describe, expect, test } from "vitest";

import type { Agent } from "../../../shared/domain/agent.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import {
  mostOpenCallsPerTurn,
  type RunState,
  toolCallsOf,
  usageOf,
} from "../../../shared/domain/run-loop.ts";
import type { ProposedCall } from "../../../shared/domain/steps.ts";
import { buildClaim } from "../../builders/build-gate.ts";
import {
  buildEnded,
  buildModelStep,
  buildProposedCall,
  buildRefused,
  buildResultsStep,
  buildState,
  callId,
} from "../../builders/build-run.ts";

import { next, note, opened, read, refund, rejected, shop, tell, turnOf } from "../../builders/build-turn.ts";

describe("the limit of calls that may have an effect", () => {
  const many = (n: number, make: (place: number) => ProposedCall) =>
    Array.from({ length: n }, (_, at) => make(at + 1));

  test("is twenty", () => {
    expect(mostOpenCallsPerTurn).toBe(20);
    const twenty = next(turnOf(...many(20, (place) => refund(place, place))));
    expect(twenty).toMatchObject({ action: "open-calls", openings: { length: 20 } });
  });

  test("of 25 gated calls the last five go back to the model, and twenty are opened", () => {
    const state = turnOf(...many(25, (place) => refund(place, place)));
    expect(tell(next(state))).toEqual([
      "1.21 Refused: Only 20 such calls run in one turn: propose this one again.",
      "1.22 Refused: Only 20 such calls run in one turn: propose this one again.",
      "1.23 Refused: Only 20 such calls run in one turn: propose this one again.",
      "1.24 Refused: Only 20 such calls run in one turn: propose this one again.",
      "1.25 Refused: Only 20 such calls run in one turn: propose this one again.",
    ]);
    const results = many(25, (place) => refund(place))
      .slice(20)
      .map(({ id }) => ({ call: id, status: "refused" as const, content: "Only 20" }));
    const after = next({ ...state, steps: [...state.steps, buildResultsStep(results)] });
    expect(after).toMatchObject({ action: "open-calls", openings: { length: 20 } });
    expect(tell(after)[19]).toBe("1.20 open issue_refund people");
  });

  test("counts audit calls, and neither reads nor calls that were refused", () => {
    const mixed = many(40, (place) =>
      place % 2 === 0
        ? place % 4 === 0
          ? refund(place, place)
          : note(place)
        : place % 3 === 0
          ? read(place)
          : refund(place, 100_000),
    );
    const told = tell(next(turnOf(...mixed)));
    expect(told.filter((line) => line.includes("Only 20"))).toEqual([]);
    expect(told.filter((line) => line.includes("Too much"))).toHaveLength(13);
    expect(told.filter((line) => line.includes("read look_up"))).toHaveLength(7);
  });
});

describe("a call that people rejected", () => {
  const first = { steps: [buildModelStep([refund(1)])], calls: [opened(refund(1))] };
  const told =
    "2.1 Refused: A person rejected exactly this call earlier in the run (req_01m81j18g0041061050r3gg28a_1_1_1): do not propose it again.";

  const proposeAgain = (args: string, requirement: Requirement = rejected(callId(1, 1))) =>
    tell(
      next(
        buildState({
          ...first,
          steps: [
            ...first.steps,
            buildModelStep([buildProposedCall(1, "issue_refund", args, { turn: 2 })], { turn: 2 }),
          ],
          requirements: [requirement],
          executions: [buildRefused(callId(1, 1))],
        }),
      ),
    );

  test("is refused without asking when it is proposed again", () => {
    expect(proposeAgain('{"order":"1042","cents":25000}')).toEqual([told]);
  });

  test("also with its keys in another order, with spaces, and written in another way", () => {
    expect(proposeAgain('{"cents":25000,"order":"1042"}')).toEqual([told]);
    expect(proposeAgain(' { "cents" : 2.5e4 , "order" : "\\u0031042" } ')).toEqual([told]);
  });

  test("may be proposed with another input", () => {
    expect(proposeAgain('{"order":"1042","cents":24999}')).toEqual(["2.1 open issue_refund people"]);
  });

  test.for(["approved", "expired", "cancelled", "pending"] as const)(
    "one that is %s may be proposed again",
    (status) => {
      expect(proposeAgain('{"order":"1042","cents":25000}', { ...rejected(callId(1, 1)), status })).toEqual([
        "2.1 open issue_refund people",
      ]);
    },
  );

  test("is refused in the same turn too, when the rejection came before its twin was opened", () => {
    const state = buildState({
      steps: [buildModelStep([refund(1), refund(2)])],
      calls: [opened(refund(1))],
      requirements: [rejected(callId(1, 1))],
    });
    expect(tell(next(state))).toEqual([told.replace("2.1", "1.2")]);
  });
});

describe("the budget", () => {
  const spent = (over: Parameters<typeof buildModelStep>[1]) =>
    buildState({
      steps: [
        buildModelStep([read(1)], over),
        buildResultsStep([{ call: callId(1, 1), status: "succeeded", content: "{}" }], { milliseconds: 500 }),
      ],
    });
  const messageOf = (state: RunState, budget: Agent["budget"]) => {
    const action = next(state, { ...shop, budget });
    return action.action === "end" && action.ending.status === "failed"
      ? [action.ending.error.code, action.ending.error.message]
      : action.action;
  };
  const ample = { modelCalls: 250, tokens: 2_000_000, activeSeconds: 1_800 };

  test("ends the run when the model calls are used up, and not before", () => {
    expect(messageOf(spent({}), { ...ample, modelCalls: 2 })).toBe("call-model");
    expect(messageOf(spent({}), { ...ample, modelCalls: 1 })).toEqual([
      "budget_exceeded",
      "The run used its 1 model calls. Start shop again with a smaller task, or raise its budget.",
    ]);
  });

  test("counts input and output tokens together", () => {
    const state = spent({ inputTokens: 900, outputTokens: 100 });
    expect(messageOf(state, { ...ample, tokens: 1_001 })).toBe("call-model");
    expect(messageOf(state, { ...ample, tokens: 1_000 })).toEqual([
      "budget_exceeded",
      "The run used its 1000 tokens. Start shop again with a smaller task, or raise its budget.",
    ]);
  });

  test("counts the time of models and reads", () => {
    const state = spent({ milliseconds: 9_500 });
    expect(messageOf(state, { ...ample, activeSeconds: 11 })).toBe("call-model");
    expect(messageOf(state, { ...ample, activeSeconds: 10 })).toEqual([
      "budget_exceeded",
      "The run worked for its 10 seconds. Start shop again with a smaller task, or raise its budget.",
    ]);
  });

  test("a budget of nothing ends the run before its first model call", () => {
    expect(messageOf(buildState(), { ...ample, modelCalls: 0 })).toEqual([
      "budget_exceeded",
      "The run used its 0 model calls. Start shop again with a smaller task, or raise its budget.",
    ]);
  });

  test("does not keep a finished run from completing, nor open calls from being handed out", () => {
    const none = { modelCalls: 0, tokens: 0, activeSeconds: 0 };
    expect(tell(next(buildState({ steps: [buildModelStep([])] }), { ...shop, budget: none }))).toEqual([
      "end completed",
    ]);
    const open = { ...turnOf(refund(1)), calls: [opened(refund(1))] };
    expect(tell(next(open, { ...shop, budget: none }))).toEqual(["1.1 ask"]);
  });
});

describe("usage", () => {
  test("counts models and their tokens", () => {
    const steps = [
      buildModelStep([read(1)]),
      buildModelStep([], { turn: 2, inputTokens: 7, outputTokens: 3 }),
    ];
    expect(usageOf(steps)).toEqual({ modelCalls: 2, inputTokens: 107, outputTokens: 13 });
  });

  test("counts tool calls that ran, whatever came of them, and not the refused ones", () => {
    const steps = [
      buildResultsStep([
        { call: callId(1, 1), status: "succeeded", content: "{}" },
        { call: callId(1, 2), status: "failed", content: "Failed: no such order" },
        { call: callId(1, 3), status: "refused", content: "Refused: no" },
      ]),
    ];
    const executions = [
      buildEnded(callId(1, 4)),
      buildRefused(callId(1, 5)),
      buildRefused(callId(1, 6), { status: "cancelled" }),
      buildClaim(),
    ];
    expect(toolCallsOf({ steps, executions })).toBe(4);
    expect(toolCallsOf({ steps: [buildModelStep([read(1)])], executions: [] })).toBe(0);
  });

  test("arguments that were invalid ran nothing", () => {
    const action = next(turnOf(buildProposedCall(1, "look_up", "{}")));
    const results = action.action === "answer-calls" ? action.refused : [];
    expect(results).toHaveLength(1);
    expect(toolCallsOf({ steps: [buildResultsStep(results)], executions: [] })).toBe(0);
  });
});
