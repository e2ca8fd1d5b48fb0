import { isDeepStrictEqual } from "node:util";
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
import {
  type Intent,
  intentPartition,
  intentSchema,
  type Seal,
  sealPartition,
  sealSchema,
} from "../../shared/records/seal-records.ts";
import { hashBytes } from "./sha256.ts";

export type CheckedLedger =
  | {
      readonly ok: true;
      readonly size: number;
      readonly sealed: number;
      /** Those that have no seal yet. */
      readonly intents: number;
    }
  | { readonly ok: false; readonly why: string };

interface Stored {
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly ledgerTrust: CheckpointTrust;
}

/**
 * Reads the whole ledger, every intent and every seal: entries without a gap or a fork, each signed root that of the
 * entries before it, seals one behind the other, each as it was intended, and one intent more at most.
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
  const intents = await readIntents(store, tenant);
  let intended = 0;
  for (const { from, to, root } of intents) {
    if (from !== intended || to <= from)
      return { ok: false, why: `An intent goes from ${from} to ${to} after ${intended}.` };
    if (roots[to] !== root)
      return { ok: false, why: `The intent to ${to} has another root than the entries.` };
    intended = to;
  }
  const seals = await readSeals(store, tenant);
  for (const [place, { checkpoint, ...seal }] of seals.entries()) {
    const { to, root } = seal;
    if (!isDeepStrictEqual(seal, intents[place]))
      return { ok: false, why: `The seal to ${to} is not as it was intended.` };
    const opened = await openCheckpoint(checkpoint, ledgerTrust);
    if (!opened.ok) return opened;
    if (opened.checkpoint.size !== to || encodeHex(opened.checkpoint.root) !== root)
      return { ok: false, why: `The checkpoint to ${to} is of another tree.` };
  }
  const open = intents.length - seals.length;
  if (open > 1) return { ok: false, why: `${open} intents have no seal.` };
  return { ok: true, size: roots.length - 1, sealed: seals.at(-1)?.to ?? 0, intents: open };
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

export async function readIntents(store: Store, tenant = "default"): Promise<readonly Intent[]> {
  const items = await readPartition(store, { table: "seal", partition: intentPartition(tenant) });
  return items.map((item) => parseItem(item, intentSchema).value);
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
