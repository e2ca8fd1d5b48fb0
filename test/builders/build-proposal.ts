import type { Proposal } from "../../shared/domain/decide.ts";

export type ReadProposal = Extract<Proposal, { outcome: "read" }>;

/** An approval that quotes the digest of a built requirement. */
export function buildProposal(over: Partial<ReadProposal> = {}): ReadProposal {
  return {
    outcome: "read",
    decision: "approve",
    digest: "d".repeat(64),
    asksForMore: false,
    channel: "api",
    ...over,
  };
}
