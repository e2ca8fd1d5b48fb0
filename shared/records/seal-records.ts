import * as z from "zod/mini";
import type { Revision, Store, WriteAction } from "../ports/store.ts";
import { sealPrefix } from "../wiring.ts";
import { parseItem } from "./loaded.ts";

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const size = z.int().check(z.nonnegative());

/**
 * One signed step of the ledger: the entries from `from` up to, but without, `to`, and the checkpoint over the first `to`
 * entries. Without a checkpoint it is an intent: this root, and no other, will be signed for this size.
 */
export const sealSchema = z.strictObject({
  v: z.literal(1),
  from: size,
  to: size,
  root: hash,
  /** Epoch milliseconds of the intent. */
  at: size,
  checkpoint: z.optional(z.string().check(z.minLength(1), z.maxLength(16_384))),
});
export type Seal = z.infer<typeof sealSchema>;

const SIZE_DIGITS = 16;

export function sealPartition(tenant: string): string {
  return `${sealPrefix}${tenant}`;
}

function sortOf(from: number): string {
  return String(from).padStart(SIZE_DIGITS, "0");
}

export interface LoadedSeal {
  readonly seal: Seal;
  readonly revision: Revision;
}

/** The newest seal, signed or intended. */
export function loadLastSeal(store: Store, tenant: string): Promise<LoadedSeal | undefined> {
  return loadSealBefore(store, tenant, undefined);
}

/** The seal that covers the entry at `index`, signed or intended; `undefined` while there is none. */
export async function loadSealOf(
  store: Store,
  tenant: string,
  index: number,
): Promise<LoadedSeal | undefined> {
  const loaded = await loadSealBefore(store, tenant, index + 1);
  return loaded !== undefined && index < loaded.seal.to ? loaded : undefined;
}

/**
 * How many entries are sealed, from the first one on: whoever signs completes one seal before intending the next, so all
 * before an intent are complete.
 */
export async function readSealedSize(store: Store, tenant: string): Promise<number> {
  const last = await loadLastSeal(store, tenant);
  if (last === undefined) return 0;
  return last.seal.checkpoint === undefined ? last.seal.from : last.seal.to;
}

/** Takes the place of the seal; a second intent for the same place is a conflict. */
export function intendWrite(tenant: string, seal: Seal): WriteAction {
  return { action: "put", key: keyOf(tenant, seal.from), body: sealSchema.parse(seal), expect: "absent" };
}

/** Completes an intent with its checkpoint. */
export function completeWrite(tenant: string, seal: Seal, revision: Revision): WriteAction {
  return { action: "put", key: keyOf(tenant, seal.from), body: sealSchema.parse(seal), expect: revision };
}

function keyOf(tenant: string, from: number) {
  return { table: "seal", partition: sealPartition(tenant), sort: sortOf(from) } as const;
}

async function loadSealBefore(
  store: Store,
  tenant: string,
  before: number | undefined,
): Promise<LoadedSeal | undefined> {
  const { items } = await store.query({
    table: "seal",
    partition: sealPartition(tenant),
    order: "descending",
    limit: 1,
    ...(before === undefined ? {} : { before: sortOf(before) }),
  });
  const [item] = items;
  if (item === undefined) return undefined;
  const { value, revision } = parseItem(item, sealSchema);
  return { seal: value, revision };
}
