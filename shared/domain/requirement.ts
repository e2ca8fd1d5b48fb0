import * as z from "zod/mini";
import {
  agentNameSchema,
  callIdSchema,
  epochMillisSchema,
  poolIdSchema,
  requirementIdSchema,
  runIdSchema,
  sha256HexSchema,
  subjectSchema,
  tenantSchema,
  toolNameSchema,
} from "./ids.ts";
import { jsonValueSchema } from "./json.ts";
import { requesterSchema } from "./requester.ts";

/** Who decides in a stage: the asker, or anybody eligible of one of these pools. */
export const stageBySchema = z.union([
  z.literal("asker"),
  z.array(poolIdSchema).check(z.minLength(1), z.maxLength(20)),
]);

/** What a person may answer: a vote on an approval, or what became of a call in doubt. */
export const answerSchema = z.enum(["approve", "reject", "happened", "run-again", "give-up"]);
export type Answer = z.infer<typeof answerSchema>;

export const channelSchema = z.enum(["api", "cli", "web", "slack"]);
export type Channel = z.infer<typeof channelSchema>;

export const voteSchema = z.strictObject({
  by: subjectSchema,
  name: z.string().check(z.maxLength(200)),
  decision: answerSchema,
  at: epochMillisSchema,
  comment: z.optional(z.string().check(z.maxLength(2_000))),
  channel: channelSchema,
});
export type Vote = z.infer<typeof voteSchema>;

export const stageSchema = z.strictObject({
  by: stageBySchema,
  /** Approvals that pass the stage. */
  need: z.int().check(z.minimum(1), z.maximum(20)),
  /** Rejections that fail it. */
  rejections: z.int().check(z.minimum(1), z.maximum(20)),
  status: z.enum(["open", "waiting", "passed", "failed"]),
  votes: z.array(voteSchema).check(z.maxLength(40)),
});
export type Stage = z.infer<typeof stageSchema>;

export const requirementStatusSchema = z.enum([
  "pending",
  "approved",
  "rejected",
  "answered",
  "expired",
  "cancelled",
]);
export type RequirementStatus = z.infer<typeof requirementStatusSchema>;

/**
 * One thing that a run waits for, as it is stored (version 1 of the record; `version` counts edits).
 *
 * `input` is what people are shown and what runs; `digest` binds it to everything else an approval covers.
 */
export const requirementSchema = z.strictObject({
  v: z.literal(1),
  tenant: tenantSchema,
  id: requirementIdSchema,
  run: runIdSchema,
  call: callIdSchema,
  kind: z.enum(["approval", "reconcile"]),
  status: requirementStatusSchema,
  version: z.int().check(z.minimum(1), z.maximum(1_000)),
  agent: agentNameSchema,
  tool: toolNameSchema,
  toolVersion: sha256HexSchema,
  input: jsonValueSchema,
  inputDigest: sha256HexSchema,
  digest: sha256HexSchema,
  /** What the digest covers as `facts`, so that it cannot be guessed; a run without a key in `vault` has none. */
  digestSalt: z.optional(sha256HexSchema),
  policyHash: sha256HexSchema,
  effect: z.string().check(z.minLength(1), z.maxLength(2_000)),
  reversible: z.boolean(),
  risk: z.strictObject({
    level: z.enum(["low", "medium", "high"]),
    reasons: z.array(z.string().check(z.maxLength(500))).check(z.maxLength(20)),
  }),
  rule: z.string().check(z.maxLength(1_000)),
  /** The model's own words of the turn, untrusted. */
  rationale: z.optional(z.string().check(z.maxLength(4_000))),
  stages: z.array(stageSchema).check(z.minLength(1), z.maxLength(20)),
  requester: requesterSchema,
  /** The agent's owner of record; never decides in a pool stage. */
  owner: z.optional(subjectSchema),
  /** Everybody who edited the call. */
  makers: z.array(subjectSchema).check(z.maxLength(50)),
  createdAt: epochMillisSchema,
  expiresAt: epochMillisSchema,
  replaces: z.optional(requirementIdSchema),
  closedAt: z.optional(epochMillisSchema),
  /** How a call in doubt was settled; only with status `answered` and kind `reconcile`. */
  settledAs: z.optional(z.enum(["happened", "run-again", "give-up"])),
  /** Ids of the ledger entries that have to be sealed before the outcome is released; set when it closes. */
  awaitedEntries: z.optional(z.array(z.string().check(z.maxLength(300))).check(z.maxLength(100))),
  /** The id of the newest entry that moved it: `prev` of the next one. Rows from before there was `prev` have none. */
  lastEntry: z.optional(z.string().check(z.maxLength(300))),
});

export type Requirement = z.infer<typeof requirementSchema>;

/** The stage whose answers count now; a pending requirement has exactly one. */
export function openStage(requirement: Requirement): { stage: Stage; index: number } | undefined {
  const index = requirement.stages.findIndex((stage) => stage.status === "open");
  const stage = requirement.stages[index];
  return stage === undefined ? undefined : { stage, index };
}
