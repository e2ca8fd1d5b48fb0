import * as z from "zod/mini";
import { epochMillisSchema } from "./ids.ts";

const count = z.int().check(z.nonnegative());

/**
 * The wait of one requirement, version 1: its sealed task token until Step Functions has taken it, and the mark of its
 * release for good. A later execution's token, or a later try's, replaces an earlier one, never the other way round.
 */
export const tokenSchema = z.strictObject({
  v: z.literal(1),
  epoch: count,
  retryCount: count,
  /** Gone once the token was sent or found dead. */
  sealed: z.optional(z.string().check(z.maxLength(10_000))),
  released: z.optional(z.strictObject({ at: epochMillisSchema, status: z.string().check(z.maxLength(32)) })),
});

export type StoredToken = z.infer<typeof tokenSchema>;

/** Whether a token of `next` may take the place of the stored one. */
export function isNewer(
  next: Pick<StoredToken, "epoch" | "retryCount">,
  stored: Pick<StoredToken, "epoch" | "retryCount">,
): boolean {
  return next.epoch > stored.epoch || (next.epoch === stored.epoch && next.retryCount >= stored.retryCount);
}
