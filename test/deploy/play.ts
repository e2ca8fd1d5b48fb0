import { expect } from "vitest";
import * as z from "zod/mini";
import { type Order, readOrder } from "../../agents/support/tables.ts";
import { obtainToken } from "../../local/issuer/obtain-token.ts";
import { createAgentTables } from "../../shared/records/agent-tables.ts";
import {
  problemSchema,
  type RequirementView,
  type RunStatus,
  type RunView,
  runViewSchema,
} from "../../shared/wire/api.ts";
import type { Deployment } from "./deployment.ts";

/** A seeded person, a token of one's own making, or nobody. */
type Who = string | { readonly token: string } | undefined;

interface Answer {
  readonly status: number;
  /** The problem's code; API Gateway's own refusals have none. */
  readonly code: string | undefined;
  readonly body: unknown;
}

const tokens = new Map<string, Promise<string>>();

/** Asks the deployed API; a seeded person signs in to the issuer first. */
export async function send(
  { apiUrl, issuerUrl }: Deployment,
  who: Who,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Answer> {
  const token = typeof who === "string" ? await signIn(issuerUrl, who) : who?.token;
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  return { status: response.status, code: problemSchema.safeParse(answer).data?.code, body: answer };
}

function signIn(issuerUrl: string, person: string): Promise<string> {
  const token =
    tokens.get(person) ?? obtainToken({ issuerUrl, person }).then(({ accessToken }) => accessToken);
  tokens.set(person, token);
  return token;
}

/** Starts a run that asks for a refund of 250.00, and answers its id. */
export async function startRefund(deployment: Deployment, order: string, who = "asker"): Promise<string> {
  const input = `Refund order ${order}, 250.00 because the parcel was lost`;
  const { status, body } = await send(deployment, who, "POST", "/agents/support/runs", { input });
  expect({ status, body }).toMatchObject({ status: 202 });
  return runViewSchema.parse(body).id;
}

/** Asks for the run, as an auditor, and is answered when its status changes, until it is the wanted one. */
export async function untilRun(
  deployment: Deployment,
  run: string,
  wanted: RunStatus,
  limitSeconds = 60,
): Promise<RunView> {
  const giveUpAt = performance.now() + limitSeconds * 1_000;
  for (let seen = ""; ;) {
    const query = seen === "" ? "" : `?wait=5&seen=${seen}`;
    const { status, body } = await send(deployment, "auditor", "GET", `/runs/${run}${query}`);
    expect({ status, body }).toMatchObject({ status: 200 });
    const view = runViewSchema.parse(body);
    if (view.status === wanted) return view;
    const isOver = !["running", "paused"].includes(view.status) || performance.now() > giveUpAt;
    if (isOver) throw new Error(`${run} is ${view.status}, not ${wanted}: ${JSON.stringify(view)}`);
    seen = view.status;
  }
}

/** The one requirement that a paused run waits for. */
export async function untilAsked(deployment: Deployment, run: string): Promise<RequirementView> {
  const { requirements } = await untilRun(deployment, run, "paused");
  return only(requirements.filter(({ status }) => status === "pending"));
}

/** Votes for what was shown to the voter. */
export function decide(
  deployment: Deployment,
  who: Who,
  { id, digest }: RequirementView,
  decision: "approve" | "reject" = "approve",
): Promise<Answer> {
  return send(deployment, who, "POST", `/requirements/${id}/decisions`, { decision, digest });
}

/** The asker confirms and finance-1 approves. */
export async function approve(deployment: Deployment, requirement: RequirementView): Promise<void> {
  for (const person of ["asker", "finance-1"]) {
    const { status, code } = await decide(deployment, person, requirement);
    expect({ person, status, code }).toEqual({ person, status: 200, code: undefined });
  }
}

/** The refunds that stand in the agent's own table. */
export async function readRefunds({ store }: Deployment, order: string): Promise<Order["refunds"]> {
  const found = await readOrder(createAgentTables(store, "default", "support"), order);
  if (found === undefined) throw new Error(`There is no order ${order}.`);
  return found.row.refunds;
}

function only<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined || items.length > 1) throw new Error(`There are ${items.length}, not one.`);
  return first;
}

const messagesSchema = z.object({ Messages: z.optional(z.array(z.object({ Body: z.string() }))) });

/** Takes what lies in the dead letters now, at most ten of them; the SDK has no client for so little. */
export async function takeDeadLetters({ endpoint }: Deployment): Promise<readonly string[]> {
  const credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request";
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: `${credential}, SignedHeaders=host, Signature=none`,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.ReceiveMessage",
    },
    body: JSON.stringify({
      QueueUrl: `${endpoint}/000000000000/countersign-dead-letters`,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
    }),
  });
  expect(response.status).toBe(200);
  return (messagesSchema.parse(await response.json()).Messages ?? []).map(({ Body }) => Body);
}
