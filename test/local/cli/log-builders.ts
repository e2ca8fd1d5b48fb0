import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { encodeBundle } from "../../../shared/ledger/entry-bundle.ts";
import { formatNoteKey } from "../../../shared/ledger/note-key.ts";
import { formatReceipt } from "../../../shared/ledger/receipt.ts";
import { formatTilePath, measureTile, TILE_WIDTH } from "../../../shared/ledger/tile.ts";
import type { LedgerEntry } from "../../../shared/wire/ledger-entry.ts";
import { makeEntry, textOf } from "../../contract/block-builders.ts";
import { writeExport, writeInto } from "../../interop/write-export.ts";
import { buildLog, type BuiltLog, proveEntry } from "../../shared/ledger/build-log.ts";
import { noon } from "./run-cli.ts";

/** A new directory that goes with the test. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "countersign-verify-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The approval that entry 3 of every log here is. */
export const approval: LedgerEntry = makeEntry({
  id: "vote|req_1|v1|s1|finance-1",
  kind: "decided",
  at: noon,
  requirement: "req_1",
  version: 1,
  stage: 1,
  actor: { kind: "person", subject: "finance-1" },
  tool: "issue_refund",
  digest: "5f".repeat(32),
  prev: "requested|req_1|v1",
  commitments: { input: "a1".repeat(32) },
  decision: "approve",
  channel: "cli",
});

export function buildTexts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, place) =>
    textOf(place === 3 ? approval : makeEntry({ id: `entry-${place}`, at: noon + place })),
  );
}

export function buildLogOf(texts: readonly string[]): Promise<BuiltLog> {
  return buildLog(texts.map((text) => Buffer.from(text)));
}

export function keyOf(log: BuiltLog): string {
  return formatNoteKey(log.keys.key);
}

/** Writes an export: C2SP tlog-tiles, and the entries as JSON lines. */
export function writeWholeExport(directory: string, log: BuiltLog, texts: readonly string[]): string {
  writeExport(directory, log);
  writeFileSync(join(directory, "entries.jsonl"), texts.map((text) => `${text}\n`).join(""));
  return directory;
}

/** Writes other entries over those in the bundles of an export of `size` entries, under the names that those had. */
export function rewriteBundles(directory: string, texts: readonly string[], size: number): void {
  const last = Math.ceil(size / TILE_WIDTH) - 1;
  for (let index = 0; index <= last; index += 1) {
    const start = index * TILE_WIDTH;
    const own = texts.slice(start, index === last ? undefined : start + TILE_WIDTH);
    const path = formatTilePath({ level: "entries", index, width: measureTile("entries", index, size) });
    writeInto(directory, path, encodeBundle(own.map((text) => Buffer.from(text))));
  }
}

export async function buildReceiptText(log: BuiltLog, index: number): Promise<string> {
  const extra = log.entries[index];
  const proof = await proveEntry(log, index);
  return formatReceipt({
    index,
    proof,
    checkpoint: log.checkpoint,
    ...(extra === undefined ? {} : { extra }),
  });
}
