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
  type Intent,
  intendWrite,
  loadLastIntent,
  loadLastSeal,
  type Seal,
  sealWrite,
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
 * intent, and an intent gets its seal before the next one is made. Both are written once: so there are never two roots for
 * one size, and a repeat after a crash makes the very seal that the first try would have made.
 *
 * @throws LedgerAltered if what is stored does not extend what was signed; nothing is signed then.
 */
export async function signLedger(parts: SignLedgerParts): Promise<void> {
  let outOfStepAt: number | undefined;
  for (let conflicts = 0; conflicts < tries;) {
    const [intent, last] = await Promise.all([
      loadLastIntent(parts.store, parts.tenant),
      loadLastSeal(parts.store, parts.tenant),
    ]);
    const from = last?.to ?? 0;
    const isOpen = intent?.from === from;
    // The two are not read at one moment, so somebody may have gone on in between.
    outOfStepAt = isOpen || intent?.from === last?.from ? undefined : from;
    if (outOfStepAt !== undefined) {
      conflicts += 1;
      continue;
    }
    const sealing = isOpen ? await checkIntent(parts, intent, last) : await intendNext(parts, last);
    if (sealing === "nothing-left") return;
    if (sealing === "conflict" || !(await sealIntent(parts, sealing))) conflicts += 1;
    else if (!isOpen && sealing.to - sealing.from < mostEntriesPerSeal) return;
  }
  if (outOfStepAt !== undefined) throw refuse(parts, "intent-without-seal", outOfStepAt);
  throw new SealContended("Others took every place before this invocation did: the next one goes on.");
}

/** Writes down what is to be signed next: the root over all blocks beyond the last seal, computed from their entries. */
async function intendNext(
  parts: SignLedgerParts,
  last: Seal | undefined,
): Promise<Intent | "nothing-left" | "conflict"> {
  const { tenant, store, ledger, now } = parts;
  const from = last?.to ?? 0;
  const [first, ...others] = await loadBlocks(ledger, from);
  if (first === undefined) return "nothing-left";
  const { size: to, root } = checkBlocks(parts, [first, ...others], { from, root: rootBefore(parts, last) });
  const intent: Intent = { v: 1, from, to, root, at: now() };
  const { outcome } = await store.write([intendWrite(tenant, intent)]);
  return outcome === "written" ? intent : "conflict";
}

/** An intent that has no seal yet, maybe since a crash: the ledger still has to say the same of its range. */
async function checkIntent(parts: SignLedgerParts, intent: Intent, last: Seal | undefined): Promise<Intent> {
  const { from, to, root } = intent;
  const [first, ...others] = await loadBlocks(parts.ledger, from, to);
  if (first === undefined) throw refuse(parts, "blocks-missing", from);
  const tree = checkBlocks(parts, [first, ...others], { from, root: rootBefore(parts, last) });
  if (tree.size !== to || tree.root !== root) throw refuse(parts, "intent-differs", to);
  return intent;
}

/** Signs and stores the checkpoint; false if another invocation did so first. Ed25519 makes both the same. */
async function sealIntent(parts: SignLedgerParts, intent: Intent): Promise<boolean> {
  const { tenant, store } = parts;
  const root = decodeHex(intent.root);
  if (root === undefined) throw refuse(parts, "intent-differs", intent.to);
  const signer = await parts.findSigner();
  const text = formatCheckpoint({ origin: signer.name, size: intent.to, root });
  const signed = await signNote(text, [signer]);
  if (!signed.ok) throw refuse(parts, "not-signed", intent.to);
  const { outcome } = await store.write([sealWrite(tenant, { ...intent, checkpoint: signed.note })]);
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
