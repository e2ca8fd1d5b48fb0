import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  measureAppends,
  measureReceipt,
  measureSealedReceipts,
  measureSeals,
  measureWholeLog,
} from "./ledger-measures.ts";
import { startModelProcess } from "./start-model-process.ts";

// The second half of `npm run bench`: what the ledger costs, on SQLite as it ships. On DynamoDB each append is one
// transaction and each seal two conditional writes and one signature (docs/access-patterns.md).

const directory = await mkdtemp(join(tmpdir(), "countersign-bench-"));
try {
  console.log("\nledger, on SQLite");
  for (const group of [1, 45]) {
    const perSecond = await measureAppends(join(directory, `append-${group}`), group, 2_000);
    console.log(
      `append            ${perSecond.toFixed(0)} entries/s in groups of ${group} (${ms(1_000 / perSecond)} each)`,
    );
  }
  const seals = await measureSeals(join(directory, "seal"), 500);
  console.log(`append and seal   ${seals.toFixed(0)} seals/s of 1 entry each (${ms(1_000 / seals)} each)`);
  const { model, url } = await startModelProcess();
  try {
    const { p50, p99 } = await measureSealedReceipts(join(directory, "run"), url, 200);
    console.log(
      `decision -> seal  p50 ${ms(p50)}, p99 ${ms(p99)}, from the request to the stored checkpoint`,
    );
  } finally {
    model.kill();
  }
  for (const size of [1_000, 1_000_000]) {
    const { bytes, verifyMs } = await measureReceipt(join(directory, `receipt-${size}`), size);
    console.log(
      `receipt           ${bytes} bytes with its entry in a log of ${size}, verified in p50 ${ms(verifyMs)}`,
    );
  }
  const whole = await measureWholeLog(100_000);
  console.log(
    `whole log         ${whole.entries} entries verified in ${whole.seconds.toFixed(2)} s, ` +
      `memory +${whole.megabytes.toFixed(0)} MB meanwhile`,
  );
} finally {
  await rm(directory, { recursive: true });
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 1 ? 3 : 1)} ms`;
}
