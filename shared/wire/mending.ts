import * as z from "zod/mini";
import { requirementIdSchema, tenantSchema } from "../domain/ids.ts";

// What the reconciler asks of other functions: ids only, so that whoever may ask can forge nothing. Each function reads
// again what is stored and does what it would have done on its ordinary path.

/** `append-ledger`: rows of the outbox that no stream delivered; at most one batch. */
export const sealAgainSchema = z.strictObject({
  sealAgain: z
    .array(
      z.strictObject({
        table: z.enum(["work", "decisions", "executions", "rules", "observations"]),
        partition: z.string().check(z.minLength(1), z.maxLength(2_048)),
        sort: z.string().check(z.minLength(1), z.maxLength(1_024)),
      }),
    )
    .check(z.minLength(1), z.maxLength(45)),
});
export type SealAgain = z.infer<typeof sealAgainSchema>;

/** `resume-run`: a requirement that is closed and whose outcome the machine may not have. */
export const releaseAgainSchema = z.strictObject({
  releaseAgain: z.strictObject({ tenant: tenantSchema, requirement: requirementIdSchema }),
});
export type ReleaseAgain = z.infer<typeof releaseAgainSchema>;
