import { build } from "esbuild";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { detectExfiltration } from "../shared/guardrails/exfiltration/detect-exfiltration.ts";
import { findPrivateData } from "../shared/guardrails/find-private-data.ts";
import { detectInjection } from "../shared/guardrails/injection/detect-injection.ts";
import { normalize } from "../shared/guardrails/normalize/normalize.ts";
import { hostileUnits, ordinaryTexts } from "./guardrail-texts.ts";

// What a text pays before the model reads it: the whole chain of built-in guardrails, one after the other.

const KILOBYTE = 1_024;
const WORST_LENGTH = 64 * KILOBYTE;

const steps = {
  normalise: (text: string) => void normalize(text),
  "personal data": (text: string) => void findPrivateData(normalize(text)),
  injection: (text: string) => void detectInjection(normalize(text), "tool"),
  exfiltration: (text: string) => void detectExfiltration(normalize(text)),
};

function runChain(text: string): void {
  const normalized = normalize(text);
  findPrivateData(normalized);
  detectInjection(normalized, "tool");
  detectExfiltration(normalized);
}

console.log("\nguardrails, the whole chain");
await reportSize();
reportOrdinary();
reportFourKilobytes();
reportWorst();

/** One bundle of the chain, minified as a function's is; its first import, and the first text that builds the tables. */
async function reportSize(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  try {
    const bundle = await bundleChain();
    const loads: number[] = [];
    for (let copy = 0; copy < 7; copy += 1) {
      const file = join(directory, `chain-${copy}.mjs`);
      await writeFile(file, bundle);
      const startedAt = performance.now();
      await import(pathToFileURL(file).href);
      loads.push(performance.now() - startedAt);
    }
    console.log(`size              ${(gzipSync(bundle).length / 1_000).toFixed(1)} kB gzipped`);
    console.log(
      `load              ${percentile(loads, 0.5).toFixed(1)} ms; ${firstRun()} ms for the first text`,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function bundleChain(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { normalize } from "./normalize/normalize.ts";
        export { findPrivateData } from "./find-private-data.ts";
        export { detectInjection } from "./injection/detect-injection.ts";
        export { detectExfiltration } from "./exfiltration/detect-exfiltration.ts";
        export * from "./mask.ts";`,
      resolveDir: join(import.meta.dirname, "../shared/guardrails"),
    },
    bundle: true,
    charset: "utf8",
    format: "esm",
    minify: true,
    target: "es2024",
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

function firstRun(): string {
  const startedAt = performance.now();
  runChain("Hello there");
  return (performance.now() - startedAt).toFixed(1);
}

function reportOrdinary(): void {
  const kilobytes = ordinaryTexts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / KILOBYTE;
  const time = (run: (text: string) => void): number =>
    (shortest(300, () => ordinaryTexts.forEach(run)) * 1_000) / kilobytes;
  const chain = time(runChain);
  const normalising = time(steps.normalise);
  const parts = Object.entries(steps).map(([name, run]) => {
    const own = name === "normalise" ? normalising : Math.max(0, time(run) - normalising);
    return `${name} ${own.toFixed(0)}`;
  });
  console.log(`ordinary texts    ${chain.toFixed(0)} us per kB (${parts.join(", ")})`);
}

function reportFourKilobytes(): void {
  const text = ordinaryTexts
    .join("\n")
    .repeat(2)
    .slice(0, 4 * KILOBYTE);
  const times = Array.from({ length: 500 }, () => timeOnce(() => runChain(text)));
  console.log(
    `4 kB              p50 ${percentile(times, 0.5).toFixed(2)} ms, p95 ${percentile(times, 0.95).toFixed(2)} ms`,
  );
}

function reportWorst(): void {
  const timed = hostileUnits.map((unit) => {
    const text = unit.repeat(Math.ceil(WORST_LENGTH / unit.length)).slice(0, WORST_LENGTH);
    return { unit, milliseconds: shortest(5, () => runChain(text)) };
  });
  const worst = timed.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, 5);
  const list = worst.map(({ unit, milliseconds }) => `${JSON.stringify(unit)} ${milliseconds.toFixed(1)}`);
  console.log(`worst 64 kB       ${list.join(", ")} ms of ${timed.length} kinds`);
}

/** The shortest of several runs, milliseconds: what else the machine does only ever adds. */
function shortest(runs: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < runs; at += 1) least = Math.min(least, timeOnce(run));
  return least;
}

function timeOnce(run: () => void): number {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
