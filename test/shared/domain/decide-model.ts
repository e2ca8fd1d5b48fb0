import type { Decider } from "../../../shared/domain/decider.ts";

export interface ModelRule {
  readonly by: "asker" | readonly string[];
  readonly need: number;
  readonly rejections: number;
}

export interface ModelAttempt {
  readonly by: Decider;
  readonly decision: "approve" | "reject" | "edit" | "respond";
  readonly isReadable: boolean;
  readonly isDigestShown: boolean;
  readonly asksForMore: boolean;
  readonly at: number;
}

export interface ModelCase {
  readonly rules: readonly ModelRule[];
  readonly asker: string;
  readonly makers: readonly string[];
  readonly expiresAt: number;
}

/**
 * An approval as its rules read, without the code under test: each accepted answer is one line of a ballot, and all
 * else is counted from the ballots. Knows approvals only.
 */
export class DecideModel {
  readonly #case: ModelCase;
  readonly ballots: {
    readonly stage: number;
    readonly subject: string;
    readonly isApproval: boolean;
    readonly at: number;
  }[] = [];
  #closedAs: "cancelled" | "expired" | undefined;

  constructor(modelCase: ModelCase) {
    this.#case = modelCase;
  }

  close(as: "cancelled" | "expired"): void {
    if (this.status() === "pending") this.#closedAs = as;
  }

  status(): "pending" | "approved" | "rejected" | "cancelled" | "expired" {
    if (this.#closedAs !== undefined) return this.#closedAs;
    if (this.#case.rules.some((_, stage) => this.#isFailed(stage))) return "rejected";
    return this.#case.rules.every((_, stage) => this.#isPassed(stage)) ? "approved" : "pending";
  }

  /** The first of docs/api.md's codes that applies, or `undefined` when the answer is to be accepted. */
  refusal(attempt: ModelAttempt): string | undefined {
    const applying = this.#codes(attempt);
    return Object.keys(applying).find((code) => applying[code] === true);
  }

  accept({ by, decision, at }: ModelAttempt): void {
    this.ballots.push({
      stage: this.#openStage(),
      subject: by.subject,
      isApproval: decision === "approve",
      at,
    });
  }

  /** In the order of docs/api.md, "Codes". */
  #codes({
    by,
    decision,
    isReadable,
    isDigestShown,
    asksForMore,
    at,
  }: ModelAttempt): Record<string, boolean> {
    const { rules, asker, makers, expiresAt } = this.#case;
    const open = this.#openStage();
    const status = this.status();
    const sits = (stage: number) => isOneOf(by, rules[stage]?.by ?? [], asker);
    const isLater = rules.some((_, stage) => stage > open && sits(stage));
    const inPoolStage = rules[open]?.by !== "asker";
    return {
      machine_token: by.kind === "machine",
      not_found: !maySee(by, rules, asker),
      invalid_input: !isReadable,
      expired: status === "expired" || (status === "pending" && at >= expiresAt),
      cancelled: status === "cancelled",
      already_decided: status === "approved" || status === "rejected",
      stale_digest: !isDigestShown,
      stage_not_open: !sits(open) && isLater,
      self_approval: inPoolStage && [asker, ...makers].includes(by.subject),
      not_eligible: !sits(open),
      duplicate_vote: this.ballots.some(({ subject }) => subject === by.subject),
      decision_not_allowed: !["approve", "reject"].includes(decision) || asksForMore,
    };
  }

  #openStage(): number {
    return this.#case.rules.findIndex((_, stage) => !this.#isPassed(stage));
  }

  #isPassed(stage: number): boolean {
    return this.#count(stage, true) >= (this.#case.rules[stage]?.need ?? Infinity);
  }

  #isFailed(stage: number): boolean {
    return this.#count(stage, false) >= (this.#case.rules[stage]?.rejections ?? Infinity);
  }

  #count(stage: number, isApproval: boolean): number {
    return this.ballots.filter((ballot) => ballot.stage === stage && ballot.isApproval === isApproval).length;
  }
}

function isOneOf(by: Decider, people: ModelRule["by"], asker: string): boolean {
  if (by.kind === "machine") return false;
  return people === "asker" ? by.subject === asker : by.pools.some((pool) => people.includes(pool));
}

function maySee(by: Decider, rules: readonly ModelRule[], asker: string): boolean {
  if (by.kind === "machine") return false;
  return (
    by.subject === asker ||
    by.isAuditor ||
    rules.some((rule) => rule.by !== "asker" && isOneOf(by, rule.by, asker))
  );
}
