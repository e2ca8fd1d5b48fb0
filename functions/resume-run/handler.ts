import { ReleaseContended } from "../../shared/domain/errors.ts";
import { type RequirementId, requirementIdSchema, tenantSchema } from "../../shared/domain/ids.ts";
import type { StreamOutcome, StreamRecord } from "../../shared/ports/functions.ts";
import { loadBlocks } from "../../shared/records/ledger-range.ts";
import { loadSealOf, type Seal } from "../../shared/records/seal-records.ts";
import { isOnReleasePath, parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { releaseAgainSchema } from "../../shared/wire/mending.ts";
import { sealPrefix } from "../../shared/wiring.ts";
import { releaseRequirement, type ReleaseParts } from "./release-requirement.ts";

/**
 * Releases requirements that new seals cover or the reconciler names. Naming one releases nothing by itself: whether it
 * is settled is read from what is stored and sealed.
 */
export function createHandler(parts: ReleaseParts) {
  /** A seal whose release failed comes again. */
  async function deliver(records: readonly StreamRecord[]): Promise<StreamOutcome> {
    const failed: string[] = [];
    for (const { sequence, key } of records) {
      const tenant = tenantSchema.parse(key.partition.slice(sealPrefix.length));
      const seal = await loadSealOf(parts.store, tenant, Number(key.sort));
      if (seal === undefined) continue;
      for (const requirement of await listSettled(parts, seal)) {
        const released = await releaseRequirement(parts, tenant, requirement, seal.to);
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

/**
 * The requirements that the seal may have settled. Also those that were asked for: their answers may have been sealed
 * before, and then this is what their release waited for.
 */
async function listSettled(
  { ledger }: ReleaseParts,
  { from, to }: Seal,
): Promise<ReadonlySet<RequirementId>> {
  const blocks = await loadBlocks(ledger, from, to);
  const named = blocks.flatMap(({ entries }) =>
    entries.flatMap((text) => {
      const entry = parseLedgerEntry(text);
      const counts = entry !== undefined && (isOnReleasePath(entry.kind) || entry.kind === "requested");
      return counts && entry.requirement !== undefined ? [requirementIdSchema.parse(entry.requirement)] : [];
    }),
  );
  return new Set(named);
}
