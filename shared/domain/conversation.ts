import type { Agent } from "./agent.ts";
import type { Execution } from "./execution.ts";
import type { CallId } from "./ids.ts";
import type { RunState } from "./run-loop.ts";

/** The conversation as model adapters take it; `shared/ports/model.ts` has the same shape. */
export type ConversationMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly content: string | null;
      readonly toolCalls: readonly {
        readonly id: string;
        readonly name: string;
        readonly arguments: string;
      }[];
    }
  | { readonly role: "tool"; readonly toolCallId: string; readonly content: string };

/** The whole conversation so far, in the order in which the model has to read it. */
export function conversationOf(state: RunState, agent: Agent): readonly ConversationMessage[] {
  const answers = answersOf(state);
  const turns = state.steps.flatMap((step): readonly ConversationMessage[] => {
    if (step.kind !== "model") return [];
    const toolCalls = step.calls.map((call) => ({
      id: call.modelId,
      name: call.name,
      arguments: call.arguments,
    }));
    return [
      { role: "assistant", content: step.content, toolCalls },
      ...step.calls.map((call): ConversationMessage => {
        const content = answers.get(call.id) ?? "No result.";
        return { role: "tool", toolCallId: call.modelId, content };
      }),
    ];
  });
  return [
    { role: "system", content: agent.instructions },
    { role: "user", content: state.run.input },
    ...turns,
  ];
}

function answersOf({ steps, executions }: RunState): ReadonlyMap<CallId, string> {
  const answers = new Map<CallId, string>();
  for (const step of steps) {
    if (step.kind === "results") for (const result of step.results) answers.set(result.call, result.content);
  }
  for (const execution of executions) answers.set(execution.call, answerOf(execution));
  return answers;
}

/** What the model reads of an executed call. */
export function answerOf(execution: Execution): string {
  switch (execution.status) {
    case "succeeded":
      return typeof execution.output === "string" ? execution.output : JSON.stringify(execution.output);
    case "failed":
      return `Failed: ${execution.message}`;
    case "refused":
    case "cancelled":
      return `Refused: ${execution.message}`;
    case "running":
      return "Still running.";
    case "in-doubt":
      return "It is not known whether this ran; a person is looking. Do not propose it again.";
  }
}
