import { parseCallLines } from "./parse-call-lines.ts";
import { parseSentences } from "./parse-sentences.ts";

/** A call that the scripted model proposes; `arguments` is raw text, as a model writes it. */
export interface ScriptedCall {
  readonly name: string;
  readonly arguments: string;
}

/** What a user's text asks for. `turns` are proposed one after the other, all calls of a turn at once. */
export type Plan =
  | {
      readonly kind: "turns";
      readonly turns: readonly (readonly ScriptedCall[])[];
      /** Spelled out as `call` lines: proposed whatever the results before were. */
      readonly literal: boolean;
    }
  /** Understood but for a part, which the person is asked about. */
  | { readonly kind: "question"; readonly text: string }
  | { readonly kind: "not-understood" };

/** Of a longer text only the beginning is read as sentences: the patterns take quadratic time at worst. */
const MAX_SENTENCES_LENGTH = 4000;

const READ_ONLY = new Set(["lookup_order", "search_articles"]);

/** Reads a user's text, either literal `call` lines or sentences. It looks first and acts in the next turn. */
export function planTurns(userText: string, tools: ReadonlySet<string>): Plan {
  const literal = parseCallLines(userText);
  if (literal.length > 0) return { kind: "turns", turns: literal, literal: true };

  const sentences = parseSentences(userText.slice(0, MAX_SENTENCES_LENGTH));
  const question = sentences.find((sentence) => sentence.kind === "question");
  if (question) return question;
  const calls = sentences.flatMap((sentence) => (sentence.kind === "call" ? [sentence] : []));
  if (calls.length === 0) return { kind: "not-understood" };
  const missing = calls.find((call) => !tools.has(call.name));
  if (missing) return { kind: "question", text: `I have no tool "${missing.name}" to do that with.` };

  const reads = calls.filter((call) => READ_ONLY.has(call.name));
  const acts = calls.filter((call) => !READ_ONLY.has(call.name));
  if (tools.has("lookup_order")) {
    // A refund is proposed only after a look at its order.
    for (const { name, input } of acts) {
      if (name === "issue_refund") {
        reads.push({ kind: "call", name: "lookup_order", input: { orderId: input["orderId"] } });
      }
    }
  }
  const turns = [dropRepeats(reads.map(toScriptedCall)), acts.map(toScriptedCall)];
  return { kind: "turns", turns: turns.filter((turn) => turn.length > 0), literal: false };
}

function toScriptedCall(call: { name: string; input: unknown }): ScriptedCall {
  return { name: call.name, arguments: JSON.stringify(call.input) };
}

function dropRepeats(calls: readonly ScriptedCall[]): ScriptedCall[] {
  return [...new Map(calls.map((call) => [`${call.name} ${call.arguments}`, call])).values()];
}
