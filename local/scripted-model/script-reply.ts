import { assertNever } from "../../shared/domain/assert-never.ts";
import type { ModelMessage } from "../../shared/ports/model.ts";
import { EXAMPLE_SENTENCES } from "./parse-sentences.ts";
import { planTurns, type ScriptedCall } from "./plan-turns.ts";
import { describeExchange, hasFailed, readFields, type Exchange } from "./describe-exchange.ts";

export type ScriptedReply =
  | { readonly kind: "calls"; readonly calls: readonly ScriptedCall[] }
  | { readonly kind: "text"; readonly text: string };

/**
 * Plays the support agent's model: from the last user message it proposes calls turn by turn, then says plainly
 * what became of each. The same conversation always gets the same reply. `tools` are the names offered.
 */
export function scriptReply(messages: readonly ModelMessage[], tools: readonly string[]): ScriptedReply {
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const user = messages[lastUser];
  const plan = planTurns(user?.role === "user" ? user.content : "", new Set(tools));
  switch (plan.kind) {
    case "not-understood":
      return { kind: "text", text: sayExamples() };
    case "question":
      return { kind: "text", text: plan.text };
    case "turns": {
      const since = messages.slice(lastUser + 1);
      const turnsDone = since.filter((message) => message.role === "assistant").length;
      const exchanges = pairResults(since);
      const calls = (plan.turns[turnsDone] ?? []).filter(
        (call) => plan.literal || !isRefundOfUnknownOrder(call, exchanges),
      );
      if (calls.length > 0) return { kind: "calls", calls };
      return { kind: "text", text: exchanges.map(describeExchange).join("\n") };
    }
    default:
      return assertNever(plan);
  }
}

/** Each call since the user last spoke, with the text that came back for it. */
function pairResults(messages: readonly ModelMessage[]): Exchange[] {
  const results = new Map(
    messages.flatMap((message) => (message.role === "tool" ? [[message.toolCallId, message.content]] : [])),
  );
  return messages
    .flatMap((message) => (message.role === "assistant" ? message.toolCalls : []))
    .map((call) => ({ name: call.name, arguments: call.arguments, result: results.get(call.id) ?? "" }));
}

/** As a careful model would: no refund on an order that could not be found. */
function isRefundOfUnknownOrder(call: ScriptedCall, exchanges: readonly Exchange[]): boolean {
  if (call.name !== "issue_refund") return false;
  const orderId = readFields(call.arguments)["orderId"];
  return exchanges.some(
    (exchange) =>
      exchange.name === "lookup_order" &&
      readFields(exchange.arguments)["orderId"] === orderId &&
      hasFailed(exchange.result),
  );
}

function sayExamples(): string {
  const examples = EXAMPLE_SENTENCES.map((sentence) => `- ${sentence}`).join("\n");
  return `I am a scripted model and understand sentences such as these, also several at once:\n${examples}`;
}
