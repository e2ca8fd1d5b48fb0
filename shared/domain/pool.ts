import * as z from "zod/mini";
import { poolIdSchema, subjectSchema } from "./ids.ts";

/** A designated approver pool, version 1. An empty pool approves nothing. */
export const poolSchema = z.strictObject({
  v: z.literal(1),
  id: poolIdSchema,
  members: z.array(subjectSchema).check(z.maxLength(1_000)),
});

export type Pool = z.infer<typeof poolSchema>;
