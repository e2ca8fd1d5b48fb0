import { APIError, OpenAI } from "openai";
import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import type { CallModel, ModelReply, ModelRequest } from "../../ports/model.ts";
import { explainFailure, MALFORMED_REPLY, TIMED_OUT } from "./explain-failure.ts";
import { limitBody } from "./limit-body.ts";
import { parseReply } from "./parse-reply.ts";
import { toChatMessage, toChatTool } from "./to-chat-message.ts";

/** Repeats after the first attempt, on 408, 409, 429, 5xx, lost connections and timeouts. */
const MAX_RETRIES = 3;

/** One attempt; a server that hangs leaves time for another within a longer `timeoutMs`. */
const ATTEMPT_TIMEOUT_MS = 120_000;

export interface CallModelOptions {
  /** Up to and including the version, such as `http://127.0.0.1:8080/v1`. */
  readonly baseUrl: string;
  /** Sent as a bearer token; may be empty for a server that asks for none. */
  readonly apiKey: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Default 3. */
  readonly maxRetries?: number;
  /** Default 120,000. */
  readonly attemptTimeoutMs?: number;
}

type OutputLimitField = "max_tokens" | "max_completion_tokens";

/** Makes a `CallModel` for any server that speaks Chat Completions. */
export function createCallModel(options: CallModelOptions): CallModel {
  const client = connect(options);
  // `max_tokens` first: nearly every compatible server knows it, and some refuse or ignore
  // `max_completion_tokens`. OpenAI's reasoning models know only the latter and say so in a 400; the models
  // that did are remembered here. Sending both is refused by strict servers.
  const newFieldModels = new Set<string>();

  return async (request) => {
    const signal = AbortSignal.timeout(request.timeoutMs);
    const send = async (): Promise<ModelReply | "malformed"> => {
      const field = newFieldModels.has(request.model) ? "max_completion_tokens" : "max_tokens";
      const body = toChatRequest(request, field);
      const timeout = Math.min(request.timeoutMs, options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS);
      return parseReply(await client.chat.completions.create(body, { signal, timeout }));
    };
    try {
      return await sendTwiceIfMalformed(async () => {
        try {
          return await send();
        } catch (error) {
          if (newFieldModels.has(request.model) || !asksForNewField(error)) throw error;
          newFieldModels.add(request.model);
          return await send();
        }
      });
    } catch (error) {
      return signal.aborted ? TIMED_OUT : explainFailure(error);
    }
  };
}

function connect(options: CallModelOptions): OpenAI {
  return new OpenAI({
    baseURL: options.baseUrl,
    // The library insists on a key; a server that wants a real one answers 401, which is explained.
    apiKey: options.apiKey === "" ? "none" : options.apiKey,
    // What is left out here the library would read from the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    // Its log would carry the conversation and the server's error texts.
    logLevel: "off",
    maxRetries: options.maxRetries ?? MAX_RETRIES,
    fetch: limitBody(options.fetch ?? globalThis.fetch),
  });
}

/** Models are sampled: what came out broken once often comes out whole the second time. */
async function sendTwiceIfMalformed(send: () => Promise<ModelReply | "malformed">): Promise<ModelReply> {
  const first = await send().catch((error: unknown) => {
    // A 200 whose body is cut or no JSON.
    if (error instanceof SyntaxError) return "malformed" as const;
    throw error;
  });
  if (first !== "malformed") return first;
  const second = await send();
  return second === "malformed" ? MALFORMED_REPLY : second;
}

/** Proxies drop `param` but keep the sentence, which is read here and never passed on. */
function asksForNewField(error: unknown): boolean {
  if (!(error instanceof APIError) || error.status !== 400) return false;
  return error.param === "max_tokens" || error.message.includes("max_completion_tokens");
}

function toChatRequest(
  request: ModelRequest,
  outputLimitField: OutputLimitField,
): ChatCompletionCreateParamsNonStreaming {
  return {
    model: request.model,
    messages: request.messages.map(toChatMessage),
    // An empty list is refused by OpenAI.
    ...(request.tools.length > 0 && { tools: request.tools.map(toChatTool) }),
    [outputLimitField]: request.maxOutputTokens,
    stream: false,
  };
}
