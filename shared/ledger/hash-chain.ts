import { canonicalize, type CanonicalJson } from "./canonical-json.ts";
import type { JsonValue } from "./json-value.ts";
import type { Sha256 } from "./sha256.ts";

/** What the first block names as its previous one. */
export const GENESIS_HASH = "0000000000000000000000000000000000000000000000000000000000000000";

/** One group of sealed entries. `index` counts from 0; `previous` and `hash` are 64 lower-case hex. */
export interface Block {
  readonly v: 1;
  readonly index: number;
  readonly previous: string;
  readonly entries: readonly JsonValue[];
  readonly hash: string;
}

export type BlockHash =
  | { readonly ok: true; readonly hash: string }
  | Extract<CanonicalJson, { readonly ok: false }>;

export type ChainFault = "wrong_version" | "wrong_index" | "wrong_previous" | "wrong_hash" | "not_canonical";

/** `index` is the place of the first bad block, whatever index it claims to have. */
export type ChainVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly index: number; readonly reason: ChainFault };

/**
 * SHA-256 over the canonical JSON of `{v: 1, index, previous, entries}`, 64 lower-case hex.
 *
 * An entry that has no canonical form is refused with the reason of `canonicalize`.
 */
export function blockHash(
  { index, previous, entries }: Pick<Block, "index" | "previous" | "entries">,
  sha256: Sha256,
): BlockHash {
  const canonical = canonicalize({ v: 1, index, previous, entries });
  if (!canonical.ok) return canonical;
  return { ok: true, hash: sha256(new TextEncoder().encode(canonical.text)) };
}

/**
 * Checks every block from the genesis on, and names the first bad one.
 *
 * A chain cut at its end is whole in itself: compare its length and last hash with a head kept elsewhere.
 */
export function verifyChain(blocks: readonly Block[], sha256: Sha256): ChainVerdict {
  let previous = GENESIS_HASH;
  for (const [index, block] of blocks.entries()) {
    const reason = findFault(block, index, previous, sha256);
    if (reason !== undefined) return { ok: false, index, reason };
    previous = block.hash;
  }
  return { ok: true };
}

function findFault(block: Block, index: number, previous: string, sha256: Sha256): ChainFault | undefined {
  if (block.v !== 1) return "wrong_version";
  if (block.index !== index) return "wrong_index";
  if (block.previous !== previous) return "wrong_previous";
  const expected = blockHash(block, sha256);
  if (!expected.ok) return "not_canonical";
  return block.hash === expected.hash ? undefined : "wrong_hash";
}
