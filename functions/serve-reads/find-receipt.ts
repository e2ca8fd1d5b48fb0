import type { Requirement } from "../../shared/domain/requirement.ts";
import type { AppendedEntry } from "../../shared/ports/ledger-store.ts";
import { readSealedSize } from "../../shared/records/seal-records.ts";
import type { RequirementView } from "../../shared/wire/api.ts";
import { isOnReleasePath } from "../../shared/wire/ledger-entry.ts";
import type { ServeReadsParts } from "./parts.ts";

/** The entry that settled the requirement, so far: the last of those that a run waits for. */
export function settlingEntry(entries: readonly AppendedEntry[]): AppendedEntry | undefined {
  return entries.findLast(({ entry }) => isOnReleasePath(entry.kind));
}

/** Where the requirement's receipt is; `undefined` while it is open or its end is not sealed yet. */
export async function findReceipt(
  { store, ledger, tenant }: Pick<ServeReadsParts, "store" | "ledger" | "tenant">,
  { id, status }: Requirement,
): Promise<RequirementView["receipt"]> {
  if (status === "pending") return undefined;
  const [entries, sealedSize] = await Promise.all([ledger.entriesOf(id), readSealedSize(store, tenant)]);
  const settling = settlingEntry(entries);
  if (settling === undefined || settling.index >= sealedSize) return undefined;
  return { index: settling.index, url: `/ledger/receipts/${id}` };
}
