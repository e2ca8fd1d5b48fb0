import * as z from "zod/mini";
import { ReleaseContended } from "../../shared/domain/errors.ts";
import { requirementIdSchema } from "../../shared/domain/ids.ts";
import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import { ledgerEntrySchema } from "../../shared/wire/ledger-entry.ts";
import { releaseAgainSchema } from "../../shared/wire/mending.ts";
import { releaseRequirement, type ReleaseParts } from "./release-requirement.ts";

const blockSchema = z.object({ entries: z.array(ledgerEntrySchema) });

/**
 * Releases requirements that newly sealed blocks or the reconciler name. Naming one releases nothing by itself: whether
 * it is settled is read from what is stored and sealed.
 */
export function createHandler(parts: ReleaseParts) {
  /** A block whose release failed comes again. */
  async function deliver(records: readonly StreamRecord[]): Promise<StreamOutcome> {
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
  }

  /** Takes the event `ReleaseAgain`. */
  async function invoke(event: unknown): Promise<Record<string, never>> {
    const { tenant, requirement } = releaseAgainSchema.parse(event).releaseAgain;
    const released = await releaseRequirement(parts, tenant, requirement);
    if (released !== "try-again") return {};
    throw new ReleaseContended(
      `Requirement ${requirement} changed each time its release was marked: invoke it again, or wait for the next sweep.`,
    );
  }

  return { deliver, invoke };
}
