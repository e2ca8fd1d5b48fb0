import { expect } from "vitest";
import * as z from "zod/mini";
import { type Order, orderSchema } from "../../agents/support/tables.ts";
import { jsonValueSchema } from "../../shared/domain/json.ts";
import {
  messageListSchema,
  type MessageView,
  requirementListSchema,
  requirementViewSchema,
  type RequirementView,
  runViewSchema,
  type RunStatus,
  type RunView,
} from "../../shared/wire/api.ts";
import type { Answer, Sent, Story, Who } from "./start-story.ts";

/** The sentence of the README. */
export const refundSentence = "Refund order 1042, 250.00 because the parcel was lost";

export const refundInput = {
  orderId: "1042",
  amount: "250.00",
  currency: "EUR",
  reason: "the parcel was lost",
};

/** A literal call of the scripted model; several lines are one turn, `then` begins the next. */
export function callLine(tool: string, input: unknown): string {
  return `call ${tool} ${JSON.stringify(input)}`;
}

/** How long anything may take before the test gives up on it. */
const patienceMilliseconds = 10_000;

export async function startRun(
  story: Story,
  input: string,
  { who = "asker", agent = "support" }: { readonly who?: string; readonly agent?: string } = {},
): Promise<string> {
  const { status, body } = await story.send(who, "POST", `/agents/${agent}/runs`, { body: { input } });
  expect(status).toBe(202);
  return runViewSchema.parse(body).id;
}

export async function readRun(story: Story, id: string, who: Who = "asker", query = ""): Promise<RunView> {
  const { body, status } = await story.send(who, "GET", `/runs/${id}${query}`);
  expect(status).toBe(200);
  return runViewSchema.parse(body);
}

/** Reads the run after every write of the system until it is as wanted. */
export async function untilRun(
  story: Story,
  id: string,
  wanted: RunStatus | ((run: RunView) => boolean),
  who: Who = "asker",
): Promise<RunView> {
  const isWanted = typeof wanted === "string" ? (run: RunView) => run.status === wanted : wanted;
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    const written = story.nextWrite();
    const run = await readRun(story, id, who);
    if (isWanted(run)) return run;
    const left = deadline - performance.now();
    if (left <= 0) throw new Error(`${id} stayed ${run.status}:\n${story.lines.join("\n")}`);
    await within(written, left);
  }
}

async function within(event: Promise<void>, milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([event, promise]);
  clearTimeout(timer);
}

/** The run once it waits for people, with what it waits for. */
export async function untilAsked(
  story: Story,
  id: string,
  who: Who = "asker",
): Promise<readonly RequirementView[]> {
  const run = await untilRun(story, id, "paused", who);
  return run.requirements.filter(({ status }) => status === "pending");
}

/** Starts a run that asks for one thing. */
export async function askOne(
  story: Story,
  input: string,
  who = "asker",
): Promise<{ readonly run: string; readonly requirement: RequirementView }> {
  const run = await startRun(story, input, { who });
  return { run, requirement: only(await untilAsked(story, run, who)) };
}

export function decide(
  story: Story,
  who: Who,
  { id, digest }: Pick<RequirementView, "id" | "digest">,
  said: "approve" | "reject" | object = "approve",
  headers: Sent["headers"] = {},
): Promise<Answer> {
  const body = typeof said === "string" ? { decision: said, digest } : { digest, ...said };
  return story.send(who, "POST", `/requirements/${id}/decisions`, { body, headers });
}

/** Each of them approves, one after the other. */
export async function approve(
  story: Story,
  requirement: Pick<RequirementView, "id" | "digest">,
  ...people: readonly string[]
): Promise<void> {
  for (const person of people) {
    const { status, code } = await decide(story, person, requirement);
    expect({ person, status, code }).toEqual({ person, status: 200, code: undefined });
  }
}

export function withdraw(story: Story, who: Who, { id }: Pick<RequirementView, "id">): Promise<Answer> {
  return story.send(who, "POST", `/requirements/${id}/withdraw`);
}

export function cancel(story: Story, who: Who, run: string): Promise<Answer> {
  return story.send(who, "POST", `/runs/${run}/cancel`);
}

export async function readRequirement(
  story: Story,
  id: string,
  who: Who = "auditor",
): Promise<RequirementView> {
  const { body, status } = await story.send(who, "GET", `/requirements/${id}`);
  expect(status).toBe(200);
  return requirementViewSchema.parse(body);
}

export async function listRequirements(
  story: Story,
  who: Who,
  query = "",
): Promise<readonly RequirementView[]> {
  const { body, status } = await story.send(who, "GET", `/requirements${query}`);
  expect(status).toBe(200);
  return requirementListSchema.parse(body).items;
}

/** What the model read about its calls, in its order. */
export async function readToolMessages(
  story: Story,
  run: string,
): Promise<readonly Extract<MessageView, { role: "tool" }>[]> {
  const { body, status } = await story.send("asker", "GET", `/runs/${run}/messages?limit=200`);
  expect(status).toBe(200);
  return messageListSchema.parse(body).items.filter((message) => message.role === "tool");
}

/** What the tools did to an order, from the demo's own table. */
export async function readOrder(story: Story, id: string): Promise<Order> {
  const rows = z.array(orderSchema).parse(await readTable(story, "orders"));
  return only(rows.filter((row) => row.id === id));
}

export async function readTable(
  story: Story,
  table: "orders" | "customers" | "outbox",
): Promise<readonly unknown[]> {
  const response = await fetch(`${story.url}/demo/${table}`);
  expect(response.status).toBe(200);
  const text = await response.text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => jsonValueSchema.parse(JSON.parse(line)));
}

export function only<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined || items.length > 1) throw new Error(`There are ${items.length}, not one.`);
  return first;
}
