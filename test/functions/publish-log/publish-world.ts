import { expect } from "vitest";
import { nodeHost } from "../../../local/cli/node-host.ts";
import type { Ports, Storage } from "../../../local/ports.ts";
import { parseCheckpoint } from "../../../shared/ledger/checkpoint.ts";
import { parseNote } from "../../../shared/ledger/signed-note.ts";
import { checkLog } from "../../../shared/ledger/verify.ts";
import { buildStorage, buildSystem, type System } from "../../builders/build-system.ts";
import { buildPublishedLog, type MemoryPublishedLog } from "../../builders/memory-published-log.ts";
import { blockAfter, makeEntry } from "../../contract/block-builders.ts";

/** A ledger and its published log, both to look at and to change. */
export interface World {
  readonly system: System;
  readonly storage: Storage;
  readonly files: MemoryPublishedLog["files"];
}

export function createWorld(wrap: (ports: Ports) => Ports = (ports) => ports): World {
  const publishedLog = buildPublishedLog();
  const storage = { ...buildStorage(), publishedLog };
  return { system: buildSystem({ storage, wrap }), storage, files: publishedLog.files };
}

export async function append({ ledger }: Storage, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 45) {
    const entries = Array.from({ length: Math.min(left, 45) }, () => makeEntry());
    expect(await ledger.append(blockAfter(await ledger.last(), entries))).toBe("appended");
  }
}

export const sign = ({ system }: World) => system.invoke("sign-checkpoint", {});
export const publish = ({ system }: World) => system.invoke("publish-log", {});

export async function appendAndSign(world: World, count: number): Promise<void> {
  await append(world.storage, count);
  await sign(world);
}

/** What a stranger finds: how many entries, all of them verified with every tile; or what is wrong. */
export async function verify({ files, storage }: World): Promise<number | string> {
  if (!files.has("checkpoint")) return "nothing is published";
  const readFile = async (path: string) => files.get(path);
  const checked = await checkLog({ readFile, trust: storage.ledgerTrust }, nodeHost);
  return checked.ok ? checked.checkpoint.size : checked.why;
}

export function sizeOf(checkpoint: Uint8Array | undefined): number {
  const note = parseNote(Buffer.from(checkpoint ?? []).toString());
  const parsed = note.ok ? parseCheckpoint(note.note.text) : note;
  return parsed.ok ? parsed.checkpoint.size : 0;
}
