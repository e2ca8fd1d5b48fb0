import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { countOneRun } from "../../bench/count-run.ts";
import { startModelServer } from "../../bench/model-server.ts";

async function count(turns: number) {
  const dir = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const model = await startModelServer();
  onTestFinished(async () => {
    await model.close();
    rmSync(dir, { recursive: true });
  });
  return countOneRun({ dir, modelUrl: model.url }, turns);
}

// A ratchet: whoever makes a run cheaper writes the lower numbers here, and whoever makes it dearer writes the higher
// ones and says why in the commit. docs/access-patterns.md names each of these reads and writes.
test("a run with one gate costs 9 transitions and these calls of the ports", async () => {
  expect(await count(1)).toEqual({
    transitions: 9,
    refunds: 1,
    ports: {
      storeReads: 35,
      itemsRead: 45,
      storeWrites: 20,
      itemsWritten: 38,
      itemsChecked: 9,
      ledgerReads: 11,
      ledgerAppends: 3,
      signatures: 1,
      stateMachineCalls: 2,
    },
  });
});

test("each further turn costs two writes, no read and no transition", async () => {
  const short = await count(1);
  const long = await count(11);
  expect(long.transitions).toBe(9);
  expect(long.ports.storeWrites - short.ports.storeWrites).toBe(20);
  expect(long.ports.storeReads - short.ports.storeReads).toBe(0);
  expect(long.ports.ledgerAppends).toBe(short.ports.ledgerAppends);
});
