/** Every code that an API answer can carry, with its HTTP status (docs/api.md, "Codes"). */
export const refusalStatus = {
  unauthenticated: 401,
  insufficient_scope: 403,
  machine_token: 403,
  not_found: 404,
  invalid_input: 422,
  expired: 410,
  cancelled: 410,
  in_use: 409,
  already_decided: 409,
  stale_digest: 409,
  stage_not_open: 409,
  self_approval: 403,
  not_eligible: 403,
  duplicate_vote: 409,
  step_up_required: 403,
  comment_required: 422,
  decision_not_allowed: 422,
  unsatisfiable_policy: 422,
  idempotency_conflict: 409,
  too_late: 409,
  run_not_paused: 409,
  agent_disabled: 409,
  erased: 410,
  too_large: 413,
  rate_limited: 429,
  check_failed: 503,
} as const;

export type RefusalCode = keyof typeof refusalStatus;

/** An expected refusal: `detail` says what failed, on which id, and what to do next. */
export interface Refused {
  readonly outcome: "refused";
  readonly code: RefusalCode;
  readonly detail: string;
}

export function refuse(code: RefusalCode, detail: string): Refused {
  return { outcome: "refused", code, detail };
}

/** What every route that decides answers to a machine, whatever it asked for. */
export function refuseMachine(): Refused {
  return refuse("machine_token", "A machine token cannot decide: sign in as a person.");
}
