import { type RefusalCode, refusalStatus, type Refused } from "../../shared/domain/refusal.ts";
import type { Problem } from "../../shared/wire/api.ts";

export interface Answered {
  readonly outcome: "answered";
  readonly status: 200 | 202;
  readonly body: object;
  readonly headers?: { readonly [name: string]: string };
}

/** An answer that is not JSON. */
export interface Served {
  readonly outcome: "served";
  readonly content: string | Uint8Array<ArrayBuffer>;
  readonly type: "text/plain; charset=utf-8" | "application/octet-stream";
  /** Of what never changes under its name, so that readers may keep it. */
  readonly cacheControl?: string;
}

export function answer(body: object): Answered {
  return { outcome: "answered", status: 200, body };
}

export function accepted(body: object, location: string): Answered {
  return { outcome: "answered", status: 202, body, headers: { location } };
}

/** On every answer, also errors: nothing of it is kept, guessed at, leaked by a link or indexed. */
const securityHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex",
} as const;

export function toResponse(outcome: Answered | Served | Refused): Response {
  if (outcome.outcome === "refused") return problemResponse(outcome);
  if (outcome.outcome === "served") return serveContent(outcome);
  return new Response(JSON.stringify(outcome.body), {
    status: outcome.status,
    headers: { ...outcome.headers, ...securityHeaders, "content-type": "application/json" },
  });
}

function serveContent({ content, type, cacheControl }: Served): Response {
  const kept = cacheControl === undefined ? {} : { "cache-control": cacheControl };
  return new Response(content, { headers: { ...securityHeaders, ...kept, "content-type": type } });
}

/** A refusal as an RFC 9457 problem document. */
export function problemResponse({ code, detail }: Refused, headers: Record<string, string> = {}): Response {
  const status = refusalStatus[code];
  const type = `urn:countersign:problem:${code}`;
  const problem: Problem = { type, title: titles[code], status, detail, code };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { ...headers, ...securityHeaders, "content-type": "application/problem+json" },
  });
}

const titles: Record<RefusalCode, string> = {
  unauthenticated: "Not signed in",
  insufficient_scope: "The token does not allow this",
  machine_token: "Machines cannot decide",
  not_found: "Not found",
  invalid_input: "The request is not readable",
  expired: "Expired",
  cancelled: "Cancelled",
  in_use: "Still in use",
  already_decided: "Already decided",
  stale_digest: "Not what stands there now",
  stage_not_open: "Another stage comes first",
  self_approval: "Nobody approves their own request",
  not_eligible: "Not yours to decide",
  duplicate_vote: "Already voted",
  step_up_required: "A fresh sign-in is required",
  comment_required: "A comment is required",
  decision_not_allowed: "This decision is not possible here",
  unsatisfiable_policy: "Nobody could approve this",
  idempotency_conflict: "The key was used for something else",
  too_late: "Too late",
  run_not_paused: "The run does not wait",
  agent_disabled: "The agent is disabled",
  erased: "Erased",
  too_large: "Too large",
  rate_limited: "Too many requests",
  check_failed: "Not checked, so not done",
};
