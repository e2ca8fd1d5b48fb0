/**
 * The conversation as the run loop keeps it. An assistant message carries `toolCalls` (empty when it only
 * spoke); each of them is answered by one `tool` message with the call's id before the next assistant message.
 */
export type ModelMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly content: string | null;
      readonly toolCalls: readonly ModelToolCall[];
    }
  | { readonly role: "tool"; readonly toolCallId: string; readonly content: string };

/** A call that the model proposes; nothing in it has been checked but its size. */
export interface ModelToolCall {
  /** Correlates a call with its result and nothing else: 1-256 characters, unique within a reply only. */
  readonly id: string;
  /** As the model wrote it (1-256 characters); it may name no tool at all. */
  readonly name: string;
  /** Raw JSON text exactly as the model wrote it, at most 262,144 characters; it may not be JSON. */
  readonly arguments: string;
}

/** A plain JSON Schema object; the adapter passes it on unread. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A tool as it is described to the model. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  readonly maxOutputTokens: number;
  /** For the whole call: every attempt, the back-off between them and reading the body. */
  readonly timeoutMs: number;
}

/** What the server counted; zeros when it did not say. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export type ModelReply =
  | { readonly outcome: "answered"; readonly content: string; readonly usage: ModelUsage }
  | {
      readonly outcome: "called-tools";
      readonly content: string | null;
      /** In the model's order, 1-128. */
      readonly toolCalls: readonly ModelToolCall[];
      readonly usage: ModelUsage;
    }
  /** The model or the server's filter declined; `text` is what it said about it, often empty. */
  | { readonly outcome: "refused"; readonly text: string; readonly usage: ModelUsage }
  /** The output limit was reached: whatever text or calls had been written are dropped, never used. */
  | { readonly outcome: "cut-off"; readonly usage: ModelUsage }
  /** No choice, or neither text nor tool calls in it. */
  | { readonly outcome: "empty"; readonly usage: ModelUsage }
  /** No usable reply, after retries where they help. `reason` is ours, says what to do and quotes nothing. */
  | { readonly outcome: "unavailable"; readonly reason: string; readonly status?: number };

/**
 * Asks the model for its next message. Retries belong to the adapter (with back-off, within `timeoutMs`), so
 * callers do not retry. Never rejects for what a server did; a repeat of the call may be answered differently,
 * so the caller stores the reply before acting on it.
 */
export type CallModel = (request: ModelRequest) => Promise<ModelReply>;
