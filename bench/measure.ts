import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchAdapter, openAdapter } from "./open-adapter.ts";
import type { OnTool } from "./bench-agent.ts";

export interface RoundTrips {
  /** start -> paused -> approve -> done, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** From the call of `approve` to the tool's own first line, milliseconds. */
  readonly approveToToolP50: number;
  readonly runs: number;
}

export interface Throughput {
  readonly runsPerSecond: number;
  readonly runs: number;
}

/** Ends a measurement early on a slow or busy machine. */
const longestMs = 15_000;

const warmUps = 30;

/** One run after the other, `most` of them at most. */
export async function measureRoundTrips(modelUrl: string, most: number): Promise<RoundTrips> {
  const lags: number[] = [];
  let approvedAt = 0;
  const onTool = (name: string) =>
    void (name === "issue_refund" && lags.push(performance.now() - approvedAt));
  return inTemporaryDirectory(modelUrl, onTool, async (adapter) => {
    const roundTrips: number[] = [];
    const deadline = performance.now() + longestMs;
    for (let run = 0; run < warmUps + most && performance.now() < deadline; run += 1) {
      const startedAt = performance.now();
      await adapter.start(`run-${run}`, 1);
      approvedAt = performance.now();
      await adapter.approve(`run-${run}`);
      roundTrips.push(performance.now() - startedAt);
    }
    const measured = roundTrips.slice(warmUps);
    return {
      p50: percentile(measured, 0.5),
      p99: percentile(measured, 0.99),
      approveToToolP50: percentile(lags.slice(warmUps), 0.5),
      runs: measured.length,
    };
  });
}

/** Always `atOnce` runs under way, `most` of them at most in all. */
export async function measureThroughput(modelUrl: string, atOnce: number, most: number): Promise<Throughput> {
  return inTemporaryDirectory(
    modelUrl,
    () => {},
    async (adapter) => {
      for (let run = 0; run < warmUps; run += 1) await runThrough(adapter, `warm-up-${run}`, 1);
      let runs = 0;
      const startedAt = performance.now();
      const deadline = startedAt + longestMs;
      const work = async () => {
        while (runs < most && performance.now() < deadline) await runThrough(adapter, `run-${runs++}`, 1);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      return { runsPerSecond: runs / ((performance.now() - startedAt) / 1_000), runs };
    },
  );
}

/** kB (1,000 bytes) of the closed data directory per finished run, without what an empty one takes. */
export async function measureDisk(modelUrl: string, turns: number, runs: number): Promise<number> {
  const emptyBytes = await directoryBytesAfter(modelUrl, async () => {});
  const fullBytes = await directoryBytesAfter(modelUrl, async (adapter) => {
    for (let run = 0; run < runs; run += 1) await runThrough(adapter, `run-${run}`, turns);
  });
  return (fullBytes - emptyBytes) / runs / 1_000;
}

async function runThrough(adapter: BenchAdapter, id: string, turns: number): Promise<void> {
  await adapter.start(id, turns);
  await adapter.approve(id);
}

async function directoryBytesAfter(
  modelUrl: string,
  work: (adapter: BenchAdapter) => Promise<void>,
): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  try {
    const adapter = await openAdapter({ dir, modelUrl, onTool: () => {} });
    await work(adapter);
    await adapter.close();
    const files = await readdir(dir);
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(dir, file))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function inTemporaryDirectory<T>(
  modelUrl: string,
  onTool: OnTool,
  work: (adapter: BenchAdapter) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const adapter = await openAdapter({ dir, modelUrl, onTool });
  try {
    return await work(adapter);
  } finally {
    await adapter.close();
    await rm(dir, { recursive: true });
  }
}

/** The value below which the given share of the values lies; NaN without values. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
