import * as z from "zod/mini";
import type { ItemKey, Store, WriteAction } from "../ports/store.ts";
import { intentPrefix, sealPrefix } from "../wiring.ts";
import { parseItem } from "./loaded.ts";

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const size = z.int().check(z.nonnegative());

const step = {
  v: z.literal(1),
  from: size,
  to: size,
  root: hash,
  /** Epoch milliseconds of the intent. */
  at: size,
};

/** That this root, and no other, will be signed for the size `to`, going on from the seal that ends at `from`. */
export const intentSchema = z.strictObject(step);
export type Intent = z.infer<typeof intentSchema>;

/**
 * One signed step of the ledger: the entries from `from` up to, but without, `to`, and the checkpoint over the first `to`
 * entries. The rest is what was intended. Neither an intent nor a seal is ever written again.
 */
export const sealSchema = z.strictObject({
  ...step,
  checkpoint: z.string().check(z.minLength(1), z.maxLength(16_384)),
});
export type Seal = z.infer<typeof sealSchema>;

const SIZE_DIGITS = 16;

export function sealPartition(tenant: string): string {
  return `${sealPrefix}${tenant}`;
}

export function intentPartition(tenant: string): string {
  return `${intentPrefix}${tenant}`;
}

function sortOf(from: number): string {
  return String(from).padStart(SIZE_DIGITS, "0");
}

export function loadLastIntent(store: Store, tenant: string): Promise<Intent | undefined> {
  return loadLastBefore(store, intentPartition(tenant), undefined, intentSchema);
}

export function loadLastSeal(store: Store, tenant: string): Promise<Seal | undefined> {
  return loadLastBefore(store, sealPartition(tenant), undefined, sealSchema);
}

/** The seal that covers the entry at `index`; `undefined` while there is none. */
export async function loadSealOf(store: Store, tenant: string, index: number): Promise<Seal | undefined> {
  const seal = await loadLastBefore(store, sealPartition(tenant), index + 1, sealSchema);
  return seal !== undefined && index < seal.to ? seal : undefined;
}

/** How many entries are sealed, from the first one on: each seal goes on from the one before. */
export async function readSealedSize(store: Store, tenant: string): Promise<number> {
  return (await loadLastSeal(store, tenant))?.to ?? 0;
}

/** Takes the place; a second intent for it is a conflict. */
export function intendWrite(tenant: string, intent: Intent): WriteAction {
  const key = keyOf(intentPartition(tenant), intent.from);
  return { action: "put", key, body: intentSchema.parse(intent), expect: "absent" };
}

/** Stands beside its intent from then on; a second seal of the place is a conflict. */
export function sealWrite(tenant: string, seal: Seal): WriteAction {
  const key = keyOf(sealPartition(tenant), seal.from);
  return { action: "put", key, body: sealSchema.parse(seal), expect: "absent" };
}

function keyOf(partition: string, from: number): ItemKey {
  return { table: "seal", partition, sort: sortOf(from) };
}

async function loadLastBefore<T>(
  store: Store,
  partition: string,
  before: number | undefined,
  schema: z.ZodMiniType<T>,
): Promise<T | undefined> {
  const { items } = await store.query({
    table: "seal",
    partition,
    order: "descending",
    limit: 1,
    ...(before === undefined ? {} : { before: sortOf(before) }),
  });
  const [item] = items;
  return item === undefined ? undefined : parseItem(item, schema).value;
}
