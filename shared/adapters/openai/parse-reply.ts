import * as z from "zod/mini";
import type { ModelReply, ModelToolCall, ModelUsage } from "../../ports/model.ts";

/** Far above what a turn may execute (20, docs/design.md section 4); more is a broken server. */
const MAX_TOOL_CALLS = 128;
/** Lengths in UTF-16 units; the body as a whole is limited in bytes before. */
const MAX_ARGUMENTS_LENGTH = 262_144;
const MAX_CONTENT_LENGTH = 1_048_576;
const MAX_NAME_LENGTH = 256;
const MAX_ID_LENGTH = 256;

const text = z.nullish(z.string().check(z.maxLength(MAX_CONTENT_LENGTH)));

// Objects are open here: servers add fields of their own, and every one we do not name is dropped.
const toolCallSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(MAX_ID_LENGTH)),
  function: z.object({
    name: z.string().check(z.minLength(1), z.maxLength(MAX_NAME_LENGTH)),
    arguments: z.string().check(z.maxLength(MAX_ARGUMENTS_LENGTH)),
  }),
});

const choiceSchema = z.object({
  finish_reason: z.nullish(z.string()),
  message: z.object({
    content: text,
    refusal: text,
    tool_calls: z.nullish(z.array(toolCallSchema).check(z.maxLength(MAX_TOOL_CALLS))),
  }),
});

const tokenCount = z.catch(z.int().check(z.nonnegative()), 0);

const replySchema = z.object({
  // Only the first choice is ever asked for; of others nothing is read.
  choices: z.array(z.unknown()),
  usage: z.catch(z.object({ prompt_tokens: tokenCount, completion_tokens: tokenCount }), {
    prompt_tokens: 0,
    completion_tokens: 0,
  }),
});

/**
 * Reads a Chat Completions reply from a server that is not trusted. `malformed`: not that shape, over a bound,
 * or tool call ids missing or repeated, so that results could not be matched to calls.
 */
export function parseReply(body: unknown): ModelReply | "malformed" {
  const reply = replySchema.safeParse(body);
  if (!reply.success) return "malformed";
  const usage = {
    inputTokens: reply.data.usage.prompt_tokens,
    outputTokens: reply.data.usage.completion_tokens,
  };
  if (reply.data.choices.length === 0) return { outcome: "empty", usage };
  const choice = choiceSchema.safeParse(reply.data.choices[0]);
  if (!choice.success) {
    // A reply cut off in the middle of a call may have no whole shape; nothing of it is used anyway.
    return isCutOff(reply.data.choices[0]) ? { outcome: "cut-off", usage } : "malformed";
  }
  return judgeChoice(choice.data, usage);
}

function judgeChoice(choice: z.infer<typeof choiceSchema>, usage: ModelUsage): ModelReply | "malformed" {
  const { content, refusal } = choice.message;
  if (choice.finish_reason === "length") return { outcome: "cut-off", usage };
  if (refusal) return { outcome: "refused", text: refusal, usage };
  if (choice.finish_reason === "content_filter") return { outcome: "refused", text: content ?? "", usage };

  // Some servers finish with "stop" although they call tools: the calls count, not the word.
  const toolCalls = (choice.message.tool_calls ?? []).map((call): ModelToolCall => ({
    id: call.id,
    name: call.function.name,
    arguments: call.function.arguments,
  }));
  if (toolCalls.length > 0) {
    const ids = new Set(toolCalls.map((call) => call.id));
    if (ids.size < toolCalls.length) return "malformed";
    return { outcome: "called-tools", content: content ?? null, toolCalls, usage };
  }
  if (content == null || content.trim() === "") return { outcome: "empty", usage };
  return { outcome: "answered", content, usage };
}

function isCutOff(choice: unknown): boolean {
  return z.object({ finish_reason: z.literal("length") }).safeParse(choice).success;
}
