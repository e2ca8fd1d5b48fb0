import type {
  ChatCompletionFunctionTool,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { assertNever } from "../../domain/assert-never.ts";
import type { ModelMessage, ModelTool } from "../../ports/model.ts";

/** A message in the words of Chat Completions. */
export function toChatMessage(message: ModelMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content: message.content };
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId, content: message.content };
    case "assistant": {
      const toolCalls = message.toolCalls.map((call) => ({
        id: call.id,
        type: "function" as const,
        function: { name: call.name, arguments: call.arguments },
      }));
      // OpenAI refuses an empty list, and null content without calls.
      return toolCalls.length > 0
        ? { role: "assistant", content: message.content, tool_calls: toolCalls }
        : { role: "assistant", content: message.content ?? "" };
    }
    default:
      return assertNever(message);
  }
}

/** A function tool; without `strict`, which many compatible servers refuse: arguments are checked here anyway. */
export function toChatTool(tool: ModelTool): ChatCompletionFunctionTool {
  return {
    type: "function",
    function: { name: tool.name, description: tool.description, parameters: { ...tool.parameters } },
  };
}
