import * as z from "zod/mini";
import { requirementIdSchema } from "../../shared/domain/ids.ts";
import { decisionPartition } from "../../shared/records/keys.ts";
import type { Story } from "./start-story.ts";

const refusedSchema = z.object({ subject: z.string(), code: z.string() });

/** Who was refused what on a requirement, as `<subject> <code>`, by the records of record-decisions. */
export async function readRefused(story: Story, requirement: string): Promise<readonly string[]> {
  const { items } = await story.ports.store.query({
    table: "decisions",
    partition: decisionPartition("default", requirementIdSchema.parse(requirement)),
    from: "refused#",
    before: "refused$",
    order: "ascending",
    limit: 1_000,
  });
  return items.map(({ body }) => {
    const { subject, code } = refusedSchema.parse(body);
    return `${subject} ${code}`;
  });
}
