import * as z from "zod/mini";
import { type Refused, refuse } from "../domain/refusal.ts";
import type { Expectation, Store, WriteAction } from "../ports/store.ts";
import { idempotencyKey } from "./keys.ts";
import { loadRecord } from "./loaded.ts";

/** A caller's `Idempotency-Key` on one route, with the hash of the body it came with. */
export interface IdempotencyRequest {
  readonly table: "work" | "decisions";
  readonly tenant: string;
  readonly caller: string;
  readonly route: string;
  readonly key: string;
  readonly bodyHash: string;
}

const rememberedSchema = z.strictObject({
  v: z.literal(1),
  bodyHash: z.string().check(z.maxLength(64)),
  result: z.string().check(z.maxLength(200)),
  until: z.int().check(z.nonnegative()),
});

const lifeMilliseconds = 24 * 60 * 60 * 1_000;

const keyOf = ({ table, tenant, caller, route, key }: IdempotencyRequest) =>
  idempotencyKey(table, tenant, caller, route, key);

/** `new` = no request with this key within 24 hours; `expect` is what its place holds, for `rememberWrite`. */
export type Recalled =
  | { readonly outcome: "known"; readonly result: string }
  | { readonly outcome: "new"; readonly expect: Expectation };

/** What an earlier request with this key led to, within its 24 hours; another body under the same key is a conflict. */
export async function recall(
  store: Store,
  request: IdempotencyRequest,
  now: number,
): Promise<Recalled | Refused> {
  const known = await loadRecord(store, keyOf(request), rememberedSchema);
  if (known === undefined) return { outcome: "new", expect: "absent" };
  // Clean-up may lag by days, so a key that has run out still stands there and is replaced.
  if (known.value.until <= now) return { outcome: "new", expect: known.revision };
  if (known.value.bodyHash === request.bodyHash) return { outcome: "known", result: known.value.result };
  return refuse(
    "idempotency_conflict",
    "This Idempotency-Key came with another body before: take a new key.",
  );
}

/** Remembers the key in the transaction of its effect, so that both stand or neither does. */
export function rememberWrite(
  request: IdempotencyRequest,
  result: string,
  expect: Expectation,
  now: number,
): WriteAction {
  const until = now + lifeMilliseconds;
  return {
    action: "put",
    key: keyOf(request),
    body: { v: 1, bodyHash: request.bodyHash, result, until },
    expect,
    cleanUpAt: Math.ceil(until / 1_000),
  };
}
