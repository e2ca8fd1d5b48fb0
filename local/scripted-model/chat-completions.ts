import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { assertNever } from "../../shared/domain/assert-never.ts";
import type { ModelMessage } from "../../shared/ports/model.ts";
import type { ScriptedReply } from "./script-reply.ts";

const contentSchema = z.union([
  z.string(),
  z.array(z.object({ type: z.literal("text"), text: z.string() })).check(z.maxLength(1000)),
]);

const messageSchema = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer", "user"]), content: contentSchema }),
  z.object({ role: z.literal("tool"), tool_call_id: z.string(), content: contentSchema }),
  z.object({
    role: z.literal("assistant"),
    content: z.nullish(contentSchema),
    tool_calls: z.nullish(
      z
        .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
        .check(z.maxLength(1000)),
    ),
  }),
]);

/** What is read of a Chat Completions request; clients send many options beside, which are ignored. */
export const chatRequestSchema = z.object({
  model: z.string().check(z.minLength(1)),
  messages: z.array(messageSchema).check(z.minLength(1), z.maxLength(10_000)),
  tools: z.optional(z.array(z.object({ function: z.object({ name: z.string() }) })).check(z.maxLength(1000))),
  stream: z.optional(z.nullable(z.literal(false))),
});

type WireMessage = z.infer<typeof messageSchema>;

/** A message of the wire in the words of the model port. */
export function toModelMessage(message: WireMessage): ModelMessage {
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", content: toText(message.content) };
    case "user":
      return { role: "user", content: toText(message.content) };
    case "tool":
      return { role: "tool", toolCallId: message.tool_call_id, content: toText(message.content) };
    case "assistant":
      return {
        role: "assistant",
        content: message.content == null ? null : toText(message.content),
        toolCalls: (message.tool_calls ?? []).map(({ id, function: called }) => ({ id, ...called })),
      };
    default:
      return assertNever(message);
  }
}

/**
 * The reply as a Chat Completions body. Ids are hashes of the conversation, which grows with every turn: the
 * same conversation gets the same ids, and none repeats within it.
 */
export function toChatCompletion(model: string, messages: readonly ModelMessage[], reply: ScriptedReply) {
  const conversation = JSON.stringify(messages);
  const message = {
    role: "assistant",
    content: reply.kind === "text" ? reply.text : null,
    refusal: null,
    ...(reply.kind === "calls" && {
      tool_calls: reply.calls.map((call, index) => ({
        id: `call_${hash(conversation, String(index))}`,
        type: "function",
        function: { name: call.name, arguments: call.arguments },
      })),
    }),
  };
  const promptTokens = countTokens(conversation);
  const completionTokens = countTokens(JSON.stringify(message));
  return {
    id: `chatcmpl_${hash(conversation, "reply")}`,
    object: "chat.completion",
    // The same conversation is answered by the same bytes, so there is no clock here.
    created: 0,
    model,
    choices: [
      { index: 0, message, logprobs: null, finish_reason: reply.kind === "calls" ? "tool_calls" : "stop" },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

function toText(content: z.infer<typeof contentSchema>): string {
  return typeof content === "string" ? content : content.map((part) => part.text).join("");
}

function hash(conversation: string, what: string): string {
  return createHash("sha256").update(what).update("\n").update(conversation).digest("hex").slice(0, 24);
}

/** A rough count: four characters a token. */
function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
