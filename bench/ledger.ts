import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDynamoLedger } from "./dynamo-ledger.ts";
import {
  type MeasuredLedger,
  measureAppends,
  measureReceipt,
  measureSealedReceipts,
  measureSeals,
  measureWholeLog,
  withStorage,
} from "./ledger-measures.ts";
import { startModelProcess } from "./start-model-process.ts";
import { hasDynamoLocal, startDynamoLocal } from "../test/aws/dynamodb-local.ts";

// The second half of `npm run bench`: what the ledger costs, on SQLite as it ships, and what of that depends on the store
// once more on DynamoDB Local, where `npm run test:aws` has put it. It says nothing about DynamoDB's own speed, but how
// many requests go one after the other: an append is a read and a transaction, a seal two reads and two conditional writes
// more, and a signature, here by a key in memory (docs/access-patterns.md).

const directory = await mkdtemp(join(tmpdir(), "countersign-bench-"));
try {
  console.log("\nledger, on SQLite");
  await printWrites((name, work) => withStorage(join(directory, name), work), { entries: 2_000, seals: 500 });
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
  console.log("\nledger, on DynamoDB Local");
  if (hasDynamoLocal()) {
    await withDynamoLocal((open) => printWrites(open, { entries: 450, seals: 100 }));
  } else {
    console.log(
      "append, seal      not measured: there is no Java, or `npm run test:aws` has not fetched it yet",
    );
  }
} finally {
  await rm(directory, { recursive: true });
}

/** Opens an empty ledger of the given name for `work`. */
type OpenLedger = (name: string, work: (ledger: MeasuredLedger) => Promise<number>) => Promise<number>;

async function printWrites(
  open: OpenLedger,
  counts: { readonly entries: number; readonly seals: number },
): Promise<void> {
  for (const group of [1, 45]) {
    const perSecond = await open(`append-${group}`, (ledger) =>
      measureAppends(ledger, group, counts.entries),
    );
    console.log(
      `append            ${perSecond.toFixed(0)} entries/s in groups of ${group} (${ms(1_000 / perSecond)} each)`,
    );
  }
  const seals = await open("seal", (ledger) => measureSeals(ledger, counts.seals));
  console.log(`append and seal   ${seals.toFixed(0)} seals/s of 1 entry each (${ms(1_000 / seals)} each)`);
}

/** Runs `work` with ledgers in tables of a DynamoDB Local of its own, signed by a key that lies in the directory. */
async function withDynamoLocal(work: (open: OpenLedger) => Promise<void>): Promise<void> {
  const { endpoint, close } = await startDynamoLocal();
  try {
    await work((name, measure) =>
      withStorage(join(directory, `dynamo-${name}`), async ({ signer }) =>
        measure({ ...(await createDynamoLedger(endpoint, name)), signer }),
      ),
    );
  } finally {
    await close();
  }
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 1 ? 3 : 1)} ms`;
}
