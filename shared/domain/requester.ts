import * as z from "zod/mini";
import { subjectSchema } from "./ids.ts";

/** For whom a run acts: the asker, or a machine client that started it by itself. Always from verified claims. */
export const requesterSchema = z.strictObject({
  kind: z.enum(["person", "machine"]),
  subject: subjectSchema,
  name: z.string().check(z.minLength(1), z.maxLength(200)),
});

export type Requester = z.infer<typeof requesterSchema>;
