import { canonicalize } from "../ledger/canonical-json.ts";
import { concatBytes } from "../ledger/bytes.ts";
import { encodeHex } from "../ledger/hex.ts";
import type { JsonValue } from "../ledger/json-value.ts";
import type { Sha256 } from "../ledger/sha256.ts";
import { encodeUtf8 } from "../ledger/utf8.ts";

/** HMAC-SHA256 (RFC 2104), 32 bytes; passed in, so that the pure core runs anywhere. */
export type Hmac = (key: Uint8Array, message: Uint8Array) => Uint8Array;

export interface CommitmentCrypto {
  readonly hmac: Hmac;
  readonly sha256: Sha256;
}

/** What makes the salts of one run: its key, 32 bytes from `vault`. Who has it can open what the run committed to. */
export interface Committing extends CommitmentCrypto {
  readonly key: Uint8Array;
}

/** What an entry may commit to; each name is part of its salt, so it never changes its meaning. */
export const commitmentNames = ["input", "preview", "comment", "members", "result"] as const;
export type CommitmentName = (typeof commitmentNames)[number];

export type CommittedValues = { readonly [Name in CommitmentName]?: JsonValue | undefined };
/** 64 lower-case hex digits each. */
export type Commitments = { -readonly [Name in CommitmentName]?: string | undefined };

/**
 * The salt of one commitment of one entry. It follows from the run's key, so that a retried write makes the same bytes,
 * and without the key nobody can try guesses on what was committed to (docs/adr/0011-ledger-as-a-tree.md).
 */
export function saltOf({ key, hmac }: Committing, entryId: string, name: CommitmentName): Uint8Array {
  return hmac(key, encodeUtf8(`countersign/v1/commitment|${entryId}|${name}`));
}

/** SHA-256 over the salt and the value's RFC 8785 text; `undefined` for a value that has no such text. */
export function commitmentOf(salt: Uint8Array, value: JsonValue, sha256: Sha256): string | undefined {
  const canonical = canonicalize(value);
  return canonical.ok ? sha256(concatBytes(salt, encodeUtf8(canonical.text))) : undefined;
}

/** The entry's field `commitments`; no field for a run without a key, as older ones are, or where nothing is committed to. */
export function commitTo(
  committing: Committing | undefined,
  entryId: string,
  values: CommittedValues,
): { commitments?: Commitments } {
  if (committing === undefined) return {};
  const commitments: Commitments = {};
  for (const name of commitmentNames) {
    const value = values[name];
    if (value === undefined) continue;
    const commitment = commitmentOf(saltOf(committing, entryId, name), value, committing.sha256);
    if (commitment !== undefined) commitments[name] = commitment;
  }
  return Object.keys(commitments).length === 0 ? {} : { commitments };
}

/** The salt that an action digest covers beside what could be guessed (docs/digest.md), 64 hex digits. */
export function digestSaltOf({ key, hmac }: Committing, requirement: string, version: number): string {
  return encodeHex(hmac(key, encodeUtf8(`countersign/v1/digest|${requirement}|${version}`)));
}
