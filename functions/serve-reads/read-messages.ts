import { answerOf } from "../../shared/domain/conversation.ts";
import type { CallId } from "../../shared/domain/ids.ts";
import type { RunState } from "../../shared/domain/run-loop.ts";
import { type Refused, refuse } from "../../shared/domain/refusal.ts";
import { sightOfRun } from "../../shared/domain/visibility.ts";
import { loadDecider } from "../../shared/records/decider-records.ts";
import { loadRunState } from "../../shared/records/run-records.ts";
import { type ListView, listQuerySchema, type MessageView } from "../../shared/wire/api.ts";
import { type Answered, answer } from "../http/answer.ts";
import type { SignedInRequest } from "../http/create-app.ts";
import { parseRunId, runNotFound } from "../http/parse-path.ts";
import { limitOf, readQuery } from "../http/read-request.ts";
import { showTime } from "../http/show-requirement.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { ServeReadsParts } from "./parts.ts";

const messagePosition = /^[1-9][0-9]{0,6}$/;

/** `GET /runs/{run}/messages`: the conversation, oldest first, for whoever sees the run wholly. */
export async function readMessages(
  { store, tenant }: ServeReadsParts,
  { principal, params, query }: SignedInRequest,
): Promise<Answered | Refused> {
  const id = parseRunId(params);
  const state = id === undefined ? undefined : await loadRunState(store, tenant, id);
  if (state === undefined) return runNotFound(id);
  const { decider } = await loadDecider(store, tenant, principal);
  if (sightOfRun(decider, state.run, state.requirements) !== "whole") return runNotFound(id);
  const asked = readQuery(listQuerySchema, query);
  if (asked.outcome === "unreadable") return refuse("invalid_input", asked.detail);
  const after = readCursor(asked.value.cursor, messagePosition);
  if (after.outcome === "unreadable") return refuse("invalid_input", after.detail);
  return answer(pageOf(showMessages(state), Number(after.value ?? "0"), limitOf(asked.value)));
}

/** A conversation only grows at its end, so a place in it is a cursor. */
function pageOf(messages: readonly MessageView[], start: number, limit: number): ListView<MessageView> {
  const end = start + limit;
  return {
    items: messages.slice(start, end),
    nextCursor: end < messages.length ? writeCursor(String(end)) : null,
  };
}

/** Without the agent's instructions, which are its author's and not part of the run. */
function showMessages(state: RunState): readonly MessageView[] {
  const answers = answersOf(state);
  const turns = state.steps.flatMap((step): readonly MessageView[] => {
    if (step.kind !== "model") return [];
    const calls = step.calls.map((call) => ({ call: call.id, tool: call.name, arguments: call.arguments }));
    return [
      { role: "assistant", content: step.content, calls, at: showTime(step.at) },
      ...step.calls.flatMap((call): readonly MessageView[] => {
        const content = answers.get(call.id);
        return content === undefined ? [] : [{ role: "tool", call: call.id, tool: call.name, content }];
      }),
    ];
  });
  return [{ role: "user", content: state.run.input, at: showTime(state.run.createdAt) }, ...turns];
}

function answersOf({ steps, executions }: RunState): ReadonlyMap<CallId, string> {
  const results = steps.flatMap((step) => (step.kind === "results" ? step.results : []));
  return new Map([
    ...results.map(({ call, content }) => [call, content] as const),
    ...executions.map((execution) => [execution.call, answerOf(execution)] as const),
  ]);
}
