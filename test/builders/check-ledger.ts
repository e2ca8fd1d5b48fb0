import type { Block } from "../../shared/ledger/block.ts";
import { type CheckpointTrust, openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { followBlocks } from "../../shared/ledger/follow-blocks.ts";
import { appendLeaf, computeRoot, EMPTY_FRONTIER } from "../../shared/ledger/frontier.ts";
import { encodeHex } from "../../shared/ledger/hex.ts";
import { hashLeaf } from "../../shared/ledger/merkle-hash.ts";
import { encodeUtf8 } from "../../shared/ledger/utf8.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { Store } from "../../shared/ports/store.ts";
import { parseItem, readPartition } from "../../shared/records/loaded.ts";
import { type Seal, sealPartition, sealSchema } from "../../shared/records/seal-records.ts";
import { hashBytes } from "./sha256.ts";

export type CheckedLedger =
  | { readonly ok: true; readonly size: number; readonly sealed: number; readonly intents: number }
  | { readonly ok: false; readonly why: string };

interface Stored {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly ledgerTrust: CheckpointTrust;
}

/**
 * Reads the whole ledger and every seal: entries without a gap or a fork, each signed root that of the entries before it,
 * seals one behind the other, and an intent at most at the end.
 */
export async function checkLedger(
  { store, ledger, ledgerTrust }: Stored,
  tenant = "default",
): Promise<CheckedLedger> {
  const blocks = await readAllBlocks(ledger);
  const [first, ...others] = blocks;
  if (first !== undefined) {
    const followed = followBlocks([first, ...others], hashBytes);
    if (!followed.ok) return followed;
    if (first.from !== 0) return { ok: false, why: `The ledger begins at ${first.from}.` };
  }
  const roots = listRoots(blocks);
  const seals = await readSeals(store, tenant);
  let sealed = 0;
  for (const [place, { from, to, root, checkpoint }] of seals.entries()) {
    if (from !== sealed || to <= from)
      return { ok: false, why: `A seal goes from ${from} to ${to} after ${sealed}.` };
    if (roots[to] !== root) return { ok: false, why: `The seal to ${to} has another root than the entries.` };
    if (checkpoint === undefined) {
      const isLast = place === seals.length - 1;
      return isLast
        ? { ok: true, size: roots.length - 1, sealed, intents: 1 }
        : { ok: false, why: `The intent to ${to} has a seal behind it.` };
    }
    const opened = await openCheckpoint(checkpoint, ledgerTrust);
    if (!opened.ok) return opened;
    if (opened.checkpoint.size !== to || encodeHex(opened.checkpoint.root) !== root)
      return { ok: false, why: `The checkpoint to ${to} is of another tree.` };
    sealed = to;
  }
  return { ok: true, size: roots.length - 1, sealed, intents: 0 };
}

export async function readAllBlocks(ledger: LedgerStore): Promise<readonly Block[]> {
  const blocks: Block[] = [];
  for (;;) {
    const last = blocks.at(-1);
    const page = await ledger.blocks(last === undefined ? 0 : last.from + last.entries.length, 1_000);
    if (page.length === 0) return blocks;
    blocks.push(...page);
  }
}

export async function readSeals(store: Store, tenant = "default"): Promise<readonly Seal[]> {
  const items = await readPartition(store, { table: "seal", partition: sealPartition(tenant) });
  return items.map((item) => parseItem(item, sealSchema).value);
}

/** The root of each size. */
function listRoots(blocks: readonly Block[]): readonly string[] {
  const roots = [encodeHex(computeRoot(EMPTY_FRONTIER, hashBytes))];
  let frontier = EMPTY_FRONTIER;
  for (const entry of blocks.flatMap(({ entries }) => entries)) {
    frontier = appendLeaf(frontier, hashLeaf(encodeUtf8(entry), hashBytes), hashBytes);
    roots.push(encodeHex(computeRoot(frontier, hashBytes)));
  }
  return roots;
}
