import { describe, expect, test } from "vitest";

import { buildClaim, buildInDoubt } from "../../builders/build-gate.ts";
import { noon } from "../../builders/build-requirement.ts";
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

import { next, note, opened, read, refund, tell, turnOf } from "../../builders/build-turn.ts";

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

describe("a cancelled run", () => {
  const run = buildRun({ cancelRequested: { by: "asker", at: noon } });

  test("ends at once while nothing is open: no model, no read, no opening", () => {
    expect(tell(next(buildState({ run })))).toEqual(["end cancelled"]);
    expect(tell(next({ ...turnOf(read(1), refund(2)), run }))).toEqual(["end cancelled"]);
    expect(tell(next({ ...buildState({ steps: [buildModelStep([])] }), run }))).toEqual(["end cancelled"]);
  });

  test("hands out every open call once more, audit calls too, unasked, so that each has its end", () => {
    const calls = [refund(1), note(2), refund(3)] as const;
    const state = { ...turnOf(...calls), run, calls: [opened(calls[0]), opened(calls[1])] };
    expect(tell(next(state))).toEqual(["1.1 execute", "1.2 execute"]);
    const half = [buildEnded(callId(1, 1))];
    expect(tell(next({ ...state, executions: half }))).toEqual(["1.2 execute"]);
    const ended = [...half, buildRefused(callId(1, 2), { status: "cancelled" })];
    expect(tell(next({ ...state, executions: ended }))).toEqual(["end cancelled"]);
  });

  test("waits for a claimed call", () => {
    const state = { ...turnOf(refund(1)), run, calls: [opened(refund(1))], executions: [buildClaim()] };
    expect(tell(next(state))).toEqual(["1.1 execute"]);
  });
});
