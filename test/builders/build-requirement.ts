import type * as z from "zod/mini";
import { actionDigest } from "../../shared/domain/digest.ts";
import {
  type Requirement,
  requirementSchema,
  type Stage,
  stageSchema,
  type Vote,
  voteSchema,
} from "../../shared/domain/requirement.ts";
import { sha256 } from "./sha256.ts";

/** 2026-11-22T12:00:00.000Z, when every built requirement was asked. */
export const noon = 1_795_348_800_000;
/** 2026-11-29T12:00:00.000Z, when it expires. */
export const noonAWeekLater = 1_795_953_600_000;

/** One pending refund: the asker confirms, then one of pool `finance` signs off. */
export function buildRequirement(over: Partial<z.input<typeof requirementSchema>> = {}): Requirement {
  return requirementSchema.parse({
    v: 1,
    tenant: "default",
    id: "req_01m81j18g0041061050r3gg28a_1_1_1",
    run: "run_01m81j18g0041061050r3gg28a",
    call: "call_01m81j18g0041061050r3gg28a_1_1",
    kind: "approval",
    status: "pending",
    version: 1,
    agent: "shop",
    tool: "issue_refund",
    toolVersion: "1".repeat(64),
    input: { order: "1042", cents: 25_000 },
    inputDigest: "2".repeat(64),
    digest: "d".repeat(64),
    policyHash: "3".repeat(64),
    effect: "Refund 250.00 for order 1042.",
    reversible: false,
    risk: { level: "high", reasons: [] },
    rule: "issue_refund: the asker confirms, then one approver of pool finance signs off.",
    stages: [buildStage({ by: "asker" }), buildStage({ by: ["finance"], status: "waiting" })],
    requester: { kind: "person", subject: "asker", name: "Asker" },
    makers: [],
    createdAt: noon,
    expiresAt: noonAWeekLater,
    ...over,
  });
}

/** An open stage of pool `finance` that one approval passes and one rejection fails. */
export function buildStage(over: Partial<z.input<typeof stageSchema>> = {}): Stage {
  return stageSchema.parse({ by: ["finance"], need: 1, rejections: 1, status: "open", votes: [], ...over });
}

export function buildVote(by: string, over: Partial<z.input<typeof voteSchema>> = {}): Vote {
  return voteSchema.parse({ by, name: by, decision: "approve", at: noon + 1_000, channel: "api", ...over });
}

/** The requirement with the digest that covers what it says now. */
export function withDigest(requirement: Requirement): Requirement {
  const { tenant, run, id, version, agent, tool, toolVersion, input, policyHash } = requirement;
  const digest = actionDigest(
    {
      v: 1,
      tenant,
      run,
      requirement: id,
      version,
      agent,
      tool,
      toolVersion,
      input,
      previewHash: null,
      facts: null,
      policyHash,
    },
    sha256,
  );
  if (!digest.ok) throw new Error(digest.message);
  return { ...requirement, digest: digest.digest };
}
