import { subjectsOf } from "../../shared/domain/data-subjects.ts";
import { idempotencyKeyOf } from "../../shared/domain/execution.ts";
import { epochMillisSchema } from "../../shared/domain/ids.ts";
import type { NextAction, PlannedRead } from "../../shared/domain/run-loop.ts";
import type { CallResult } from "../../shared/domain/steps.ts";
import { createAgentTables } from "../../shared/records/agent-tables.ts";
import { bytesOf, mostContentBytes } from "../../shared/records/item-size.ts";
import { recordSpan } from "./record-span.ts";
import { saveStep, type Turn } from "./turn.ts";

/** UTF-16 units; none takes more than six bytes of JSON, so one result always fits into a step. */
const longestResult = 40_000;

/** Runs the turn's read-only calls side by side, and saves their results with the refusals of this turn. */
export async function answerCalls(
  turn: Turn,
  { turn: number, refused, reads }: Extract<NextAction, { action: "answer-calls" }>,
): Promise<void> {
  const start = turn.parts.now();
  const answered = await Promise.all(reads.map((read) => runRead(turn, read)));
  const results = answered.map(({ result }) => result);
  const subjects = answered.flatMap((read) => read.subjects);
  let milliseconds = Math.max(0, turn.parts.now() - start);
  for (const part of partsOf([...refused, ...results])) {
    const at = epochMillisSchema.parse(turn.parts.now());
    const saved = await saveStep(
      turn,
      { v: 1, kind: "results", turn: number, results: part, milliseconds, at },
      subjects,
    );
    // Somebody else wrote: what is left to answer is judged again from what is saved now.
    if (saved === "reloaded") return;
    milliseconds = 0;
  }
}

/** As few steps as the results fit into. */
function partsOf(results: readonly CallResult[]): CallResult[][] {
  const parts: CallResult[][] = [];
  let left = 0;
  for (const result of results) {
    const bytes = bytesOf(result);
    if (bytes > left) {
      parts.push([]);
      left = mostContentBytes;
    }
    parts.at(-1)?.push(result);
    left -= bytes;
  }
  return parts;
}

interface Answered {
  readonly result: CallResult;
  readonly subjects: readonly string[];
}

async function runRead(turn: Turn, { call, tool, input }: PlannedRead): Promise<Answered> {
  const { parts, state, agent } = turn;
  const { run } = state;
  const start = parts.now();
  const context = {
    tenant: run.tenant,
    run: run.id,
    call: call.id,
    asker: run.requester,
    idempotencyKey: idempotencyKeyOf(call.id),
    tables: createAgentTables(parts.store, run.tenant, agent.name),
    signal: AbortSignal.timeout(Math.max(1, turn.deadlineAt - start - 10_000)),
    now: parts.now,
  };
  const answered = await tool.run(input, context).then(
    (output): Answered => ({
      result: { call: call.id, status: "succeeded", content: cut(textOf(output)) },
      subjects: subjectsOf(tool, input, output),
    }),
    (error: unknown): Answered => ({
      result: { call: call.id, status: "failed", content: cut(`Failed: ${messageOf(error)}`) },
      subjects: subjectsOf(tool, input),
    }),
  );
  recordSpan(turn, {
    name: `execute_tool ${tool.name}`,
    kind: "tool",
    start,
    isError: answered.result.status === "failed",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool.name,
      "gen_ai.tool.call.id": call.id,
    },
  });
  return answered;
}

function textOf(output: unknown): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "the tool failed without a reason";
}

/** What the model reads of one result; a longer one says how much was cut, and halves of characters are replaced. */
function cut(text: string): string {
  if (text.length <= longestResult) return text.toWellFormed();
  return `${text.slice(0, longestResult).toWellFormed()} [${text.length - longestResult} characters cut]`;
}
