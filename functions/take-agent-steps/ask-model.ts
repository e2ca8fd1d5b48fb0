import { conversationOf } from "../../shared/domain/conversation.ts";
import { callIdOf, epochMillisSchema } from "../../shared/domain/ids.ts";
import type { Ending } from "../../shared/domain/run.ts";
import type { ModelStep } from "../../shared/domain/steps.ts";
import type { ModelReply, ModelRequest } from "../../shared/ports/model.ts";
import { bytesOf, mostContentBytes } from "../../shared/records/item-size.ts";
import { recordSpan } from "./record-span.ts";
import { saveStep, type Turn } from "./turn.ts";

const maxOutputTokens = 4_096;

/** The model's answer is asked for again once when it comes back empty. */
const tries = 2;

/** Calls the model once for the turn and saves what it said; a reply that is no answer ends the run. */
export async function askModel(turn: Turn, number: number): Promise<Ending | undefined> {
  const { parts, agent, state } = turn;
  const request: ModelRequest = {
    model: agent.model ?? parts.defaultModel,
    messages: conversationOf(state, agent),
    tools: agent.tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    maxOutputTokens,
    timeoutMs: Math.max(1_000, turn.deadlineAt - parts.now() - 10_000),
  };
  const start = parts.now();
  const reply = await askUntilAnswered(turn, request);
  const milliseconds = Math.max(0, parts.now() - start);
  recordSpan(turn, {
    name: `chat ${request.model}`,
    kind: "model",
    start,
    isError: reply.outcome === "unavailable",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": request.model,
      "gen_ai.response.outcome": reply.outcome,
      ...(reply.outcome === "unavailable"
        ? {}
        : {
            "gen_ai.usage.input_tokens": reply.usage.inputTokens,
            "gen_ai.usage.output_tokens": reply.usage.outputTokens,
          }),
    },
  });
  return keepReply(turn, number, reply, milliseconds);
}

async function askUntilAnswered({ parts }: Turn, request: ModelRequest): Promise<ModelReply> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await parts.callModel(request);
    if (reply.outcome !== "empty" || attempt === tries) return reply;
  }
}

async function keepReply(
  turn: Turn,
  number: number,
  reply: ModelReply,
  milliseconds: number,
): Promise<Ending | undefined> {
  switch (reply.outcome) {
    case "answered":
    case "called-tools": {
      const step = modelStep(turn, number, reply, milliseconds);
      if (bytesOf(step) > mostContentBytes) {
        return modelError(
          `The model's answer has more than ${mostContentBytes} bytes; ask for less at once.`,
        );
      }
      await saveStep(turn, step);
      return undefined;
    }
    case "refused":
      return reply.text === ""
        ? modelError("The model's provider withheld the answer by its content filter.")
        : { status: "completed", output: reply.text };
    case "cut-off":
      return modelError(`The model's answer was cut off at ${maxOutputTokens} tokens; ask for less at once.`);
    case "empty":
      return modelError("The model answered nothing, twice; start the run again or try another model.");
    case "unavailable":
      return modelError(reply.reason);
  }
}

function modelStep(
  { parts, state }: Turn,
  turn: number,
  reply: Extract<ModelReply, { outcome: "answered" | "called-tools" }>,
  milliseconds: number,
): ModelStep {
  const calls = reply.outcome === "called-tools" ? reply.toolCalls : [];
  return {
    v: 1,
    kind: "model",
    turn,
    content: reply.content,
    calls: calls.map((call, place) => ({
      id: callIdOf(state.run.id, turn, place + 1),
      modelId: call.id,
      name: call.name,
      arguments: call.arguments,
    })),
    inputTokens: reply.usage.inputTokens,
    outputTokens: reply.usage.outputTokens,
    milliseconds,
    at: epochMillisSchema.parse(parts.now()),
  };
}

function modelError(message: string): Ending {
  return { status: "failed", error: { code: "model_error", message } };
}
