import { dirname, join } from "node:path";
import { stat } from "node:fs/promises";
import { InvariantBroken } from "../../shared/domain/errors.ts";
import type { CheckpointTrust } from "../../shared/ledger/checkpoint.ts";
import type { Faulty } from "../../shared/ledger/faulty.ts";
import type { ReadLogFile } from "../../shared/ledger/log-files.ts";
import { describeKey } from "../../shared/ledger/signed-note.ts";
import { decodeUtf8 } from "../../shared/ledger/utf8.ts";
import { checkGrowth, checkLog, checkReceipt, trustLog } from "../../shared/ledger/verify.ts";
import { CommandFailed } from "./command-failed.ts";
import { nodeHost } from "./node-host.ts";
import { isUrl, openDirectory, openUrl, readIfThere } from "./open-log.ts";
import { printEntry } from "./print-entry.ts";
import { printLabelled } from "./print-labelled.ts";
import { readLines } from "./read-lines.ts";
import type { Terminal } from "./terminal.ts";
import { VerificationFailed } from "./verification-failed.ts";

/** What the `verify` commands work with: files, keys, and no server of ours. */
export interface VerifyContext {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** Verifier keys; the first is the log's own. */
  readonly keys: readonly string[];
  /** Which log it has to be; the first key's name if absent. */
  readonly origin: string | undefined;
  /** A token for the server at this address, if somebody signs in; `undefined` for a public log. */
  readonly signIn: (url: string) => Promise<string | undefined>;
}

/** Verifies a receipt offline, and says what was sealed. */
export async function verifyReceiptFile(
  context: VerifyContext,
  asked: { readonly file: string; readonly entryFile?: string | undefined },
): Promise<void> {
  const { terminal, json } = context;
  const trust = readTrust(context);
  const receipt = decodeUtf8(await readNamed(asked.file)) ?? "";
  const entry = asked.entryFile === undefined ? undefined : await readNamed(asked.entryFile);
  const claim = { receipt, trust, ...(entry === undefined ? {} : { entry }) };
  const checked = orFail(context, await checkReceipt(claim, nodeHost));
  const { index, checkpoint, signedBy } = checked;
  const text = decodeUtf8(checked.entry);
  if (json) {
    const { origin, size } = checkpoint;
    return terminal.printJson(JSON.stringify({ ok: true, origin, size, index, entry: text ?? null }));
  }
  terminal.print(
    `Verified: entry ${index} of the ${checkpoint.size} that ${checkpoint.origin} signed.`,
    "strong",
  );
  printEntry(terminal, text);
  printLabelled(terminal, "Signed by", signedBy.map(describeKey).join(", "));
  terminal.printNext("export ledger-export --as auditor");
}

/** Verifies a whole log, in a directory or behind an address: every entry, every tile, the checkpoint. */
export async function verifyLogAt(context: VerifyContext, place: string): Promise<void> {
  const { terminal, json } = context;
  const trust = readTrust(context);
  const readFile = await openPlace(context, place);
  const checked = orFail(context, await checkLog({ readFile, trust }, nodeHost));
  const { origin, size, root } = checked.checkpoint;
  const lines = isUrl(place) ? undefined : await findLines(place);
  if (lines !== undefined) {
    const linesChecked = await checkLog({ readFile, trust, entries: readLines(lines) }, nodeHost);
    if (!linesChecked.ok) orFail(context, { ...linesChecked, why: `In entries.jsonl: ${linesChecked.why}` });
  }
  const rootText = Buffer.from(root).toString("base64");
  if (json) return terminal.printJson(JSON.stringify({ ok: true, origin, size, root: rootText }));
  terminal.print(`Verified: all ${size} entries of ${origin}.`, "strong");
  printLabelled(terminal, "Root", rootText);
  printLabelled(terminal, "Signed by", checked.signedBy.map(describeKey).join(", "));
  terminal.printNext("export ledger-later --as auditor");
}

/** Verifies that the log of a newer checkpoint begins with all of an older one's. */
export async function verifyConsistencyOf(
  context: VerifyContext,
  asked: { readonly older: string; readonly newer: string; readonly tiles: string | undefined },
): Promise<void> {
  const { terminal, json } = context;
  const trust = readTrust(context);
  const older = await findCheckpoint(asked.older);
  const newer = await findCheckpoint(asked.newer);
  const readFile = await openPlace(context, asked.tiles ?? dirname(newer));
  const claim = { older: await readNamed(older), newer: await readNamed(newer), readFile, trust };
  const checked = orFail(context, await checkGrowth(claim, nodeHost));
  const from = checked.older.size;
  const to = checked.newer.size;
  if (json) return terminal.printJson(JSON.stringify({ ok: true, origin: trust.origin, from, to }));
  terminal.print(`Verified: ${trust.origin} only grew, from ${from} entries to ${to}.`, "strong");
  terminal.printNext("export ledger-later --as auditor");
}

function readTrust(context: VerifyContext): CheckpointTrust {
  return orFail(context, trustLog(context.keys, nodeHost, context.origin)).trust;
}

/** With `--json` a failed verification is told on stdout, too. */
function orFail<T extends { readonly ok: true } | Faulty>(
  { terminal, json }: VerifyContext,
  outcome: T,
): Extract<T, { readonly ok: true }> {
  if (isGood(outcome)) return outcome;
  if (json) terminal.printJson(JSON.stringify(outcome));
  if (outcome.ok) throw new InvariantBroken("What is not good is faulty.");
  throw new VerificationFailed(outcome);
}

function isGood<T extends { readonly ok: boolean }>(
  outcome: T,
): outcome is Extract<T, { readonly ok: true }> {
  return outcome.ok;
}

async function openPlace({ signIn }: VerifyContext, place: string): Promise<ReadLogFile> {
  return isUrl(place) ? openUrl(place, await signIn(place)) : openDirectory(place);
}

async function readNamed(file: string): Promise<Uint8Array> {
  const bytes = await readIfThere(file);
  if (bytes !== undefined) return bytes;
  throw new CommandFailed(`${file} is not there: give the name of a file.`, 2);
}

/** A checkpoint is given as a file, or as the directory of an export. */
async function findCheckpoint(place: string): Promise<string> {
  return (await isDirectory(place)) ? join(place, "checkpoint") : place;
}

async function findLines(directory: string): Promise<string | undefined> {
  const file = join(directory, "entries.jsonl");
  return (await stat(file).catch(() => undefined))?.isFile() === true ? file : undefined;
}

async function isDirectory(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined))?.isDirectory() === true;
}
