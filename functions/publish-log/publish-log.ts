import { type CheckpointTrust, openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { encodeHex } from "../../shared/ledger/hex.ts";
import { type HashBytes, hashEmptyTree } from "../../shared/ledger/merkle-hash.ts";
import { decodeUtf8, encodeUtf8 } from "../../shared/ledger/utf8.ts";
import type { Log, Now } from "../../shared/ports/functions.ts";
import type { LedgerStore } from "../../shared/ports/ledger-store.ts";
import type { PublishedLog } from "../../shared/ports/published-log.ts";
import type { Revision, Store } from "../../shared/ports/store.ts";
import { mostEntriesPerSeal } from "../../shared/records/ledger-range.ts";
import { loadTexts } from "../../shared/records/ledger-tiles.ts";
import { loadSealOf, readSealedSize } from "../../shared/records/seal-records.ts";
import { growLog, type LogFile } from "./grow-log.ts";

export interface PublishLogParts {
  readonly tenant: string;
  readonly store: Store;
  readonly ledger: LedgerStore;
  readonly publishedLog: PublishedLog;
  readonly readLedgerTrust: () => Promise<CheckpointTrust>;
  readonly hash: HashBytes;
  readonly now: Now;
  readonly log: Log;
}

/** The published log as its own checkpoint has it. */
interface Position {
  readonly size: number;
  readonly root: Uint8Array;
  readonly expect: Revision | "absent";
}

/** A signed size beyond the position. */
interface Target {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: Uint8Array;
}

/** Why nothing more is published: the code of the alarm. */
interface Differs {
  readonly differs: string;
}

/** With very much to publish, each step ends with a checkpoint, and the next invocation goes on from there. */
const stepTakesAtMostMs = 20_000;

const filesAtOnce = 8;

/**
 * Publishes what is sealed and nothing else: bundles, tiles, and the checkpoint last, so whoever reads a checkpoint finds
 * all of its tiles. Where to go on is read from what is published; a repeat writes the same files again, which changes
 * nothing. Before anything is written, the files are held against the signed root, as a stranger would hold them.
 *
 * What is published for good and what is sealed may differ only if somebody has altered one of them. Then nothing more is
 * published, with an alarm at every try.
 */
export async function publishLog(parts: PublishLogParts, deadlineAt: number): Promise<void> {
  do {
    const step = await publishNext(parts);
    if (step === "nothing-left") return;
    if (step !== "published") {
      parts.log({ level: "alarm", event: "published-differs", code: step.differs });
      return;
    }
  } while (parts.now() + stepTakesAtMostMs < deadlineAt);
}

async function publishNext(parts: PublishLogParts): Promise<"published" | "nothing-left" | Differs> {
  const { ledger, publishedLog, hash } = parts;
  const trust = await parts.readLedgerTrust();
  const position = await readPosition(parts, trust);
  if ("differs" in position) return position;
  const target = await findTarget(parts, position, trust);
  if (target === "nothing-left" || "differs" in target) return target;

  const texts = await loadTexts(ledger, position.size, target.size);
  const readTile = (path: string) => publishedLog.read(path);
  const grown = await growLog({ from: position, to: target, texts: texts.map(encodeUtf8), readTile }, hash);
  if ("differs" in grown) return grown;
  const differing = await putFiles(publishedLog, grown.files);
  if (differing !== undefined) return { differs: differing };
  // If another invocation was first, the next step goes on from where it got.
  await publishedLog.putCheckpoint(target.note, position.expect);
  return "published";
}

async function readPosition(parts: PublishLogParts, trust: CheckpointTrust): Promise<Position | Differs> {
  const published = await parts.publishedLog.readCheckpoint();
  if (published === undefined) return { size: 0, root: hashEmptyTree(parts.hash), expect: "absent" };
  const opened = await openCheckpoint(decodeUtf8(published.note) ?? "", trust);
  if (!opened.ok) return { differs: "checkpoint" };
  const { size, root } = opened.checkpoint;
  return { size, root, expect: published.revision };
}

/** What is signed beyond the position, in steps of so many entries as fit into memory. */
async function findTarget(
  { tenant, store }: PublishLogParts,
  { size, root }: Position,
  trust: CheckpointTrust,
): Promise<Target | "nothing-left" | Differs> {
  const sealed = await readSealedSize(store, tenant);
  if (sealed < size) return { differs: "fewer-sealed" };
  const index = Math.min(sealed, size + mostEntriesPerSeal) - 1;
  if (index < 0) return "nothing-left";
  const seal = await loadSealOf(store, tenant, index);
  if (seal !== undefined && seal.to === size) {
    return seal.root === encodeHex(root) ? "nothing-left" : { differs: "root" };
  }
  const note = seal?.checkpoint ?? "";
  const opened = await openCheckpoint(note, trust);
  if (!opened.ok || opened.checkpoint.size !== seal?.to) return { differs: "seal" };
  return { size: opened.checkpoint.size, root: opened.checkpoint.root, note: encodeUtf8(note) };
}

/** Answers the path of a file that stands there with other bytes. */
async function putFiles(publishedLog: PublishedLog, files: readonly LogFile[]): Promise<string | undefined> {
  for (let at = 0; at < files.length; at += filesAtOnce) {
    const some = files.slice(at, at + filesAtOnce);
    const outcomes = await Promise.all(some.map(({ path, bytes }) => publishedLog.putOnce(path, bytes)));
    const differing = some.find((_, place) => outcomes[place] === "differs");
    if (differing !== undefined) return differing.path;
  }
  return undefined;
}
