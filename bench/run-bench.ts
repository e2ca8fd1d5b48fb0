import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countOneRun, type RunCounts } from "./count-run.ts";
import { measureDisk, measureRoundTrips, measureThroughput } from "./measure.ts";
import { startModelProcess } from "./start-model-process.ts";
import { type StatedPeer, statedPeers } from "./stated-peers.ts";

// `npm run bench`: what a gated run costs here, in less than 90 seconds on two cores. The model is a process of its own
// that answers at once, so every millisecond below is Countersign's or the machine's.

const { model, url } = await startModelProcess();
try {
  const trips = await measureRoundTrips(url, 300);
  console.log(`round trip        p50 ${ms(trips.p50)}, p99 ${ms(trips.p99)} (${trips.runs} runs of 1 turn)`);
  console.log(`approve -> tool   p50 ${ms(trips.approveToToolP50)}`);
  const throughput = await measureThroughput(url, 50, 500);
  console.log(`50 at once        ${throughput.runsPerSecond.toFixed(0)} runs/s (${throughput.runs} runs)`);
  const kilobytes = [
    await measureDisk(url, 1, 100),
    await measureDisk(url, 50, 8),
    await measureDisk(url, 200, 4),
  ] as const;
  console.log(`disk per run      ${kilobytes.map(kB).join(" / ")} kB at 1 / 50 / 200 turns`);
  printCounts(await countInTemporaryDirectory(1));
  printTable({
    name: "Countersign (this machine, now)",
    roundTripMs: trips.p50,
    runsPerSecond: throughput.runsPerSecond,
    approveToToolMs: trips.approveToToolP50,
    kilobytesPerRun: kilobytes,
  });
} finally {
  model.kill();
}

async function countInTemporaryDirectory(turns: number): Promise<RunCounts> {
  const dir = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  try {
    return await countOneRun({ dir, modelUrl: url }, turns);
  } finally {
    await rm(dir, { recursive: true });
  }
}

function printCounts({ transitions, ports }: RunCounts): void {
  console.log(`transitions       ${transitions} per run with one gate`);
  console.log(
    `store             ${ports.storeReads} reads (${ports.itemsRead} items), ${ports.storeWrites} writes ` +
      `(${ports.itemsWritten} items, ${ports.itemsChecked} checked)`,
  );
  console.log(
    `ledger            ${ports.ledgerAppends} appends, ${ports.ledgerReads} reads; ` +
      `${ports.stateMachineCalls} calls of the state machine`,
  );
}

function printTable(own: StatedPeer): void {
  console.log(
    "\n| | round trip p50 | runs/s at 50 at once | approve -> tool p50 | kB per run at 1 / 50 / 200 turns |",
  );
  console.log("|---|--:|--:|--:|--:|");
  for (const peer of [own, ...statedPeers]) {
    const name = peer === own ? peer.name : `${peer.name} (stated, other process)`;
    const cells = [
      name,
      ms(peer.roundTripMs),
      peer.runsPerSecond.toFixed(0),
      ms(peer.approveToToolMs),
      peer.kilobytesPerRun.map(kB).join(" / "),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 1 ? 2 : 1)} ms`;
}

function kB(kilobytes: number): string {
  return kilobytes.toFixed(kilobytes < 20 ? 1 : 0);
}
