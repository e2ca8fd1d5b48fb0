import { LedgerAltered, SealContended } from "../../shared/domain/errors.ts";
import type { Block } from "../../shared/ledger/block.ts";
import { formatCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { followBlocks } from "../../shared/ledger/follow-blocks.ts";
import { computeRoot, type Frontier } from "../../shared/ledger/frontier.ts";
import { decodeHex, encodeHex } from "../../shared/ledger/hex.ts";
import { type HashBytes, hashEmptyTree } from "../../shared/ledger/merkle-hash.ts";
import { signNote } from "../../shared/ledger/signed-note.ts";
import type { Log, Now } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { LedgerSigner } from "../../shared/ports/sign-notes.ts";
import type { Store } from "../../shared/ports/store.ts";
import { loadBlocks, mostEntriesPerSeal } from "../../shared/records/ledger-range.ts";
import {
  completeWrite,
  intendWrite,
  loadLastSeal,
  type LoadedSeal,
  loadSealOf,
  type Seal,
} from "../../shared/records/seal-records.ts";

export interface SignLedgerParts {
  readonly tenant: string;
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly findSigner: () => Promise<LedgerSigner>;
  readonly hash: HashBytes;
  readonly now: Now;
  readonly log: Log;
}

/** Two invocations at once make one seal between them, so that others are beaten to a place seldom. */
const tries = 10;

/**
 * Signs everything that stands in the ledger beyond the last seal. What will be signed is written down first, as an
 * intent, and an intent is completed before the next is made: so there are never two roots for one size, and a repeat
 * after a crash makes the very seal that the first try would have made.
 *
 * @throws LedgerAltered if what is stored does not extend what was signed; nothing is signed then.
 */
export async function signLedger(parts: SignLedgerParts): Promise<void> {
  for (let conflicts = 0; conflicts < tries;) {
    const last = await loadLastSeal(parts.store, parts.tenant);
    const isIntent = last !== undefined && last.seal.checkpoint === undefined;
    const sealing = isIntent ? await checkIntent(parts, last) : await intendNext(parts, last?.seal);
    if (sealing === "nothing-left") return;
    if (sealing === "conflict" || !(await complete(parts, sealing))) conflicts += 1;
    else if (!isIntent && sealing.seal.to - sealing.seal.from < mostEntriesPerSeal) return;
  }
  throw new SealContended("Others took every place before this invocation did: the next one goes on.");
}

/** Writes down what is to be signed next: the root over all blocks beyond the last seal, computed from their entries. */
async function intendNext(
  parts: SignLedgerParts,
  last: Seal | undefined,
): Promise<LoadedSeal | "nothing-left" | "conflict"> {
  const { tenant, store, ledger, now } = parts;
  const from = last?.to ?? 0;
  const [first, ...others] = await loadBlocks(ledger, from);
  if (first === undefined) return "nothing-left";
  const { size: to, root } = checkBlocks(parts, [first, ...others], { from, root: rootBefore(parts, last) });
  const seal: Seal = { v: 1, from, to, root, at: now() };
  const written = await store.write([intendWrite(tenant, seal)]);
  if (written.outcome === "conflict") return "conflict";
  const [revision] = written.revisions;
  // A put always has a revision; where there is none, the intent is read again like another's.
  return revision === undefined ? "conflict" : { seal, revision };
}

/** An intent that a crash left: the ledger still has to say the same of its range, and it has to go on from a seal. */
async function checkIntent(parts: SignLedgerParts, intended: LoadedSeal): Promise<LoadedSeal> {
  const { tenant, store, ledger } = parts;
  const { from, to, root } = intended.seal;
  const previous = from === 0 ? undefined : (await loadSealOf(store, tenant, from - 1))?.seal;
  if (from > 0 && (previous?.to !== from || previous.checkpoint === undefined)) {
    throw refuse(parts, "intent-without-seal", from);
  }
  const [first, ...others] = await loadBlocks(ledger, from, to);
  if (first === undefined) throw refuse(parts, "blocks-missing", from);
  const tree = checkBlocks(parts, [first, ...others], { from, root: rootBefore(parts, previous) });
  if (tree.size !== to || tree.root !== root) throw refuse(parts, "intent-differs", to);
  return intended;
}

/** Signs and stores the checkpoint; false if another invocation did so first. Ed25519 makes both the same. */
async function complete(parts: SignLedgerParts, { seal, revision }: LoadedSeal): Promise<boolean> {
  const { tenant, store } = parts;
  const root = decodeHex(seal.root);
  if (root === undefined) throw refuse(parts, "intent-differs", seal.to);
  const signer = await parts.findSigner();
  const text = formatCheckpoint({ origin: signer.name, size: seal.to, root });
  const signed = await signNote(text, [signer]);
  if (!signed.ok) throw refuse(parts, "not-signed", seal.to);
  const { outcome } = await store.write([
    completeWrite(tenant, { ...seal, checkpoint: signed.note }, revision),
  ]);
  return outcome === "written";
}

/** The tree after the blocks, if they follow each other and go on from the tree that was signed last. */
function checkBlocks(
  parts: SignLedgerParts,
  blocks: readonly [Block, ...(readonly Block[])],
  signed: { readonly from: number; readonly root: string },
): { readonly size: number; readonly root: string } {
  const followed = followBlocks(blocks, parts.hash);
  if (!followed.ok) throw refuse(parts, followed.fault, signed.from);
  const { before, after } = followed;
  if (before.size !== signed.from || rootOf(before, parts.hash) !== signed.root) {
    throw refuse(parts, "not-an-extension", signed.from);
  }
  return { size: after.size, root: rootOf(after, parts.hash) };
}

function rootBefore({ hash }: SignLedgerParts, last: Seal | undefined): string {
  return last?.root ?? encodeHex(hashEmptyTree(hash));
}

function rootOf(frontier: Frontier, hash: HashBytes): string {
  return encodeHex(computeRoot(frontier, hash));
}

function refuse({ log }: SignLedgerParts, code: string, size: number): LedgerAltered {
  log({ level: "alarm", event: "ledger-altered", code, count: size });
  return new LedgerAltered(
    `The ledger around entry ${size} is not what was sealed before; nothing is signed: see docs/runbook.md.`,
  );
}
