import { InvariantBroken } from "../../shared/domain/errors.ts";
import { parseTilePath } from "../../shared/ledger/tile.ts";
import type { PublishedLog } from "../../shared/ports/published-log.ts";
import type { Revision } from "../../shared/ports/store.ts";

/** A published log in memory, with its files to look at and to change. */
export interface MemoryPublishedLog extends PublishedLog {
  /** By path, the checkpoint's too. */
  readonly files: Map<string, Uint8Array>;
}

export function buildPublishedLog(): MemoryPublishedLog {
  const files = new Map<string, Uint8Array>();
  const check = (path: string): string => {
    if (parseTilePath(path) === undefined) throw new InvariantBroken(`"${path}" is no tile.`);
    return path;
  };
  const revisionOf = (note: Uint8Array) => Buffer.from(note).toString("hex") as Revision;
  return {
    files,
    read: async (path) => files.get(check(path)),
    putOnce: async (path, bytes) => {
      const standing = files.get(check(path));
      if (standing !== undefined) return Buffer.compare(standing, bytes) === 0 ? "there" : "differs";
      files.set(path, bytes);
      return "written";
    },
    readCheckpoint: async () => {
      const note = files.get("checkpoint");
      return note && { note, revision: revisionOf(note) };
    },
    putCheckpoint: async (note, expect) => {
      const standing = files.get("checkpoint");
      if ((standing === undefined ? "absent" : revisionOf(standing)) !== expect) return "conflict";
      files.set("checkpoint", note);
      return "written";
    },
  };
}
