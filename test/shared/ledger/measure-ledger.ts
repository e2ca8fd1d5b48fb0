// Prints how fast the ledger's proofs are and how large: node test/shared/ledger/measure-ledger.ts
import { performance } from "node:perf_hooks";

import { computeSha256 } from "../../../shared/ledger/compute-sha256.ts";
import { appendLeaf, computeRoot, EMPTY_FRONTIER } from "../../../shared/ledger/frontier.ts";
import { type HashBytes, hashLeaf } from "../../../shared/ledger/merkle-hash.ts";
import { proveInclusion, readFrontier } from "../../../shared/ledger/merkle-prove.ts";
import { formatReceipt, verifyReceipt } from "../../../shared/ledger/receipt.ts";
import { verifyLog } from "../../../shared/ledger/verify-log.ts";
import { buildEntries, buildLog, origin, signCheckpoint, takeProof } from "./build-log.ts";
import { buildKeyPair, hashBytes } from "./host-crypto.ts";
import { markedEntry, readSparseTree } from "./sparse-tree.ts";

const keys = buildKeyPair(origin, 7);

async function measureReceipt(size: number): Promise<void> {
  const index = Math.floor(size / 3);
  const readNode = readSparseTree([index]);
  const frontier = await readFrontier(size, readNode);
  if (frontier === undefined) throw new Error("The sparse tree has every node.");
  const proof = takeProof(await proveInclusion(index, size, readNode, hashBytes));
  const checkpoint = await signCheckpoint({ origin, size, root: computeRoot(frontier, hashBytes) }, keys);
  const receipt = formatReceipt({ index, proof, checkpoint });
  const claim = { receipt, entry: markedEntry(index), origin, verifiers: [keys.verifier] };
  const times: number[] = [];
  for (let run = 0; run < 3000; run += 1) {
    const start = performance.now();
    const verified = await verifyReceipt(claim, hashBytes);
    times.push(performance.now() - start);
    if (!verified.ok) throw new Error(verified.why);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(3);
  const bytes = Buffer.byteLength(receipt);
  console.log(
    `receipt of ${size} entries: ${bytes} bytes, verified in p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
}

async function measure(what: string, run: () => unknown): Promise<void> {
  const start = performance.now();
  await run();
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(2)} s`);
}

function append(entries: readonly Uint8Array[], hash: HashBytes): void {
  let frontier = EMPTY_FRONTIER;
  for (const entry of entries) frontier = appendLeaf(frontier, hashLeaf(entry, hash), hash);
  computeRoot(frontier, hash);
}

await measureReceipt(1000);
await measureReceipt(1_000_000);
const log = await buildLog(buildEntries(100_000));
await measure("100,000 entries appended, root", () => append(log.entries, hashBytes));
await measure("the same with computeSha256", () => append(log.entries, computeSha256));
const { head, entries, readTile } = log;
await measure("100,000 entries verified", () => verifyLog({ head, entries }, hashBytes));
await measure("100,000 entries verified with tiles", () => verifyLog({ head, entries, readTile }, hashBytes));
console.log(`memory at the end: ${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB`);
