import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { formatGrowthProof } from "../../shared/ledger/consistency-proof.ts";
import { proveConsistency } from "../../shared/ledger/merkle-prove.ts";
import { formatNoteKey } from "../../shared/ledger/note-key.ts";
import { formatReceipt } from "../../shared/ledger/receipt.ts";
import { createNodeReader } from "../../shared/ledger/tile-hashes.ts";
import {
  buildEntries,
  buildEntry,
  buildLog,
  type BuiltLog,
  origin,
  proveEntry,
  signCheckpoint,
  takeProof,
} from "../shared/ledger/build-log.ts";
import { buildKeyPair, hashBytes } from "../shared/ledger/host-crypto.ts";
import { buildVerifier, type RunGo } from "./build-verifier.ts";
import { writeExport, writeInto } from "./write-export.ts";

// Needs Go 1.24 or newer and, the first time, the module golang.org/x/mod.

const SIZE = 1000;
const OLD_SIZE = 300;

let directory: string;
let log: BuiltLog;
let old: BuiltLog;
let key: string;
let runGo: RunGo;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "countersign-interop-"));
  runGo = buildVerifier(directory);
  old = await buildLog(buildEntries(OLD_SIZE));
  log = await buildLog(buildEntries(SIZE));
  key = formatNoteKey(log.keys.key);
}, 120_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function exportAs(name: string): string {
  const place = join(directory, name);
  writeExport(place, log);
  return place;
}

function changeByte(place: string, path: string, at: number): void {
  const bytes = readFileSync(join(place, path));
  writeInto(
    place,
    path,
    bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)),
  );
}

describe("Go's checksum database code verifies an export of 1,000 entries", () => {
  test("as we write it", () => {
    const root = Buffer.from(log.head.root).toString("base64");
    expect(runGo("log", exportAs("whole"), key)).toEqual({
      status: 0,
      stdout: `verified: 1000 entries, root ${root}`,
    });
  });

  test.for([0, 1, 255, 256, 257, 999])("at %d entries, on both sides of a tile's edge", async (size) => {
    const place = join(directory, `size-${size}`);
    writeExport(place, await buildLog(buildEntries(size)));
    expect(runGo("log", place, key)).toMatchObject({ status: 0 });
  });

  test("and finds the entry that was altered", () => {
    const place = exportAs("altered-entry");
    // Behind the first entry, of 2 + 41 bytes, stands the length of the second.
    changeByte(place, "tile/entries/001", 50);
    expect(runGo("log", place, key)).toEqual({
      status: 1,
      stdout: "NOT VERIFIED: entry 257 is not what was sealed",
    });
  });

  test.for(["tile/0/000", "tile/0/003.p/232", "tile/1/000.p/3", "checkpoint"])(
    "and refuses it with %s altered",
    (path) => {
      const place = exportAs(`altered-${path.replaceAll("/", "-")}`);
      changeByte(place, path, 40);
      expect(runGo("log", place, key)).toMatchObject({ status: 1 });
    },
  );

  test("and cannot judge it with a tile missing, or with a key that is none", () => {
    const place = exportAs("missing");
    rmSync(join(place, "tile/0/001"));
    expect(runGo("log", place, key)).toMatchObject({ status: 2 });
    expect(runGo("log", place, "no key")).toMatchObject({ status: 2 });
  });

  test("but not under another key", () => {
    const stranger = formatNoteKey(buildKeyPair(origin, 8).key);
    expect(runGo("log", exportAs("stranger"), stranger)).toEqual({
      status: 1,
      stdout: "NOT VERIFIED: checkpoint: note has no verifiable signatures",
    });
  });
});

describe("Go's checksum database code verifies a receipt", () => {
  test.for([0, 1, 255, 256, 511, 512, 767, 998, 999])("for entry %d", async (index) => {
    const receipt = formatReceipt({ index, proof: await proveEntry(log, index), checkpoint: log.checkpoint });
    const file = writeInto(directory, `receipts/${index}.tlog-proof`, receipt);
    const entry = writeInto(directory, `receipts/${index}.json`, buildEntry(index));
    expect(runGo("receipt", file, entry, key)).toEqual({
      status: 0,
      stdout: `verified: entry ${index} of 1000`,
    });
    const other = writeInto(directory, "receipts/other.json", buildEntry(index + 1));
    expect(runGo("receipt", file, other, key)).toMatchObject({ status: 1 });
  });

  test("with a witness's signature beside the log's, and extra data", async () => {
    const checkpoint = await signCheckpoint(log.head, buildKeyPair("witness.example", 3), log.keys);
    const receipt = formatReceipt({
      index: 5,
      proof: await proveEntry(log, 5),
      checkpoint,
      extra: Buffer.from("x"),
    });
    const file = writeInto(directory, "receipts/extra.tlog-proof", receipt);
    const entry = writeInto(directory, "receipts/extra.json", buildEntry(5));
    expect(runGo("receipt", file, entry, key)).toMatchObject({ status: 0 });
  });
});

describe("Go's checksum database code verifies that the log only grew", () => {
  async function writeGrowth(older: BuiltLog): Promise<readonly [string, string]> {
    const oldSize = older.head.size;
    const readNode = createNodeReader(SIZE, log.readTile, hashBytes);
    const proof = takeProof(await proveConsistency(oldSize, SIZE, readNode, hashBytes));
    const growth = formatGrowthProof({ oldSize, proof, checkpoint: log.checkpoint });
    return [
      writeInto(directory, `growth/${oldSize}.checkpoint`, older.checkpoint),
      writeInto(directory, `growth/${oldSize}.proof`, growth),
    ];
  }

  test("from 300 entries to 1,000", async () => {
    const [checkpoint, proof] = await writeGrowth(old);
    expect(runGo("growth", checkpoint, proof, key)).toEqual({
      status: 0,
      stdout: "verified: grown from 300 to 1000 entries",
    });
  });

  test.for([1, 255, 256, 512, 999, 1000])("from %d entries", async (size) => {
    const [checkpoint, proof] = await writeGrowth(await buildLog(buildEntries(size)));
    expect(runGo("growth", checkpoint, proof, key)).toMatchObject({ status: 0 });
  });

  test("and refuses a log that was rewritten", async () => {
    const rewritten = await buildLog(buildEntries(OLD_SIZE).with(17, Buffer.from("{}")));
    const [checkpoint, proof] = await writeGrowth(rewritten);
    expect(runGo("growth", checkpoint, proof, key)).toEqual({
      status: 1,
      stdout: "NOT VERIFIED: growth: from 300 to 1000 entries: invalid transparency proof",
    });
  });
});
