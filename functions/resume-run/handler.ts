import * as z from "zod/mini";
import { requirementIdSchema } from "../../shared/domain/ids.ts";
import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import { ledgerEntrySchema } from "../../shared/wire/ledger-entry.ts";
import { releaseRequirement, type ReleaseParts } from "./release-requirement.ts";

const blockSchema = z.object({ entries: z.array(ledgerEntrySchema) });

/** Releases what the newly sealed blocks have settled; a block whose release failed comes again. */
export function createHandler(parts: ReleaseParts) {
  return async (records: readonly StreamRecord[]): Promise<StreamOutcome> => {
    const failed: string[] = [];
    for (const { sequence, body } of records) {
      const { entries } = blockSchema.parse(body);
      const requirements = new Map(
        entries.flatMap(({ tenant, requirement }) =>
          requirement === undefined ? [] : [[requirement, tenant]],
        ),
      );
      for (const [requirement, tenant] of requirements) {
        const released = await releaseRequirement(parts, tenant, requirementIdSchema.parse(requirement));
        if (released === "try-again") failed.push(sequence);
      }
    }
    return { failed };
  };
}
