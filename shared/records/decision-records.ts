import * as z from "zod/mini";
import { poolIdSchema, requirementIdSchema, sha256HexSchema, subjectSchema } from "../domain/ids.ts";
import type { Pool } from "../domain/pool.ts";
import { type Requirement, type Vote, voteSchema } from "../domain/requirement.ts";
import { bytesOf, mostContentBytes } from "./item-size.ts";
import type { Loaded } from "./loaded.ts";

/** One person's answer as `decisions` keeps it, version 1. */
export const decisionRowSchema = z.strictObject({
  v: z.literal(1),
  requirement: requirementIdSchema,
  version: z.int().check(z.positive()),
  stage: z.int().check(z.nonnegative()),
  digest: sha256HexSchema,
  ...voteSchema.shape,
  /** Who was in each pool of the stage at the decision, sorted; an asker's stage has none. */
  members: z.optional(z.record(poolIdSchema, z.array(subjectSchema))),
});
export type DecisionRow = z.infer<typeof decisionRowSchema>;

/** The row of a vote, with the pools as they were when it was judged, unless they are too large for a row. */
export function decisionRowOf(
  { id, version, digest, stages }: Requirement,
  vote: Vote,
  stage: number,
  pools: ReadonlyMap<string, Loaded<Pool>>,
): DecisionRow {
  const by = stages[stage]?.by ?? "asker";
  const row: DecisionRow = { v: 1, requirement: id, version, stage, digest, ...vote };
  if (by === "asker") return row;
  const members = Object.fromEntries(
    by.map((pool) => [pool, (pools.get(pool)?.value.members ?? []).toSorted()]),
  );
  return bytesOf(members) > mostContentBytes ? row : { ...row, members };
}
