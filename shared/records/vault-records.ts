import * as z from "zod/mini";
import type { CommitmentCrypto, Committing } from "../domain/commitment.ts";
import { type EpochMillis, epochMillisSchema, type RunId } from "../domain/ids.ts";
import { decodeHex, encodeHex } from "../ledger/hex.ts";
import type { Revision, Store, WriteAction } from "../ports/store.ts";
import { vaultKey } from "./keys.ts";
import { loadRecord } from "./loaded.ts";

/**
 * The key of one run's personal values, version 1: 32 random bytes as 64 hex digits. Whatever people typed, the model
 * wrote or a tool returned in the run is stored under it, and the salts of the run's commitments are made from it; so an
 * erased key leaves nothing to read and nothing to guess (docs/adr/0012-vault.md).
 */
export const runKeySchema = z.discriminatedUnion("status", [
  z.strictObject({
    v: z.literal(1),
    status: z.literal("kept"),
    key: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  }),
  z.strictObject({ v: z.literal(1), status: z.literal("erased"), at: epochMillisSchema }),
]);
export type RunKey = z.infer<typeof runKeySchema>;

/** The run's key; `undefined` for a run that never had one. */
export async function loadRunKey(store: Store, tenant: string, run: RunId): Promise<RunKey | undefined> {
  const loaded = await loadRecord(store, vaultKey(tenant, run), runKeySchema);
  return loaded?.value;
}

/** What the run's commitments are made and opened with; `undefined` for a run without a key, or whose key is erased. */
export async function loadCommitting(
  store: Store,
  tenant: string,
  run: RunId,
  crypto: CommitmentCrypto,
): Promise<Committing | undefined> {
  return committingOf(await loadRunKey(store, tenant, run), crypto);
}

export function committingOf(
  runKey: RunKey | undefined,
  { hmac, sha256 }: CommitmentCrypto,
): Committing | undefined {
  const key = runKey?.status === "kept" ? decodeHex(runKey.key) : undefined;
  return key === undefined ? undefined : { key, hmac, sha256 };
}

/** Gives a new run its key, in the transaction that makes the run. */
export function createRunKeyWrite(
  tenant: string,
  run: RunId,
  randomBytes: (length: number) => Uint8Array,
): WriteAction {
  const body: RunKey = { v: 1, status: "kept", key: encodeHex(randomBytes(32)) };
  return { action: "put", key: vaultKey(tenant, run), body, expect: "absent" };
}

/** Takes a run's key away for good, and with it whatever was stored under it. */
export function eraseRunKeyWrite(
  tenant: string,
  run: RunId,
  at: EpochMillis,
  revision: Revision,
): WriteAction {
  const body: RunKey = { v: 1, status: "erased", at };
  return { action: "put", key: vaultKey(tenant, run), body, expect: revision };
}
