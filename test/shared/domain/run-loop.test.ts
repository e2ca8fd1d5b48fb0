import { describe, expect, test } from "vitest";

import type { Agent } from "../../../shared/domain/agent.ts";
import type { Requirement } from "../../../shared/domain/requirement.ts";
import {
  mostOpenCallsPerTurn,
  nextAction,
  type NextAction,
  type RunState,
  toolCallsOf,
  usageOf,
} from "../../../shared/domain/run-loop.ts";
import type { OpenCall, ProposedCall } from "../../../shared/domain/steps.ts";
import { buildAgent, buildNoteTool, buildReadTool, buildRefundTool } from "../../builders/build-agent.ts";
import { buildClaim, buildInDoubt, buildOpenCall, digestOfInput } from "../../builders/build-gate.ts";
import { buildRequirement, noon } from "../../builders/build-requirement.ts";
import {
  buildEnded,
  buildModelStep,
  buildProposedCall,
  buildRefused,
  buildResultsStep,
  buildRun,
  buildState,
  callId,
} from "../../builders/build-run.ts";
import { sha256 } from "../../builders/sha256.ts";

const agent = buildAgent({
  tools: [
    buildReadTool(),
    buildNoteTool(),
    buildRefundTool({ refuse: ({ cents }) => (cents >= 100_000 ? "Too much." : undefined) }),
    buildNoteTool({ name: "deploy" }, { externalExecution: true }),
  ],
});

const next = (state: RunState, by: Agent = agent) => nextAction(state, by, sha256);

/** An action in words, one line per call: what the model would read, or what would be read, opened or handed out. */
function tell(action: NextAction): readonly string[] {
  switch (action.action) {
    case "call-model":
      return [`call-model ${action.turn}`];
    case "answer-calls":
      return [
        ...action.refused.map(({ call, content }) => `${placeOf(call)} ${content}`),
        ...action.reads.map(({ call, tool }) => `${placeOf(call.id)} read ${tool.name}`),
      ];
    case "open-calls":
      return action.openings.map(({ call, mode, tool }) => `${placeOf(call.id)} open ${tool.name} ${mode}`);
    case "hand-out":
      return action.calls.map(({ callId: call, ask }) => `${placeOf(call)} ${ask ? "ask" : "execute"}`);
    case "end":
      return [`end ${action.ending.status}`];
    default:
      return [];
  }
}

/** `2.1` = first call of turn 2. */
function placeOf(call: string): string {
  return call.split("_").slice(2).join(".");
}

const read = (place: number) => buildProposedCall(place, "look_up", '{"order":"1042"}');
const note = (place: number) => buildProposedCall(place, "add_note", '{"note":"called"}');
const refund = (place: number, cents = 25_000) =>
  buildProposedCall(place, "issue_refund", `{"order":"1042","cents":${cents}}`);

const turnOf = (...calls: readonly ProposedCall[]) => buildState({ steps: [buildModelStep(calls)] });

function opened(call: ProposedCall): OpenCall {
  const mode = call.name === "add_note" ? "audit" : "people";
  const { requirement: _none, ...bare } = buildOpenCall(buildRefundTool(), { id: call.id, mode });
  return mode === "audit"
    ? bare
    : buildOpenCall(buildRefundTool(), { id: call.id, mode, requirement: requirementOf(call.id) });
}

const requirementOf = (call: string) => `${call.replace("call_", "req_")}_1`;

const rejected = (call: string, input = { order: "1042", cents: 25_000 }): Requirement =>
  buildRequirement({
    id: requirementOf(call),
    call,
    status: "rejected",
    input,
    inputDigest: digestOfInput(buildRefundTool(), input),
  });

describe("the turns of a run", () => {
  test("begin with the model", () => {
    expect(next(buildState())).toEqual({ action: "call-model", turn: 1 });
  });

  test("end with the model's last words", () => {
    expect(next(buildState({ steps: [buildModelStep([], { content: "Refunded." })] }))).toEqual({
      action: "end",
      ending: { status: "completed", output: "Refunded." },
    });
    expect(next(buildState({ steps: [buildModelStep([], { content: null })] }))).toEqual({
      action: "end",
      ending: { status: "completed", output: "" },
    });
  });

  test("go on with the next one when every call is answered", () => {
    const steps = [
      buildModelStep([read(1), refund(2)]),
      buildResultsStep([{ call: callId(1, 1), status: "succeeded", content: "{}" }]),
    ];
    expect(next(buildState({ steps, executions: [buildEnded(callId(1, 2))] }))).toEqual({
      action: "call-model",
      turn: 2,
    });
  });

  test("an ending that is saved is the ending, whatever else is there", () => {
    const ending = { status: "failed", error: { code: "model_error", message: "No." } } as const;
    const state = { ...turnOf(refund(1)), run: buildRun({ ending }) };
    expect(next(state)).toEqual({ action: "end", ending });
  });
});

describe("a turn with several calls", () => {
  test("first answers what waits for nobody, then opens the rest, then hands it out", () => {
    const calls = [refund(1), read(2), note(3), buildProposedCall(4, "wipe_disk", "{}")] as const;
    const state = turnOf(...calls);
    expect(tell(next(state))).toEqual([
      "1.4 Refused: There is no tool of this name. The tools are: look_up, add_note, issue_refund, deploy.",
      "1.2 read look_up",
    ]);
    const answered = {
      ...state,
      steps: [
        ...state.steps,
        buildResultsStep([
          { call: callId(1, 2), status: "succeeded", content: "{}" },
          { call: callId(1, 4), status: "refused", content: "Refused." },
        ]),
      ],
    };
    expect(tell(next(answered))).toEqual(["1.1 open issue_refund people", "1.3 open add_note audit"]);
    const open = { ...answered, calls: [opened(calls[0]), opened(calls[2])] };
    expect(tell(next(open))).toEqual(["1.1 ask"]);
    expect(tell(next({ ...open, executions: [buildEnded(callId(1, 1))] }))).toEqual(["1.3 execute"]);
  });

  test("hands every gated call out at once, each with its requirement", () => {
    const state = { ...turnOf(refund(1), refund(2, 5)), calls: [opened(refund(1)), opened(refund(2))] };
    expect(next(state)).toEqual({
      action: "hand-out",
      turn: 1,
      calls: [
        { callId: callId(1, 1), ask: true, requirementId: "req_01m81j18g0041061050r3gg28a_1_1_1" },
        { callId: callId(1, 2), ask: true, requirementId: "req_01m81j18g0041061050r3gg28a_1_2_1" },
      ],
    });
    const half = { ...state, executions: [buildRefused(callId(1, 1))] };
    expect(tell(next(half))).toEqual(["1.2 ask"]);
  });

  test("an audit call before a gated one runs at once, one after it waits until the gated one has ended", () => {
    const calls = [note(1), refund(2), note(3)] as const;
    const state = { ...turnOf(...calls), calls: calls.map(opened) };
    expect(tell(next(state))).toEqual(["1.1 execute", "1.2 ask"]);
    expect(tell(next({ ...state, executions: [buildEnded(callId(1, 1))] }))).toEqual(["1.2 ask"]);
    const gatedEnded = [buildEnded(callId(1, 1)), buildRefused(callId(1, 2))];
    expect(tell(next({ ...state, executions: gatedEnded }))).toEqual(["1.3 execute"]);
  });

  test.for([
    ["running", buildClaim()],
    ["in doubt", buildInDoubt()],
  ] as const)("an audit call goes on waiting while the gated one is %s", ([, execution]) => {
    const calls = [refund(1), note(2)] as const;
    const state = { ...turnOf(...calls), calls: calls.map(opened), executions: [execution] };
    expect(tell(next(state))).toEqual(["1.1 ask"]);
  });

  test("a call that was opened is not opened or answered again", () => {
    const calls = [refund(1), refund(2, 5)] as const;
    const state = { ...turnOf(...calls), calls: [opened(calls[0])] };
    expect(tell(next(state))).toEqual(["1.2 open issue_refund people"]);
  });
});

describe("what the model is told at once", () => {
  const answerTo = (name: string, args: string) => {
    const action = next(turnOf(buildProposedCall(1, name, args)));
    return action.action === "answer-calls"
      ? action.refused.map(({ status, content }) => [status, content])
      : action;
  };

  test("invalid JSON", () => {
    expect(answerTo("issue_refund", '{"order":')).toEqual([
      ["refused", expect.stringMatching(/^Invalid arguments, nothing was run: /)],
    ]);
  });

  test("duplicate keys, of which one would be shown and another run", () => {
    expect(answerTo("issue_refund", '{"order":"1042","cents":1,"cents":25000}')).toEqual([
      [
        "refused",
        "Invalid arguments, nothing was run: At offset 26: the key is already in this object; send each key once.",
      ],
    ]);
  });

  test("a number that would be changed silently", () => {
    expect(answerTo("issue_refund", '{"order":"1042","cents":9007199254740993}')).toEqual([
      ["refused", expect.stringMatching(/^Invalid arguments, nothing was run: /)],
    ]);
  });

  test("arguments that the tool does not take, which people never see", () => {
    expect(answerTo("issue_refund", '{"order":"1042","cents":"25000"}')).toEqual([
      ["refused", "Invalid arguments, nothing was run: cents: Invalid input"],
    ]);
    expect(answerTo("issue_refund", '{"order":"1042","cents":1,"approved":true}')).toEqual([
      ["refused", expect.stringMatching(/^Invalid arguments, nothing was run: input: /)],
    ]);
    expect(answerTo("issue_refund", "")).toEqual([
      ["refused", expect.stringMatching(/^Invalid arguments, nothing was run: order: .* cents: /)],
    ]);
  });

  test("an unknown tool, also one whose name is no name", () => {
    const told =
      "Refused: There is no tool of this name. The tools are: look_up, add_note, issue_refund, deploy.";
    for (const name of ["wipe_disk", "toString", "__proto__", "", "issue_refund "]) {
      expect(answerTo(name, "{}")).toEqual([["refused", told]]);
    }
  });

  test("what the tool itself refuses, and a tool that this version cannot wait for", () => {
    expect(answerTo("issue_refund", '{"order":"1042","cents":100000}')).toEqual([
      ["refused", "Refused: Too much."],
    ]);
    expect(answerTo("deploy", '{"note":"v2"}')).toEqual([
      ["refused", "Refused: deploy is done by an outside system, which this version cannot wait for yet."],
    ]);
  });

  test("a refused call in a turn stops none of the others", () => {
    const state = turnOf(buildProposedCall(1, "issue_refund", "{"), refund(2));
    const [step] = state.steps;
    const results = buildResultsStep([{ call: callId(1, 1), status: "refused", content: "Invalid." }]);
    expect(next(state)).toMatchObject({
      action: "answer-calls",
      refused: [{ call: callId(1, 1) }],
      reads: [],
    });
    expect(tell(next({ ...state, steps: step === undefined ? [] : [step, results] }))).toEqual([
      "1.2 open issue_refund people",
    ]);
  });
});

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
    const action = next(state, { ...agent, budget });
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
    expect(tell(next(buildState({ steps: [buildModelStep([])] }), { ...agent, budget: none }))).toEqual([
      "end completed",
    ]);
    const open = { ...turnOf(refund(1)), calls: [opened(refund(1))] };
    expect(tell(next(open, { ...agent, budget: none }))).toEqual(["1.1 ask"]);
  });
});

describe("a cancelled run", () => {
  const run = buildRun({ cancelRequested: { by: "asker", at: noon } });

  test("ends at once while nothing is open: no model, no read, no opening", () => {
    expect(tell(next(buildState({ run })))).toEqual(["end cancelled"]);
    expect(tell(next({ ...turnOf(read(1), refund(2)), run }))).toEqual(["end cancelled"]);
    expect(tell(next({ ...buildState({ steps: [buildModelStep([])] }), run }))).toEqual(["end cancelled"]);
  });

  test("hands out every open call once more, audit calls too, so that each has its end", () => {
    const calls = [refund(1), note(2), refund(3)] as const;
    const state = { ...turnOf(...calls), run, calls: [opened(calls[0]), opened(calls[1])] };
    expect(tell(next(state))).toEqual(["1.1 ask", "1.2 execute"]);
    const half = [buildEnded(callId(1, 1))];
    expect(tell(next({ ...state, executions: half }))).toEqual(["1.2 execute"]);
    const ended = [...half, buildRefused(callId(1, 2), { status: "cancelled" })];
    expect(tell(next({ ...state, executions: ended }))).toEqual(["end cancelled"]);
  });

  test("waits for a claimed call", () => {
    const state = { ...turnOf(refund(1)), run, calls: [opened(refund(1))], executions: [buildClaim()] };
    expect(tell(next(state))).toEqual(["1.1 ask"]);
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
