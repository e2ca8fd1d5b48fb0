import { describe, expect, test } from "vitest";

import { answerOf, conversationOf } from "../../../shared/domain/conversation.ts";
import { buildAgent } from "../../builders/build-agent.ts";
import { buildClaim, buildInDoubt } from "../../builders/build-gate.ts";
import {
  buildEnded,
  buildFailed,
  buildModelStep,
  buildProposedCall,
  buildRefused,
  buildResultsStep,
  buildState,
  callId,
} from "../../builders/build-run.ts";

const agent = buildAgent({ instructions: "You work in a shop." });

describe("conversationOf", () => {
  test("begins with the agent's instructions and the run's input, as they are", () => {
    expect(conversationOf(buildState(), agent)).toEqual([
      { role: "system", content: "You work in a shop." },
      { role: "user", content: "Refund order 1042, 250.00" },
    ]);
  });

  test("answers each call under the model's own id, in the model's order, whatever ended first", () => {
    const calls = [
      buildProposedCall(1, "issue_refund", '{"order":"1042","cents":1}', { modelId: "toolu_a" }),
      buildProposedCall(2, "look_up", '{"order":"1042"}', { modelId: "toolu_b" }),
      buildProposedCall(3, "add_note", '{"note":"x"}', { modelId: "toolu_c" }),
    ];
    const state = buildState({
      steps: [
        buildModelStep(calls, { content: "One moment." }),
        buildResultsStep([{ call: callId(1, 2), status: "succeeded", content: '{"order":"1042"}' }]),
        buildModelStep([], { turn: 2, content: "Done." }),
      ],
      executions: [
        buildEnded(callId(1, 3), { output: "noted" }),
        buildEnded(callId(1, 1), { output: { refunded: 1 } }),
      ],
    });
    expect(conversationOf(state, agent).slice(2)).toEqual([
      {
        role: "assistant",
        content: "One moment.",
        toolCalls: [
          { id: "toolu_a", name: "issue_refund", arguments: '{"order":"1042","cents":1}' },
          { id: "toolu_b", name: "look_up", arguments: '{"order":"1042"}' },
          { id: "toolu_c", name: "add_note", arguments: '{"note":"x"}' },
        ],
      },
      { role: "tool", toolCallId: "toolu_a", content: '{"refunded":1}' },
      { role: "tool", toolCallId: "toolu_b", content: '{"order":"1042"}' },
      { role: "tool", toolCallId: "toolu_c", content: "noted" },
      { role: "assistant", content: "Done.", toolCalls: [] },
    ]);
  });

  test("the results of several steps of one turn all reach the model", () => {
    const calls = [buildProposedCall(1, "look_up", "{}"), buildProposedCall(2, "look_up", "{}")];
    const state = buildState({
      steps: [
        buildModelStep(calls),
        buildResultsStep([{ call: callId(1, 1), status: "refused", content: "Refused: no." }]),
        buildResultsStep([{ call: callId(1, 2), status: "failed", content: "Failed: no." }]),
      ],
    });
    expect(conversationOf(state, agent).slice(3)).toEqual([
      { role: "tool", toolCallId: "model-1-1", content: "Refused: no." },
      { role: "tool", toolCallId: "model-1-2", content: "Failed: no." },
    ]);
  });

  test("a call without any result is answered too, for no model takes a call without an answer", () => {
    const state = buildState({ steps: [buildModelStep([buildProposedCall(1, "look_up", "{}")])] });
    expect(conversationOf(state, agent).at(-1)).toEqual({
      role: "tool",
      toolCallId: "model-1-1",
      content: "No result.",
    });
  });
});

describe("what the model reads of an execution", () => {
  const id = callId(1, 1);
  test.for([
    ["text as it is", buildEnded(id, { output: "noted" }), "noted"],
    ["other values as JSON", buildEnded(id, { output: { a: [1, null] } }), '{"a":[1,null]}'],
    ["nothing as null", buildEnded(id, { output: null }), "null"],
    [
      "a rejection in the person's words",
      buildRefused(id, { message: "Fin One rejected this call and said: No." }),
      "Refused: Fin One rejected this call and said: No.",
    ],
    [
      "a cancellation",
      buildRefused(id, { status: "cancelled", message: "Cancelled." }),
      "Refused: Cancelled.",
    ],
    ["a claim", buildClaim(), "Still running."],
    [
      "a doubt",
      buildInDoubt(),
      "It is not known whether this ran; a person is looking. Do not propose it again.",
    ],
  ] as const)("%s", ([, execution, text]) => {
    expect(answerOf(execution)).toBe(text);
  });

  test("a failure", () => {
    expect(answerOf(buildFailed(id, { message: "No such order." }))).toBe("Failed: No such order.");
  });
});
