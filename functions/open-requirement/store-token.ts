import type * as z from "zod/mini";
import { RequirementReleased, RunContended, StaleEpoch } from "../../shared/domain/errors.ts";
import { isNewer, type StoredToken, tokenSchema } from "../../shared/domain/token.ts";
import type { SealToken } from "../../shared/ports/functions.ts";
import type { Store } from "../../shared/ports/store.ts";
import { tokenKey } from "../../shared/records/keys.ts";
import { loadRecord } from "../../shared/records/loaded.ts";
import type { openRequirementSchema } from "../../shared/wire/machine.ts";

export interface StoreTokenParts {
  readonly store: Store;
  readonly sealToken: SealToken;
}

const tries = 5;

/**
 * Stores the token in one conditional write: either it stands there before the release, which then sends it, or the
 * release stands there first, and `RequirementReleased` takes the machine straight on. No order of the two loses a
 * wake-up (docs/design.md section 4, "Ask").
 */
export async function storeToken(
  { store, sealToken }: StoreTokenParts,
  { tenant, requirementId, epoch, retryCount, token }: z.infer<typeof openRequirementSchema>,
): Promise<void> {
  const key = tokenKey(tenant, requirementId);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const stored = await loadRecord(store, key, tokenSchema);
    if (stored?.value.released !== undefined) {
      throw new RequirementReleased(`${requirementId} was released before its token came.`);
    }
    if (stored !== undefined && !isNewer({ epoch, retryCount }, stored.value)) {
      throw new StaleEpoch(`A later execution already waits for ${requirementId}.`);
    }
    const next: StoredToken = { v: 1, epoch, retryCount, sealed: await sealToken(token, requirementId) };
    const expect = stored?.revision ?? "absent";
    const { outcome } = await store.write([{ action: "put", key, body: next, expect }]);
    if (outcome === "written") return;
  }
  throw new RunContended(
    `The token of ${requirementId} was contended ${tries} times; the state is tried again.`,
  );
}
