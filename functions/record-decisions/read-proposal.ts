import type { Proposal } from "../../shared/domain/decide.ts";
import {
  type AnswersBody,
  answersBodySchema,
  type DecisionBody,
  decisionBodySchema,
} from "../../shared/wire/api.ts";
import type { Readable } from "../http/readable.ts";
import { readBody, readChannel, readIdempotencyKey } from "../http/read-request.ts";
import type { ReceivedBody } from "../http/receive-body.ts";

/** A person's decision as it came in; what could not be read is judged in its place in docs/api.md's order. */
export function readDecision(received: ReceivedBody, headers: Headers): Proposal {
  return propose(readBody(decisionBodySchema, received), headers, (body) => ({
    decision: body.decision,
    comment: body.comment,
    asksForMore: asksForMore(body),
  }));
}

/** An answer about a call in doubt. */
export function readAnswers(received: ReceivedBody, headers: Headers): Proposal {
  return propose(readBody(answersBodySchema, received), headers, ({ answers }: AnswersBody) => ({
    decision: answers.outcome,
    asksForMore: false,
  }));
}

type ReadProposal = Extract<Proposal, { outcome: "read" }>;

function propose<Body extends { readonly digest: string }>(
  body: Readable<Body>,
  headers: Headers,
  say: (body: Body) => Pick<ReadProposal, "decision" | "comment" | "asksForMore">,
): Proposal {
  if (body.outcome === "unreadable") return body;
  const key = readIdempotencyKey(headers);
  if (key.outcome === "unreadable") return key;
  const channel = readChannel(headers);
  if (channel.outcome === "unreadable") return channel;
  return { outcome: "read", digest: body.value.digest, channel: channel.value, ...say(body.value) };
}

function asksForMore(body: DecisionBody): boolean {
  switch (body.decision) {
    case "approve":
      return body.remember !== undefined;
    case "reject":
      return body.stop === true;
    case "edit":
    case "respond":
      return false;
  }
}
