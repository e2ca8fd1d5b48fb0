import { mkdir } from "node:fs/promises";
import { createAdapter } from "./open-adapter.ts";
import { openBenchSystem } from "./open-system.ts";
import { signLedger } from "../functions/sign-checkpoint/sign-ledger.ts";
import { hashBytes } from "../local/crypto.ts";
import { nodeHost } from "../local/cli/node-host.ts";
import { openStorage, type Ports, type Storage } from "../local/ports.ts";
import { type Block, makeBlock, readLastFrontier } from "../shared/ledger/block.ts";
import { formatCheckpoint } from "../shared/ledger/checkpoint.ts";
import { appendLeaf, computeRoot, EMPTY_FRONTIER } from "../shared/ledger/frontier.ts";
import { hashLeaf } from "../shared/ledger/merkle-hash.ts";
import type { MerkleProof } from "../shared/ledger/merkle-prove.ts";
import { formatReceipt } from "../shared/ledger/receipt.ts";
import { signNote } from "../shared/ledger/signed-note.ts";
import { checkReceipt } from "../shared/ledger/verify.ts";
import { verifyLog } from "../shared/ledger/verify-log.ts";
import { sealPrefix } from "../shared/wiring.ts";

/** An empty ledger with its seals and its key. */
export type MeasuredLedger = Pick<Ports, "store" | "ledger" | "signer">;

const tenant = "default";

/** An approval as the ledger holds it, about 900 bytes of RFC 8785. */
function entryText(place: number): string {
  const run = "01m82f2b337rt12eeem2gv7pqb";
  const hash = "5b73a0216b04b4f2a9f9d8502b251dde6a50491b7fbce83c7edccab1deb3d7a6";
  return `{"actor":{"kind":"person","subject":"finance-1"},"agent":"support","at":1795379244670,"call":"call_${run}_2_1","channel":"cli","commitments":{"input":"${hash}","members":"${hash}"},"decision":"approve","digest":"${hash}","id":"vote|${place}","kind":"decided","policyHash":"${hash}","prev":"requested|req_${run}_2_1_1|v1","requirement":"req_${run}_2_1_1","run":"run_${run}","stage":1,"tenant":"${tenant}","tool":"issue_refund","v":1,"version":1}`;
}

/** Entries per second that are appended in blocks of this many, each block in a transaction of its own. */
export async function measureAppends(
  { ledger }: MeasuredLedger,
  group: number,
  count: number,
): Promise<number> {
  const startedAt = performance.now();
  for (let at = 0; at < count; at += group) await ledger.append(await nextBlock(ledger, at, group));
  return count / ((performance.now() - startedAt) / 1_000);
}

/** Seals per second, each of one entry that is appended for it. */
export async function measureSeals(
  { store, ledger, signer }: MeasuredLedger,
  count: number,
): Promise<number> {
  const startedAt = performance.now();
  for (let at = 0; at < count; at += 1) {
    await ledger.append(await nextBlock(ledger, at, 1));
    await signLedger({
      tenant,
      store,
      ledger,
      findSigner: async () => signer,
      hash: hashBytes,
      now: Date.now,
      log: () => {},
    });
  }
  return count / ((performance.now() - startedAt) / 1_000);
}

/** Milliseconds from the request that decides until the checkpoint over the decision is stored, in a whole system. */
export async function measureSealedReceipts(
  dir: string,
  modelUrl: string,
  count: number,
): Promise<{ readonly p50: number; readonly p99: number }> {
  await mkdir(dir);
  let onSealed = () => {};
  const system = await openBenchSystem({ dir, modelUrl, onTool: () => {} }, (ports) =>
    hearSeals(ports, () => onSealed()),
  );
  const adapter = createAdapter(system);
  const lags: number[] = [];
  for (let run = 0; run < count; run += 1) {
    await adapter.start(`run-${run}`, 1);
    const startedAt = performance.now();
    const sealed = Promise.withResolvers<number>();
    onSealed = () => sealed.resolve(performance.now());
    await adapter.approve(`run-${run}`);
    lags.push((await sealed.promise) - startedAt);
  }
  await adapter.close();
  return { p50: percentile(lags, 0.5), p99: percentile(lags, 0.99) };
}

function hearSeals(ports: Ports, tell: () => void): Ports {
  const { store } = ports;
  return {
    ...ports,
    store: {
      get: (keys) => store.get(keys),
      query: (range) => store.query(range),
      async write(actions) {
        const outcome = await store.write(actions);
        if (actions.some(({ key }) => key.partition.startsWith(sealPrefix))) tell();
        return outcome;
      },
    },
  };
}

/** Bytes of a receipt in a log of `size` entries, and the median time to verify it, key and all. */
export async function measureReceipt(
  directory: string,
  size: number,
): Promise<{ readonly bytes: number; readonly verifyMs: number }> {
  const index = Math.floor(size / 3);
  const entry = Buffer.from(entryText(index));
  const { proof, root } = proveAmongOthers(index, size, entry);
  return withStorage(directory, async ({ signer, ledgerTrust }) => {
    const text = formatCheckpoint({ origin: signer.name, size, root });
    const signed = await signNote(text, [signer]);
    if (!signed.ok) throw new Error(signed.why);
    const receipt = formatReceipt({ index, proof, checkpoint: signed.note, extra: entry });
    const times: number[] = [];
    for (let run = 0; run < 2_000; run += 1) {
      const startedAt = performance.now();
      const checked = await checkReceipt({ receipt, trust: ledgerTrust }, nodeHost);
      times.push(performance.now() - startedAt);
      if (!checked.ok) throw new Error(checked.why);
    }
    return { bytes: Buffer.byteLength(receipt), verifyMs: percentile(times, 0.5) };
  });
}

/** The proof of an entry in a tree whose other leaves are all the same: as long as any, and quick to make. */
function proveAmongOthers(
  index: number,
  size: number,
  entry: Uint8Array,
): { readonly proof: MerkleProof; readonly root: Uint8Array } {
  const other = hashLeaf(Buffer.from("{}"), hashBytes);
  const own = hashLeaf(entry, hashBytes);
  let level = Array.from({ length: size }, (_, at) => (at === index ? own : other));
  const proof: Uint8Array[] = [];
  for (let at = index; level.length > 1; at = Math.floor(at / 2)) {
    const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
    if (sibling !== undefined) proof.push(sibling);
    level = level.flatMap((left, place) => (place % 2 === 0 ? [hashPair(left, level[place + 1])] : []));
  }
  const [root] = level;
  if (root === undefined) throw new Error("A tree has a root.");
  return { proof, root };
}

function hashPair(left: Uint8Array, right: Uint8Array | undefined): Uint8Array {
  return right === undefined ? left : hashBytes(Buffer.concat([Buffer.of(1), left, right]));
}

/** Verifies a log that is made up while it is read, so that what grows is the verifier's. */
export async function measureWholeLog(
  entries: number,
): Promise<{ readonly entries: number; readonly seconds: number; readonly megabytes: number }> {
  let frontier = EMPTY_FRONTIER;
  for (let at = 0; at < entries; at += 1) {
    frontier = appendLeaf(frontier, hashLeaf(Buffer.from(entryText(at)), hashBytes), hashBytes);
  }
  const head = { size: entries, root: computeRoot(frontier, hashBytes) };
  let most = 0;
  const before = process.memoryUsage().rss;
  function* readAll(): Generator<Uint8Array, undefined> {
    for (let at = 0; at < entries; at += 1) {
      if (at % 1_000 === 0) most = Math.max(most, process.memoryUsage().rss);
      yield Buffer.from(entryText(at));
    }
  }
  const startedAt = performance.now();
  const verified = await verifyLog({ head, entries: readAll() }, hashBytes);
  if (!verified.ok) throw new Error(verified.why);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { entries, seconds, megabytes: Math.max(0, most - before) / 1_000_000 };
}

async function nextBlock(ledger: Storage["ledger"], first: number, length: number): Promise<Block> {
  const before = readLastFrontier(await ledger.last(), hashBytes);
  if (!before.ok) throw new Error(before.why);
  const texts = Array.from({ length }, (_, place) => entryText(first + place));
  return makeBlock(before.frontier, texts, hashBytes);
}

/** Opens a data directory for `work` and closes it after. */
export async function withStorage<T>(directory: string, work: (storage: Storage) => Promise<T>): Promise<T> {
  await mkdir(directory, { recursive: true });
  const storage = openStorage(directory);
  try {
    return await work(storage);
  } finally {
    storage.database.close();
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
