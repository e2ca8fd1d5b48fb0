import { type FileHandle, mkdir, mkdtemp, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { decodeBundle } from "../../shared/ledger/entry-bundle.ts";
import type { ReadLogFile } from "../../shared/ledger/log-files.ts";
import { parseNote } from "../../shared/ledger/signed-note.ts";
import { formatTilePath, listTiles, TILE_WIDTH } from "../../shared/ledger/tile.ts";
import { decodeUtf8 } from "../../shared/ledger/utf8.ts";
import { parseLedgerEntry } from "../../shared/wire/ledger-entry.ts";
import { CommandFailed } from "./command-failed.ts";
import { csvHeader, writeCsvRow } from "./entry-csv.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Copies the whole log into a new directory, in the layout of C2SP tlog-tiles, with its entries once more as JSON lines
 * and as CSV. The directory appears when it is complete. Nothing is verified: that is for whoever reads it.
 */
export async function exportLog(
  terminal: Terminal,
  asked: {
    readonly directory: string;
    readonly readFile: ReadLogFile;
    /** The log's verifier key, as its server states it. */
    readonly key: string;
  },
): Promise<void> {
  const target = resolve(asked.directory);
  if ((await stat(target).catch(() => undefined)) !== undefined) {
    throw new CommandFailed(`${asked.directory} is there already: give the name of a new directory.`, 2);
  }
  await mkdir(dirname(target), { recursive: true });
  const partial = await mkdtemp(`${target}.partial-`);
  try {
    const size = await copyLog(asked.readFile, partial);
    await rename(partial, target);
    terminal.print(`Exported ${size} entries to ${asked.directory}.`);
    terminal.printNext(`verify log ${asked.directory} --key ${asked.key}`);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function copyLog(readFile: ReadLogFile, directory: string): Promise<number> {
  const checkpoint = await readFile("checkpoint");
  if (checkpoint === undefined) {
    throw new CommandFailed("The ledger is for auditors, or nothing is sealed yet: try with --as auditor.");
  }
  const size = readSize(checkpoint);
  await using lines = await open(join(directory, "entries.jsonl"), "wx");
  await using table = await open(join(directory, "entries.csv"), "wx");
  await table.writeFile(csvHeader);
  for (const tile of listTiles(size)) {
    const path = formatTilePath(tile);
    const bytes = await readFile(path);
    if (bytes === undefined) throw new CommandFailed(`The server has no ${path}: look at its output.`);
    await writeInto(directory, path, bytes);
    if (tile.level === "entries")
      await copyEntries({ bytes, width: tile.width, first: tile.index * TILE_WIDTH }, lines, table);
  }
  await writeInto(directory, "checkpoint", checkpoint);
  return size;
}

function readSize(note: Uint8Array): number {
  const parsed = parseNote(decodeUtf8(note) ?? "");
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.note.text) : parsed;
  if (checkpoint.ok) return checkpoint.checkpoint.size;
  throw new CommandFailed(`The server sent no checkpoint: ${checkpoint.why}`);
}

async function copyEntries(
  { bytes, width, first }: { readonly bytes: Uint8Array; readonly width: number; readonly first: number },
  lines: FileHandle,
  table: FileHandle,
): Promise<void> {
  const bundle = decodeBundle(bytes, width);
  if (!bundle.ok) throw new CommandFailed(`The server sent no bundle of entries: ${bundle.why}`);
  const texts = bundle.entries.map((entry) => decodeUtf8(entry) ?? "");
  await lines.writeFile(texts.map((text) => `${text}\n`).join(""));
  const rows = texts.map((text, place) => writeCsvRow(first + place, parseLedgerEntry(text)));
  await table.writeFile(rows.join(""));
}

async function writeInto(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes, { flag: "wx" });
}
