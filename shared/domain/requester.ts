import * as z from "zod/mini";
import { subjectSchema } from "./ids.ts";

const longestName = 200;

/** A name for people's eyes as records keep it; issuers allow longer ones. */
export function shownName(name: string): string {
  return name.slice(0, longestName);
}

/** For whom a run acts: the asker, or a machine client that started it by itself. Always from verified claims. */
export const requesterSchema = z.strictObject({
  kind: z.enum(["person", "machine"]),
  subject: subjectSchema,
  name: z.string().check(z.minLength(1), z.maxLength(longestName)),
});

export type Requester = z.infer<typeof requesterSchema>;
